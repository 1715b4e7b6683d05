import assert from "node:assert/strict";
import test from "node:test";
import { enterRoom, recorder, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

const WITH_HISTORY = { reply: { epoch: "e1", offset: 12, recovered: false } };

test("a rejoin carries the newest place, and the missed events are heard once, in order", async t => {
    const { server, peer, room, again, next } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    room.on("said", heard);
    peer.event("room", "said", "a", 13);
    assert.equal(await heard.next(), "a");
    peer.cut();
    await again();
    const second = await server.welcome();
    await next("open");
    const join = await second.take("join");
    assert.deepEqual(join, { type: "join", ref: join.ref, topic: "room", data: { user: "Ada" }, epoch: "e1", offset: 13 });
    second.ok(join, { epoch: "e1", offset: 13, recovered: true });
    second.event("room", "said", "b", 14);
    second.event("room", "said", "b", 14);
    second.event("room", "said", "a", 13);
    second.event("room", "said", "c", 15);
    assert.equal(await heard.next(), "b");
    assert.equal(await heard.next(), "c");
    assert.equal(heard.count, 0);
});

test("a replay that is cut in the middle goes on where it was cut", async t => {
    const { server, peer, room, again } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    room.on("said", heard);
    peer.event("room", "said", "a", 13);
    await heard.next();
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.admit({ epoch: "e1", offset: 13, recovered: true });
    second.event("room", "said", "b", 14);
    assert.equal(await heard.next(), "b");
    second.cut();
    await again();
    const third = await server.welcome();
    assert.equal((await third.admit({ epoch: "e1", offset: 14, recovered: true })).offset, 14);
    third.event("room", "said", "c", 15);
    assert.equal(await heard.next(), "c");
});

test("a gap makes the client leave and join from where it was", async t => {
    const { peer, room, timers } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    room.on("said", heard);
    peer.event("room", "said", "c", 15);
    await peer.settled();
    assert.equal(room.joined, false);
    const sending = room.send("say", "while away");
    timers.advance(0);
    peer.ok(await peer.take("leave"));
    const join = await peer.take("join");
    assert.deepEqual([join.epoch, join.offset], ["e1", 12]);
    peer.event("room", "said", "of the time before", 16);
    peer.ok(join, { epoch: "e1", offset: 12, recovered: true });
    for (const [text, offset] of [["a", 13], ["b", 14], ["c", 15]]) {
        peer.event("room", "said", text, offset);
    }
    assert.deepEqual([await heard.next(), await heard.next(), await heard.next()], ["a", "b", "c"]);
    peer.ok(await peer.take("event"));
    await sending;
});

test("a gap that the server has told of is none", async t => {
    const { peer, room, timers } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    const dropped = recorder();
    room.on("said", heard);
    room.ondropped = dropped;
    peer.send({ type: "dropped", topic: "room", count: 3, offset: 17 });
    assert.equal(await dropped.next(), 3);
    peer.event("room", "said", "a", 15);
    peer.event("room", "said", "b", 18);
    assert.deepEqual([await heard.next(), await heard.next()], ["a", "b"]);
    assert.equal(room.joined, true);
    peer.event("room", "said", "c", 20);
    await peer.settled();
    assert.equal(room.joined, false);
    timers.advance(0);
    peer.ok(await peer.take("leave"));
    const join = await peer.take("join");
    assert.equal(join.offset, 18);
});

test("a server that keeps showing gaps is asked ever more rarely", async t => {
    const { peer, timers } = await enterRoom(t, WITH_HISTORY);
    for (const wait of [0, 500, 1_000, 2_000]) {        // half of 1, 2 and 4 seconds
        peer.event("room", "said", "?", 99);
        await peer.settled();
        if (wait > 0) {
            timers.advance(wait - 1);
            await peer.settled();
            assert.equal(peer.untaken, 0);
        }
        timers.advance(1);
        peer.ok(await peer.take("leave"));
        await peer.admit({ epoch: "e1", offset: 12, recovered: true });
    }
});

test("events without an offset come between those with one", async t => {
    const { peer, room } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    room.on("said", heard);
    peer.event("room", "said", "a", 13);
    peer.event("room", "said", "for you alone");
    peer.event("room", "said", "b", 14);
    assert.deepEqual([await heard.next(), await heard.next(), await heard.next()], ["a", "for you alone", "b"]);
});

test("a lost place is told, and events go on behind it", async t => {
    const { server, peer, room, again } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    const resets = recorder();
    room.on("said", heard);
    room.onreset = resets;
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.admit({ epoch: "e2", offset: 4, recovered: false });
    second.send({ type: "reset", topic: "room", epoch: "e2", offset: 4 });
    second.event("room", "said", "new", 5);
    assert.deepEqual(await resets.next(), { epoch: "e2", offset: 4 });
    assert.equal(await heard.next(), "new");
    assert.equal(resets.count, 0);
});

test("a reset that is lost on its way comes with the next connection", async t => {
    const { server, peer, room, again, next } = await enterRoom(t, WITH_HISTORY);
    const resets = recorder();
    room.onreset = resets;
    peer.cut();
    await again();
    const second = await server.welcome();
    await next("open");
    await second.admit({ epoch: "e2", offset: 4, recovered: false });
    await second.settled();
    second.cut();
    await again();
    const third = await server.welcome();
    const join = await third.admit({ epoch: "e2", offset: 4, recovered: false });
    assert.deepEqual([join.epoch, join.offset], ["e1", 12]);
    third.send({ type: "reset", topic: "room", epoch: "e2", offset: 4 });
    assert.deepEqual(await resets.next(), { epoch: "e2", offset: 4 });
});

test("a topic that keeps no history any more says so", async t => {
    const { server, peer, room, again } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    const resets = recorder();
    room.on("said", heard);
    room.onreset = resets;
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.admit();
    second.event("room", "said", "new");
    assert.deepEqual(await resets.next(), { epoch: null, offset: null });
    assert.equal(await heard.next(), "new");
});

test("a first join whose answer was lost is sent again as a first join", async t => {
    const server = await startServer(t);
    const { client, next, again } = startClient(t, server.url);
    const heard = recorder();
    const room = client.topic("room");
    room.on("said", heard);
    const joining = room.join(null, { history: 2 });
    const peer = await server.welcome();
    await next("open");
    await peer.take("join");
    peer.cut();
    await again();
    const second = await server.welcome();
    const join = await second.admit({ epoch: "e1", offset: 10 });
    assert.equal(join.history, 2);
    second.event("room", "said", "a", 11);
    second.event("room", "said", "b", 12);
    await joining;
    assert.deepEqual([await heard.next(), await heard.next()], ["a", "b"]);
});

test("every topic rejoins, and one that is refused is left with an error", async t => {
    const { client, server, peer, room, again } = await enterRoom(t);
    const other = client.topic("other");
    const joining = other.join();
    await peer.admit();
    await joining;
    const errors = recorder();
    room.onerror = errors;
    peer.cut();
    await again();
    const waiting = room.send("say");
    const second = await server.welcome();
    const joins = [await second.take("join"), await second.take("join")];
    assert.deepEqual(joins.map(join => join.topic).sort(), ["other", "room"]);
    second.refuse(joins.find(join => join.topic === "room"), "banned");
    second.ok(joins.find(join => join.topic === "other"));
    assert.equal((await errors.next()).code, "banned");
    await assert.rejects(waiting, { code: "banned" });
    await second.settled();
    assert.equal(room.joined, false);
    assert.equal(other.joined, true);
    await assert.rejects(room.send("say"), { code: "not_joined" });
});

test("presence after a reconnect is the new snapshot, whatever was seen before", async t => {
    const { server, peer, room, again } = await enterRoom(t);
    const lists = recorder();
    room.presence(members => lists(members));
    peer.send({ type: "presence", topic: "room", members: [{ id: "m1" }, { id: "m2" }] });
    await lists.next();
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.admit();
    second.send({ type: "presence", topic: "room", joined: [{ id: "m9" }], left: [] });
    second.send({ type: "presence", topic: "room", members: [{ id: "m3" }] });
    assert.deepEqual(await lists.next(), [{ id: "m3" }]);
});

test("paging back asks before the first event that was sent, then before what was paged", async t => {
    const { peer, room } = await enterRoom(t, WITH_HISTORY);
    peer.event("room", "said", "new", 13);
    const first = room.history({ limit: 2 });
    const asked = await peer.take("history");
    assert.deepEqual(asked, { type: "history", ref: asked.ref, topic: "room", before: 13, limit: 2 });
    const page = { epoch: "e1", events: [{ event: "said", data: "a", offset: 11 }, { event: "said", data: "b", offset: 12 }], more: true };
    peer.ok(asked, { data: page });
    assert.deepEqual(await first, page);

    const second = room.history({ before: 11 });
    const older = await peer.take("history");
    assert.equal(older.before, 11);
    peer.ok(older, { data: { epoch: "e1", events: [], more: false } });
    assert.deepEqual((await second).events, []);
});

test("after a reset paging back begins at the new place, and a topic without history says so", async t => {
    const { server, peer, room, again } = await enterRoom(t, WITH_HISTORY);
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.admit({ epoch: "e2", offset: 40, recovered: false });
    second.send({ type: "reset", topic: "room", epoch: "e2", offset: 40 });
    await second.settled();
    const paging = room.history();
    const asked = await second.take("history");
    assert.equal(asked.before, 41);
    second.send({ type: "reply", ref: asked.ref, status: "error", error: { code: "no_history", message: "None." } });
    await assert.rejects(paging, { code: "no_history" });
});

test("what is skipped moves the place and is told to nobody; a gap before it is one", async t => {
    const { peer, room, timers } = await enterRoom(t, WITH_HISTORY);
    const heard = recorder();
    room.on("said", heard);
    peer.send({ type: "skip", topic: "room", offset: 13 });
    peer.event("room", "said", "b", 14);
    assert.equal(await heard.next(), "b");
    peer.send({ type: "skip", topic: "room", offset: 16 });
    await peer.settled();
    assert.equal(room.joined, false);
    timers.advance(0);
    peer.ok(await peer.take("leave"));
    assert.equal((await peer.take("join")).offset, 14);
});
