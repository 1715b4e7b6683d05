import assert from "node:assert/strict";
import test from "node:test";
import { enterRoom, recorder, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

test("a join waits for the connection and resolves with the reply's data", async t => {
    const server = await startServer(t);
    const { client } = startClient(t, server.url);
    const joining = client.topic("room").join({ user: "Ada" }, { history: 5 });
    const peer = await server.welcome();
    const join = await peer.take("join");
    assert.deepEqual(join, { type: "join", ref: join.ref, topic: "room", data: { user: "Ada" }, history: 5 });
    assert.ok(Number.isSafeInteger(join.ref) && join.ref > 0);
    peer.ok(join, { data: { welcome: "Hello" } });
    assert.deepEqual(await joining, { welcome: "Hello" });
    assert.equal(client.topic("room").joined, true);
});

test("a refused join rejects with the server's code, and can be tried again", async t => {
    const server = await startServer(t);
    const { client } = startClient(t, server.url);
    const room = client.topic("room");
    const joining = room.join({});
    const peer = await server.welcome();
    peer.refuse(await peer.take("join"), "name_required", "Say who you are.");
    await assert.rejects(joining, { name: "RealtimeError", code: "name_required", message: "Say who you are." });
    assert.equal(room.joined, false);
    const second = room.join({ user: "Ada" });
    await peer.admit();
    await second;
});

test("a topic is joined once at a time", async t => {
    const { room } = await enterRoom(t);
    await assert.rejects(room.join(), { code: "already_joined" });
});

test("a join that was too fast is sent again after a while", async t => {
    const server = await startServer(t);
    const { client, timers } = startClient(t, server.url);
    const joining = client.topic("room").join();
    const peer = await server.welcome();
    peer.refuse(await peer.take("join"), "too_fast");
    await peer.settled();
    assert.equal(peer.untaken, 0);
    timers.advance(750);
    await peer.admit({ data: "in" });
    assert.equal(await joining, "in");
});

test("many topics enter a few at a time, and none faster than the server likes it", async t => {
    const server = await startServer(t);
    const { client, timers } = startClient(t, server.url);
    const joins = Array.from({ length: 40 }, (_, index) => client.topic(`room:${index}`).join());
    const peer = await server.welcome();
    let tokens = 10;
    let inARow = 0;
    const entered = new Set();
    while (entered.size < 40) {
        await peer.settled();
        assert.ok(peer.untaken <= 8 + 1, "eight joins and perhaps a ping");
        if (peer.untaken === 0) {
            tokens = 10;
            timers.advance(2_000);
            continue;
        }
        const message = await peer.takeAny();
        if (message.type === "ping") {
            peer.ok(message);
        } else if (tokens-- > 0) {
            inARow = 0;
            entered.add(message.topic);
            peer.ok(message);
        } else {
            assert.ok(++inARow <= 8);
            peer.refuse(message, "too_fast");
        }
    }
    await Promise.all(joins);
});

test("a sent event resolves with what the handler returned, or rejects with its refusal", async t => {
    const { peer, room } = await enterRoom(t);
    const sending = room.send("say", { text: "Hello!" });
    const event = await peer.take("event");
    assert.deepEqual(event, { type: "event", ref: event.ref, topic: "room", event: "say", data: { text: "Hello!" } });
    peer.ok(event, { data: 7 });
    assert.equal(await sending, 7);
    const refused = room.send("say");
    peer.refuse(await peer.take("event"), "bad_data");
    await assert.rejects(refused, { code: "bad_data" });
});

test("answers find their events in any order", async t => {
    const { peer, room } = await enterRoom(t);
    const first = room.send("a");
    const second = room.send("b");
    const a = await peer.take("event");
    const b = await peer.take("event");
    peer.ok(b, { data: "second" });
    peer.ok(a, { data: "first" });
    assert.deepEqual(await Promise.all([first, second]), ["first", "second"]);
});

test("an event for a topic that is not joined is refused without a message", async t => {
    const { client, peer } = await enterRoom(t);
    await assert.rejects(client.topic("other").send("say"), { code: "not_joined" });
    await peer.settled();
    assert.equal(peer.untaken, 0);
});

test("a message that the server would close the connection for is refused here", async t => {
    const { peer, room } = await enterRoom(t);
    await assert.rejects(room.send("say", "é".repeat(33_000)), { code: "too_large" });
    const fits = room.send("say", "x".repeat(65_000));
    peer.ok(await peer.take("event"));
    await fits;
});

test("an event is what it was when it was sent, even if it waits", async t => {
    const server = await startServer(t);
    const { client } = startClient(t, server.url);
    const room = client.topic("room");
    room.join();
    const data = { text: "before" };
    const sending = room.send("say", data);
    data.text = "after";
    const peer = await server.welcome();
    await peer.admit();
    const event = await peer.take("event");
    assert.equal(event.data.text, "before");
    peer.ok(event);
    await sending;
});

test("listeners hear events in order until they unsubscribe", async t => {
    const { peer, room } = await enterRoom(t);
    const heard = recorder();
    const off = room.on("said", heard);
    peer.event("room", "said", 1);
    peer.event("room", "other", 2);
    peer.event("elsewhere", "said", 3);
    peer.event("room", "said", 4);
    assert.equal(await heard.next(), 1);
    assert.equal(await heard.next(), 4);
    off();
    peer.event("room", "said", 5);
    await peer.settled();
    assert.equal(heard.count, 0);
});

test("a listener that throws is reported and stops nobody", async t => {
    const { peer, room, client } = await enterRoom(t);
    const reported = recorder();
    globalThis.reportError = reported;
    t.after(() => delete globalThis.reportError);
    const heard = recorder();
    const fault = new Error("on purpose");
    room.on("said", () => { throw fault; });
    room.on("said", heard);
    peer.event("room", "said", 1);
    assert.equal(await heard.next(), 1);
    assert.equal(await reported.next(), fault);
    assert.equal(client.state, "open");
});

test("presence begins with the snapshot and follows the changes", async t => {
    const { peer, room } = await enterRoom(t);
    const lists = recorder();
    room.presence(members => lists(members));
    peer.send({ type: "presence", topic: "room", members: [{ id: "m1", user: "Ada" }] });
    assert.deepEqual(await lists.next(), [{ id: "m1", user: "Ada" }]);
    peer.send({ type: "presence", topic: "room", joined: [{ id: "m2", user: "Alan" }], left: [] });
    assert.deepEqual(await lists.next(), [{ id: "m1", user: "Ada" }, { id: "m2", user: "Alan" }]);
    peer.send({ type: "presence", topic: "room", joined: [{ id: "m2", user: "Alan", data: { away: true } }], left: ["m1"] });
    assert.deepEqual(await lists.next(), [{ id: "m2", user: "Alan", data: { away: true } }]);

    const late = recorder((...values) => values);
    room.presence(late);
    assert.deepEqual(await late.next(), [[{ id: "m2", user: "Alan", data: { away: true } }], 1]);
});

test("where only a number is told, members are none until a list comes", async t => {
    const { peer, room } = await enterRoom(t);
    const lists = recorder((...values) => values);
    room.presence(lists);
    peer.send({ type: "presence", topic: "room", members: [{ id: "@Ada", user: "Ada", connections: 2 }] });
    assert.deepEqual(await lists.next(), [[{ id: "@Ada", user: "Ada", connections: 2 }], 1]);
    peer.send({ type: "presence", topic: "room", count: 1001 });
    assert.deepEqual(await lists.next(), [[], 1001]);
    peer.send({ type: "presence", topic: "room", joined: [{ id: "m1" }], left: [] });
    peer.send({ type: "presence", topic: "room", count: -1 });
    peer.send({ type: "presence", topic: "room", count: 1002 });
    assert.deepEqual(await lists.next(), [[], 1002]);
    const late = recorder((...values) => values);
    room.presence(late);
    assert.deepEqual(await late.next(), [[], 1002]);
    peer.send({ type: "presence", topic: "room", members: [{ id: "m2" }] });
    assert.deepEqual(await lists.next(), [[{ id: "m2" }], 1]);
});

test("leaving tells the server and ends what waits", async t => {
    const { peer, room, client } = await enterRoom(t);
    const heard = recorder();
    room.on("said", heard);
    const leaving = room.leave();
    assert.equal(room.joined, false);
    const leave = await peer.take("leave");
    assert.equal(leave.topic, "room");
    peer.event("room", "said", "late");
    peer.ok(leave);
    await leaving;
    assert.equal(heard.count, 0);
    await assert.rejects(room.send("say"), { code: "not_joined" });
    assert.notEqual(client.topic("room"), room);
});

test("a topic that was left can be joined again at once, as new", async t => {
    const { peer, room } = await enterRoom(t, { reply: { epoch: "e", offset: 3 } });
    const heard = recorder();
    room.on("said", heard);
    room.leave();
    const joining = room.join({ user: "Ada" });
    peer.ok(await peer.take("leave"));
    const join = await peer.take("join");
    assert.equal("epoch" in join, false);
    peer.event("room", "said", "of the time before", 4);
    peer.ok(join, { epoch: "e", offset: 9 });
    peer.event("room", "said", "new", 10);
    await joining;
    assert.equal(await heard.next(), "new");
});

test("leaving before the join was answered rejects the join", async t => {
    const server = await startServer(t);
    const { client } = startClient(t, server.url);
    const room = client.topic("room");
    const joining = room.join();
    const sending = room.send("say");
    const peer = await server.welcome();
    const join = await peer.take("join");
    const leaving = room.leave();
    await assert.rejects(joining, { code: "left" });
    await assert.rejects(sending, { code: "left" });
    peer.ok(join);
    peer.ok(await peer.take("leave"));
    await leaving;
    assert.equal(room.joined, false);
});

test("two objects of one topic cannot both be in it", async t => {
    const { client, peer, room } = await enterRoom(t);
    const leaving = room.leave();
    peer.ok(await peer.take("leave"));
    await leaving;
    const other = client.topic("room");
    const joining = other.join();
    await peer.admit();
    await joining;
    await assert.rejects(room.join(), { code: "already_joined" });
});

test("a leave that was too fast is said again", async t => {
    const { peer, room } = await enterRoom(t);
    const leaving = room.leave();
    peer.refuse(await peer.take("leave"), "too_fast");
    await leaving;
    peer.ok(await peer.take("leave"));
});

test("a topic that is wanted again is not left by a leave of the time before", async t => {
    const { peer, room, timers } = await enterRoom(t);
    const leaving = room.leave();
    const joining = room.join();
    peer.refuse(await peer.take("leave"), "too_fast");
    peer.refuse(await peer.take("join"), "already_joined");
    await leaving;
    await peer.settled();
    assert.equal(peer.untaken, 0);
    timers.next();
    peer.ok(await peer.take("leave"));
    await peer.admit({ data: "in" });
    assert.equal(await joining, "in");
});

test("a client that is taken out is told why, stays out, and may join again", async t => {
    const { server, peer, room, again } = await enterRoom(t);
    const errors = recorder();
    const heard = recorder();
    room.onerror = errors;
    room.on("said", heard);
    const asked = room.send("say", "unanswered");
    const say = await peer.take("event");
    peer.send({ type: "left", topic: "room", error: { code: "banned", message: "Behave.", details: { hours: 2 } } });
    const error = await errors.next();
    assert.deepEqual([error.code, error.message, error.details.hours], ["banned", "Behave.", 2]);
    assert.equal(room.joined, false);
    peer.refuse(say, "not_joined");
    await assert.rejects(asked, { code: "not_joined" });
    peer.event("room", "said", "too late");
    await assert.rejects(room.send("say", "x"), { code: "not_joined" });
    peer.cut();
    await again();
    const second = await server.welcome();
    await second.settled();
    assert.equal(second.untaken, 0);
    const rejoining = room.join({ user: "Ada" });
    await second.admit();
    await rejoining;
    second.event("room", "said", "again");
    assert.equal(await heard.next(), "again");
});

test("events by a wildcard come to its topic alone, with the topic that they are of, and their offsets are no gap", async t => {
    const server = await startServer(t);
    const { client } = startClient(t, server.url);
    const all = recorder();
    const one = recorder();
    client.topic("room:*").on("said", (data, origin) => all([data, origin]));
    client.topic("room:a").on("said", one);
    const joins = [client.topic("room:*").join(), client.topic("room:a").join()];
    const peer = await server.welcome();
    await peer.admit();
    await peer.admit({ epoch: "e", offset: 7, recovered: false });
    await Promise.all(joins);
    peer.send({ type: "event", topic: "room:a", event: "said", data: 1, offset: 8, via: "room:*" });
    peer.send({ type: "event", topic: "room:b", event: "said", data: 2, offset: 30, via: "room:*" });
    peer.send({ type: "event", topic: "room:a", event: "said", data: 1, offset: 8 });
    assert.deepEqual(await all.next(), [1, { topic: "room:a", offset: 8 }]);
    assert.deepEqual(await all.next(), [2, { topic: "room:b", offset: 30 }]);
    assert.equal(await one.next(), 1);
    assert.equal(one.count + all.count, 0);
    assert.equal(client.topic("room:a").joined, true);
});
