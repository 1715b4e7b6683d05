import assert from "node:assert/strict";
import test from "node:test";
import { enterRoom, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

test("an event whose answer was lost rejects, and is not sent again", async t => {
    const { server, peer, room, again } = await enterRoom(t);
    const sending = room.send("say", "once");
    await peer.take("event");
    peer.cut();
    await assert.rejects(sending, { code: "connection_lost" });
    await again();
    const second = await server.welcome();
    await second.admit();
    await second.settled();
    assert.equal(second.untaken, 0);
});

test("events sent while the connection is away wait for the rejoin and then go in order", async t => {
    const { server, peer, room, next, timers } = await enterRoom(t);
    peer.cut();
    await next("waiting");
    const sending = [1, 2, 3].map(number => room.send("say", number));
    timers.next();
    const second = await server.welcome();
    const join = await second.take("join");
    await second.settled();
    assert.equal(second.untaken, 0);
    second.ok(join);
    for (const number of [1, 2, 3]) {
        const event = await second.take("event");
        assert.equal(event.data, number);
        second.ok(event, { data: number * 10 });
    }
    assert.deepEqual(await Promise.all(sending), [10, 20, 30]);
});

test("an event sent while others still leave the queue goes behind them", async t => {
    const { server, peer, room, next, timers } = await enterRoom(t);
    peer.cut();
    await next("waiting");
    const early = room.send("say", "early");
    timers.next();
    const second = await server.welcome();
    await second.admit();
    const first = await second.take("event");
    const late = room.send("say", "late");
    await second.settled();
    assert.equal(second.untaken, 0);
    second.ok(first);
    await early;
    second.ok(await second.take("event"));
    await late;
});

test("a waiting event that was too fast is sent again, before those behind it", async t => {
    const { server, peer, room, next, timers } = await enterRoom(t);
    peer.cut();
    await next("waiting");
    const sending = [room.send("say", 1), room.send("say", 2)];
    timers.next();
    const second = await server.welcome();
    await second.admit();
    second.refuse(await second.take("event"), "too_fast");
    await second.settled();
    assert.equal(second.untaken, 0);
    timers.advance(750);
    for (const number of [1, 2]) {
        const event = await second.take("event");
        assert.equal(event.data, number);
        second.ok(event);
    }
    await Promise.all(sending);
});

test("a waiting event is not sent twice when a gap interrupts its leaving", async t => {
    const { server, peer, room, next, timers } = await enterRoom(t, { reply: { epoch: "e", offset: 0 } });
    peer.cut();
    await next("waiting");
    const sending = [room.send("say", 1), room.send("say", 2)];
    timers.next();
    const second = await server.welcome();
    await second.admit({ epoch: "e", offset: 0, recovered: true });
    const first = await second.take("event");
    second.event("room", "said", "gap", 5);
    second.refuse(first, "too_fast");
    await second.settled();
    timers.advance(0);
    await second.settled();
    timers.advance(750);
    const seen = [];
    while (seen.length < 2) {
        await second.settled();
        const message = await second.takeAny();
        second.ok(message, { epoch: "e", offset: 0, recovered: true });
        if (message.type === "event") {
            seen.push(message.data);
        }
    }
    assert.deepEqual(seen, [1, 2]);
    await Promise.all(sending);
    await second.settled();
    assert.equal(second.untaken, 0);
});

test("a live event that was too fast is the sender's to repeat", async t => {
    const { peer, room } = await enterRoom(t);
    const sending = room.send("say");
    peer.refuse(await peer.take("event"), "too_fast");
    await assert.rejects(sending, { code: "too_fast" });
});

test("of the waiting events only the one that was under way is lost with the connection", async t => {
    const { server, peer, room, next, again, timers } = await enterRoom(t);
    peer.cut();
    await next("waiting");
    const first = room.send("say", 1);
    const second = room.send("say", 2);
    timers.next();
    await next("connecting");
    const interrupted = await server.welcome();
    await next("open");
    await interrupted.admit();
    await interrupted.take("event");
    interrupted.cut();
    await assert.rejects(first, { code: "connection_lost" });
    await again();
    const last = await server.welcome();
    await last.admit();
    const event = await last.take("event");
    assert.equal(event.data, 2);
    last.ok(event);
    await second;
});

test("the queue has a limit", async t => {
    const { peer, room, next } = await enterRoom(t, { queueLimit: 2 });
    peer.cut();
    await next("waiting");
    const kept = [room.send("say", 1), room.send("say", 2)];
    await assert.rejects(room.send("say", 3), { code: "queue_full" });
    room.leave();
    for (const sending of kept) {
        await assert.rejects(sending, { code: "left" });
    }
});

test("closing rejects what waits and what is under way, each by what is known of it", async t => {
    const server = await startServer(t);
    const { client, next } = startClient(t, server.url);
    const room = client.topic("room");
    const joining = room.join();
    const peer = await server.welcome();
    await next("open");
    await peer.admit();
    await joining;
    const underWay = room.send("say");
    const other = client.topic("other").join();
    client.close();
    await assert.rejects(underWay, { code: "connection_lost" });
    await assert.rejects(other, { code: "closed" });
    await assert.rejects(room.join(), { code: "closed" });
    await assert.rejects(room.send("say"), { code: "not_joined" });
    assert.equal((await next("closed")).code, 1000);
    const [code] = await peer.closed;
    assert.equal(code, 1000);
});
