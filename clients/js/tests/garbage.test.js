import assert from "node:assert/strict";
import test from "node:test";
import { enterRoom, recorder } from "./client.js";

const GARBAGE = [
    "", "{", "null", "7", "\"text\"", "[]", "[[]]", "{}", "{\"type\":null}", "{\"type\":\"welcome\"}", "{\"type\":\"unheard of\"}",
    "{\"type\":\"reply\"}", "{\"type\":\"reply\",\"ref\":\"1\"}", "{\"type\":\"reply\",\"ref\":99999,\"status\":\"ok\"}",
    "{\"type\":\"event\"}", "{\"type\":\"event\",\"topic\":\"room\"}", "{\"type\":\"event\",\"topic\":\"__proto__\",\"event\":\"__proto__\"}",
    "{\"type\":\"event\",\"topic\":\"room\",\"event\":\"said\",\"data\":\"?\",\"offset\":\"13\"}",
    "{\"type\":\"event\",\"topic\":\"room\",\"event\":\"said\",\"data\":\"?\",\"offset\":-1}",
    "{\"type\":\"event\",\"topic\":\"room\",\"event\":\"said\",\"data\":\"?\",\"offset\":1.5}",
    "{\"type\":\"presence\",\"topic\":\"room\",\"joined\":7,\"left\":{}}",
    "{\"type\":\"presence\",\"topic\":\"room\",\"members\":[null,7,{\"id\":7},[]]}",
    "{\"type\":\"presence\",\"topic\":\"room\"}", "{\"type\":\"presence\",\"topic\":{}}",
    "{\"type\":\"reset\",\"topic\":\"room\"}", "{\"type\":\"reset\",\"topic\":\"room\",\"epoch\":1,\"offset\":\"a\"}",
    "{\"type\":\"away\"}", "{\"type\":\"away\",\"reconnect\":\"soon\"}", "{\"type\":\"error\"}", "{\"type\":\"error\",\"error\":7}",
    Buffer.from([0xff, 0x00, 0x7b]),
];

test("what makes no sense is ignored, and what makes sense goes on", async t => {
    const { client, peer, room } = await enterRoom(t, { reply: { epoch: "e", offset: 12 } });
    const heard = recorder();
    const lists = recorder();
    room.on("said", heard);
    room.presence(members => lists(members));
    room.onreset = () => assert.fail("no reset makes sense");
    for (const garbage of GARBAGE) {
        peer.raw(garbage);
    }
    peer.event("room", "said", "sense", 13);
    assert.equal(await heard.next(), "sense");
    assert.equal(client.state, "open");
    assert.equal(room.joined, true);
    assert.deepEqual(await lists.next(), []);
});

test("a fault without a call is told to the client", async t => {
    const { client, peer } = await enterRoom(t);
    const errors = recorder();
    client.onerror = errors;
    peer.send({ type: "error", error: { code: "bad_message", message: "Not JSON." } });
    const error = await errors.next();
    assert.deepEqual([error.name, error.code, error.message], ["RealtimeError", "bad_message", "Not JSON."]);
});

test("a refusal without a reason is still an error", async t => {
    const { peer, room } = await enterRoom(t);
    const sending = room.send("say");
    const event = await peer.take("event");
    peer.send({ type: "reply", ref: event.ref });
    await assert.rejects(sending, { code: "internal" });
});

test("a nonsense heartbeat is not taken at its word", async t => {
    const { peer, timers } = await enterRoom(t, { heartbeat: -5 });
    assert.deepEqual(timers.delays, [5_000]);
    timers.next();
    peer.ok(await peer.take("ping"));
    await peer.settled();
    assert.deepEqual(timers.delays, [20_000]);
});
