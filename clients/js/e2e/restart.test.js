// Stops and starts the app.
import assert from "node:assert/strict";
import test from "node:test";
import { ask, control, entered, publish, startClient, startNetwork, target, uniqueName, until } from "./support.js";

async function restart() {
    await control("POST", "stop");
    await control("POST", "start");
}

test("a server that goes away says so, and its successor is joined with a lost place", async t => {
    const name = `room:${uniqueName()}`;
    const client = startClient(t, target, { random: Math.random });
    const room = client.topic(name);
    const heard = [];
    const resets = [];
    room.on("number", number => heard.push(number));
    room.onreset = place => resets.push(place);
    await room.join({ user: "Ada" });
    await publish(name, 1, 5);
    await until(() => heard.length === 5);
    const away = entered(client, "waiting");
    await control("POST", "stop");
    assert.equal((await away).code, 1001);
    const queued = room.send("say", { text: "while it was down" });
    await control("POST", "start");
    assert.deepEqual(await queued, { length: 17 });
    assert.equal(resets.length, 1);
    assert.equal(typeof resets[0].epoch, "string");
    await publish(name, 6, 6);
    await until(() => heard.length === 6);
    assert.deepEqual(heard, [1, 2, 3, 4, 5, 6]);
});

test("a topic without history has no place to lose", async t => {
    const name = `plain:${uniqueName()}`;
    const topic = startClient(t).topic(name);
    topic.onreset = () => assert.fail("there is nothing to reset");
    await topic.join();
    await restart();
    assert.deepEqual(await topic.send("echo", { text: "back" }).catch(error => error.code === "connection_lost" && topic.send("echo", { text: "back" })), { text: "back" });
});

test("a server that is stopped while a join is at work finds it again afterwards", async t => {
    const joining = startClient(t).topic(`gated:${uniqueName()}`).join();
    const knocks = target.replace("/realtime", "/knocks");
    await until(async () => await ask("GET", knocks) === 1);
    await restart();
    await until(async () => await ask("GET", knocks) === 1);
    await ask("POST", target.replace("/realtime", "/gate"));
    assert.equal(await joining, "in");
});

test("a server that dies in the middle of a replay leads to a reset, never to a silent gap", async t => {
    const network = await startNetwork(t);
    const name = `room:${uniqueName()}`;
    const client = startClient(t, network.url);
    const room = client.topic(name);
    const heard = [];
    room.on("number", number => heard.push(number));
    room.onreset = () => heard.push("reset");
    await room.join({ user: "Ada" });
    await publish(name, 1, 1);
    await until(() => heard.length === 1);
    network.allowance = () => 20_000;
    network.cut();
    await publish(name, 2, 2_000);
    await until(() => heard.length > 20);
    network.stalled = true;
    await control("POST", "stop");
    network.allowance = () => undefined;
    network.stalled = false;
    network.cut();
    await control("POST", "start");
    await until(() => heard.includes("reset") && room.joined);
    await publish(name, 5_000, 5_001);
    await until(() => heard.at(-1) === 5_001);
    const before = heard.slice(0, heard.indexOf("reset"));
    assert.deepEqual(before, before.map((_, index) => index + 1));
    assert.deepEqual(heard.slice(before.length), ["reset", 5_000, 5_001]);
});

test("through restarts in a row every call is settled and the client comes back", async t => {
    const name = `room:${uniqueName()}`;
    const client = startClient(t);
    const room = client.topic(name);
    await room.join({ user: "Ada" });
    const outcomes = [];
    let running = true;
    const talking = (async () => {
        for (let number = 0; running; number++) {
            outcomes.push(await room.send("say", { text: String(number) }).then(() => "done", error => error.code));
        }
    })();
    for (let round = 0; round < 5; round++) {
        await restart();
        await until(() => room.joined);
    }
    running = false;
    await talking;
    outcomes.forEach(outcome => assert.match(outcome, /^(done|connection_lost|too_fast)$/));
    assert.ok(outcomes.includes("done"));
    assert.equal(client.state, "open");
});
