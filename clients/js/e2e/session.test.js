import assert from "node:assert/strict";
import test from "node:test";
import { ask, control, entered, publish, startClient, startNetwork, target, uniqueName, until } from "./support.js";
import { ManualTimers } from "../tests/manual-timers.js";

test("two clients join, talk and see each other", async t => {
    const name = `room:${uniqueName()}`;
    const [ada, alan] = [startClient(t), startClient(t)].map(client => client.topic(name));
    const said = [];
    let members = [];
    ada.presence(list => members = list.map(member => member.user).sort());
    alan.on("said", data => said.push(data));
    assert.deepEqual(await ada.join({ user: "Ada" }), { welcome: `Welcome to ${name.slice(5)}, Ada.` });
    await alan.join({ user: "Alan" });
    await until(() => members.join() === "Ada,Alan");
    assert.deepEqual(await ada.send("say", { text: "Hello!" }), { length: 6 });
    await until(() => said.length === 1);
    assert.deepEqual(said, [{ user: "Ada", text: "Hello!" }]);
    await alan.leave();
    await until(() => members.join() === "Ada");
});

test("every way to be refused has its code", async t => {
    const client = startClient(t);
    await assert.rejects(client.topic("nothing:like:this").join(), { code: "unknown_topic" });
    await assert.rejects(client.topic("room:x").join({ user: "" }), { code: "name_required", message: "Say who you are." });
    await assert.rejects(client.topic("room:y").join({ user: 7 }), { code: "bad_data" });
    const odd = client.topic(`odd:${uniqueName()}`);
    await odd.join();
    await assert.rejects(odd.send("fail"), { code: "internal" });
    await assert.rejects(odd.send("unheard of"), { code: "unknown_event" });
    await assert.rejects(odd.send(""), { code: "bad_message" });
    assert.equal(client.state, "open");
});

test("data of any shape comes back as it was", async t => {
    const topic = startClient(t).topic(`plain:${uniqueName()}`);
    await topic.join();
    for (const text of ["", "ünï 🎉 \u0000 \u2028", "\"\\\n", "x".repeat(60_000)]) {
        assert.deepEqual(await topic.send("echo", { text }), { text });
    }
});

test("a first join can ask for what was before", async t => {
    const name = `brief:${uniqueName()}`;
    await publish(name, 1, 10);
    const heard = [];
    const topic = startClient(t).topic(name);
    topic.on("number", number => heard.push(number));
    await topic.join(null, { history: 2 });
    await publish(name, 11, 11);
    await until(() => heard.length === 3);
    assert.deepEqual(heard, [9, 10, 11]);
});

test("a topic that was left is heard no more, and can be joined again", async t => {
    const name = `plain:${uniqueName()}`;
    const topic = startClient(t).topic(name);
    const heard = [];
    topic.on("number", number => heard.push(number));
    await topic.join();
    await publish(name, 1, 1);
    await until(() => heard.length === 1);
    topic.leave();
    await topic.join();
    assert.equal(await control("GET", `members/${name}`), 1);
    await topic.leave();
    assert.equal(await control("GET", `members/${name}`), 0);
    await publish(name, 2, 2);
    await topic.join();
    await publish(name, 3, 3);
    await until(() => heard.length === 2);
    assert.deepEqual(heard, [1, 3]);
});

test("pings keep an idle connection, and are answered", async t => {
    const timers = new ManualTimers();
    const network = await startNetwork(t);
    const client = startClient(t, network.url, { timers });
    await entered(client, "open");
    timers.next();
    const deadline = timers.delays;
    assert.deepEqual(deadline, [10_000]);
    await until(() => timers.delays[0] === 20_000);
    network.stalled = true;
    timers.next();
    const lost = entered(client, "waiting");
    timers.next();
    assert.equal((await lost).code, 3001);
    network.stalled = false;
    timers.next();
    await entered(client, "open");
});

test("a join that is cut while its handler is at work is made again", async t => {
    const network = await startNetwork(t);
    const client = startClient(t, network.url);
    const before = await ask("GET", target.replace("/realtime", "/knocks"));
    const joining = client.topic(`gated:${uniqueName()}`).join();
    await until(async () => await ask("GET", target.replace("/realtime", "/knocks")) === before + 1);
    network.cut();
    await until(async () => await ask("GET", target.replace("/realtime", "/knocks")) === before + 2);
    await ask("POST", target.replace("/realtime", "/gate"));
    assert.equal(await joining, "in");
});

test("an event whose handler was at work when the connection was lost rejects", async t => {
    const network = await startNetwork(t);
    const topic = startClient(t, network.url).topic(`odd:${uniqueName()}`);
    await topic.join();
    const sending = [topic.send("hang"), topic.send("hang")];
    network.cut();
    for (const lost of sending) {
        await assert.rejects(lost, { code: "connection_lost" });
    }
});
