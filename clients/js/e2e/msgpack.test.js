import assert from "node:assert/strict";
import test from "node:test";
import * as msgpack from "@msgpack/msgpack";
import { startClient, startNetwork, target, uniqueName, until } from "./support.js";

test("members of both formats talk to each other, each in its own", async t => {
    const name = `typed:${uniqueName()}`;
    const [packed, text, late] = [{ msgpack }, {}, { msgpack }].map(options => startClient(t, target, options).topic(name));
    const heard = { packed: [], text: [], late: [] };
    packed.on("kept", data => heard.packed.push(data));
    text.on("kept", data => heard.text.push(data));
    late.on("kept", data => heard.late.push(data));
    await Promise.all([packed.join(), text.join()]);
    const bytes = new Uint8Array([0, 1, 254, 255]);
    const at = new Date("2024-05-01T10:20:30.456Z");

    assert.deepEqual(await packed.send("keep", { bytes, at, text: "ü🎉" }), { bytes, at, text: "ü🎉" });
    assert.deepEqual(
        await text.send("keep", { bytes: "AAH+/w==", at: "2024-05-01T10:20:30.456Z", text: "as text" }),
        { bytes: "AAH+/w==", at: "2024-05-01T10:20:30.456Z", text: "as text" });

    await until(() => heard.packed.length === 2 && heard.text.length === 2);
    assert.deepEqual(heard.packed, [{ bytes, at, text: "ü🎉" }, { bytes, at, text: "as text" }]);
    assert.deepEqual(heard.text.map(({ bytes, at }) => [bytes, at]), Array(2).fill(["AAH+/w==", "2024-05-01T10:20:30.456Z"]));
    await late.join(null, { history: 2 });
    await until(() => heard.late.length === 2);
    assert.deepEqual(heard.late, heard.packed);
});

test("refusals and what does not fit are told as in JSON", async t => {
    const client = startClient(t, target, { msgpack });
    await assert.rejects(client.topic("nothing:like:this").join(), { code: "unknown_topic" });
    await assert.rejects(client.topic("room:x").join({ user: "" }), { code: "name_required", message: "Say who you are." });
    const messages = await Promise.all([{ msgpack }, {}].map(options =>
        startClient(t, target, options).topic("room:y").join({ user: 7 }).then(assert.fail, error => `${error.code} ${error.message}`)));
    assert.match(messages[0], /^bad_data 'data.user' /);
    assert.equal(messages[0], messages[1]);
    assert.equal(client.state, "open");
});

test("a lost connection is resumed", async t => {
    const network = await startNetwork(t);
    const name = `typed:${uniqueName()}`;
    const mine = startClient(t, network.url, { msgpack }).topic(name);
    const other = startClient(t).topic(name);
    const heard = [];
    mine.on("kept", ({ text }) => heard.push(text));
    await Promise.all([mine.join(), other.join()]);
    for (const text of ["one", "two", "three"]) {
        network.cut();
        await other.send("keep", { bytes: "", at: "2024-05-01T10:20:30Z", text });
    }
    await until(() => heard.length === 3);
    assert.deepEqual(heard, ["one", "two", "three"]);
});
