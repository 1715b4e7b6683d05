import assert from "node:assert/strict";
import test from "node:test";
import { recorder, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

/** A client whose topic "room" is joined. */
async function joined(t, reply = {}, options = {}) {
    const server = await startServer(t);
    const setup = startClient(t, server.url, options);
    const room = setup.client.topic("room");
    const joining = room.join({ user: "Ada" });
    const peer = await server.welcome();
    await setup.next("open");
    await peer.admit(reply);
    await joining;
    return { ...setup, again: setup.again, server, peer, room };
}

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

test("a sent event resolves with what the handler returned, or rejects with its refusal", async t => {
    const { peer, room } = await joined(t);
    const sending = room.send("say", { text: "Hello!" });
    const event = await peer.take("event");
    assert.deepEqual(event, { type: "event", ref: event.ref, topic: "room", event: "say", data: { text: "Hello!" } });
    peer.ok(event, { data: 7 });
    assert.equal(await sending, 7);
    const refused = room.send("say");
    peer.refuse(await peer.take("event"), "bad_data");
    await assert.rejects(refused, { code: "bad_data" });
});

test("listeners hear events in order until they unsubscribe", async t => {
    const { peer, room } = await joined(t);
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
