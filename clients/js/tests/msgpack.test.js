import assert from "node:assert/strict";
import test from "node:test";
import * as msgpack from "@msgpack/msgpack";
import { recorder, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

const SUBPROTOCOL = "realtime.v1.msgpack";

async function enterRoom(t, data) {
    const format = { encode: msgpack.encode, decode: bytes => msgpack.decode(bytes) };
    const server = await startServer(t, { format, handleProtocols: offered => offered.has(SUBPROTOCOL) && SUBPROTOCOL });
    const setup = startClient(t, server.url, { msgpack });
    const room = setup.client.topic("room");
    const joining = room.join(data);
    const peer = await server.welcome();
    await setup.next("open");
    return { ...setup, server, peer, room, joining };
}

test("messages are MessagePack both ways, and what is undefined is left out", async t => {
    const { peer, room, joining } = await enterRoom(t);
    assert.equal(peer.socket.protocol, SUBPROTOCOL);
    const join = await peer.take("join");
    assert.deepEqual(Object.keys(join).sort(), ["ref", "topic", "type"]);
    peer.ok(join, { data: { welcome: "Hello!" } });
    assert.deepEqual(await joining, { welcome: "Hello!" });
    const sending = room.send("say", { list: [1, -1, 1.5, "ü🎉", null, true], more: { left: undefined } });
    const event = await peer.take("event");
    assert.deepEqual(event.data, { list: [1, -1, 1.5, "ü🎉", null, true], more: {} });
    peer.ok(event);
    await sending;
});

test("bytes come as Uint8Array and times as Date", async t => {
    const { peer, room, joining } = await enterRoom(t, { key: new Uint8Array([1, 2]) });
    const join = await peer.take("join");
    assert.deepEqual([...join.data.key], [1, 2]);
    peer.ok(join);
    await joining;
    const drawn = recorder();
    room.on("drawn", drawn);
    peer.event("room", "drawn", { image: new Uint8Array([3, 255]), at: new Date(1_700_000_000_123) });
    const { image, at } = await drawn.next();
    assert.deepEqual([image, at], [new Uint8Array([3, 255]), new Date(1_700_000_000_123)]);
});

test("what is no MessagePack is ignored, and what makes sense goes on", async t => {
    const { client, peer, room, joining } = await enterRoom(t);
    peer.ok(await peer.take("join"));
    await joining;
    const heard = recorder();
    room.on("said", heard);
    for (const garbage of [[], [0xc1], [0x81], [0xa2, 0xc3], [0x07], [0xc0], [0x93, 1, 2, 3], [0x80], [0xd4, 5, 0]]) {
        peer.raw(new Uint8Array(garbage));
    }
    peer.raw("{\"type\":\"event\",\"topic\":\"room\",\"event\":\"said\",\"data\":\"text\"}");
    peer.event("room", "said", "sense");
    assert.equal(await heard.next(), "sense");
    assert.equal(client.state, "open");
});

test("a message over 64 KiB is not sent", async t => {
    const { peer, room, joining } = await enterRoom(t);
    peer.ok(await peer.take("join"));
    await joining;
    await assert.rejects(room.send("say", new Uint8Array(65_536)), { code: "too_large" });
    const sending = room.send("say", new Uint8Array(65_000));
    peer.ok(await peer.take("event"));
    await sending;
});
