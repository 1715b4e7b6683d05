import assert from "node:assert/strict";
import test from "node:test";
import { control, entered, publish, startClient, startNetwork, target, uniqueName, until } from "./support.js";

function range(first, last) {
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** A client that may fall back, on a network that blocks WebSockets. */
async function startBlocked(t, options) {
    const network = await startNetwork(t);
    network.blocked = true;
    return { network, client: startClient(t, network.url, { fallback: true, ...options }) };
}

test("a client whose WebSockets are blocked falls back, and everything works as ever", async t => {
    const { client } = await startBlocked(t);
    const name = `room:${uniqueName()}`;
    const [ada, alan] = [client, startClient(t)].map(each => each.topic(name));
    const said = [];
    let members = [];
    ada.on("said", data => said.push(data));
    ada.presence(list => members = list.map(member => member.user).sort());
    assert.deepEqual(await ada.join({ user: "Ada" }), { welcome: `Welcome to ${name.slice(5)}, Ada.` });
    assert.equal(client.transport, "stream");
    await alan.join({ user: "Alan" });
    await until(() => members.join() === "Ada,Alan");
    await alan.send("say", { text: "Tea?" });
    assert.deepEqual(await ada.send("say", { text: "Yes.\nünï 🎉 \u2028" }), { length: 13 });
    await until(() => said.length === 2);
    assert.deepEqual(said, [{ user: "Alan", text: "Tea?" }, { user: "Ada", text: "Yes.\nünï 🎉 \u2028" }]);
    assert.equal((await ada.history()).events.length, 0);
    await assert.rejects(ada.send("unheard of"), { code: "unknown_event" });
    await assert.rejects(client.topic("room:x").join({ user: "" }), { code: "name_required" });
    await ada.leave();
    assert.equal(await control("GET", `members/${name}`), 1);
});

test("many and large messages go in as many posts as they need, in order", async t => {
    const { client } = await startBlocked(t);
    const topic = client.topic(`plain:${uniqueName()}`);
    await topic.join();
    const texts = [...range(1, 60).map(String), ..."abc".split("").map(letter => letter.repeat(60_000)), "end"];
    assert.deepEqual(await Promise.all(texts.map(text => topic.send("echo", { text }))), texts.map(text => ({ text })));
});

test("without a WebSocket at all the fallback is used", async t => {
    const client = startClient(t, target, { WebSocket: null, fallback: true });
    const topic = client.topic(`plain:${uniqueName()}`);
    await topic.join();
    assert.deepEqual(await topic.send("echo", { text: "Hello!" }), { text: "Hello!" });
    assert.equal(client.transport, "stream");
});

test("a post whose answer is lost is sent again and heard once", async t => {
    let lost = 0;
    const client = startClient(t, target, {
        WebSocket: null,
        fallback: true,
        async fetch(url, init) {
            const response = await fetch(url, init);
            if (init.method === "POST" && ++lost % 2 === 1) {
                throw new Error("lost on the way back");
            }
            return response;
        },
    });
    const room = client.topic(`room:${uniqueName()}`);
    const said = [];
    room.on("said", ({ text }) => said.push(text));
    await room.join({ user: "Ada" });
    for (const text of ["one", "two", "three"]) {
        await room.send("say", { text });
    }
    await until(() => said.length >= 3);
    assert.deepEqual(said, ["one", "two", "three"]);
    assert.ok(lost > 6);
});

test("it climbs back once WebSockets get through, and loses and doubles nothing on the way", async t => {
    const { network, client } = await startBlocked(t, { retryWebSocket: 100 });
    const name = `room:${uniqueName()}`;
    const room = client.topic(name);
    const numbers = [];
    const said = [];
    const states = [];
    room.on("number", number => numbers.push(number));
    room.on("said", ({ text }) => said.push(text));
    await room.join({ user: "Ada" });
    assert.equal(client.transport, "stream");
    client.onstate = state => states.push(state);
    let number = 0;
    const sends = [];
    const speak = async () => {
        await publish(name, ++number, number);
        sends.push(room.send("say", { text: String(number) }));
    };
    for (let count = 0; count < 30; count++) {
        await speak();
    }
    network.blocked = false;
    while (client.transport !== "websocket") {
        await speak();
        // No faster than the server lets a client speak in the long run, however long the climb takes.
        await new Promise(resolve => setTimeout(resolve, 10));
    }
    for (let count = 0; count < 30; count++) {
        await speak();
    }
    await Promise.all(sends);
    await until(() => numbers.length >= number && said.length >= number);
    assert.deepEqual(numbers, range(1, number));
    assert.deepEqual(said, range(1, number).map(String));
    assert.deepEqual(states, [], "nobody was told, for nothing was lost");
});

test("on a network that cuts, blocks and lets through again nothing is lost and nothing doubled", async t => {
    const { network, client } = await startBlocked(t, { retryWebSocket: 50, queueLimit: 1000 });
    const name = `room:${uniqueName()}`;
    const room = client.topic(name);
    const numbers = [];
    const said = [];
    room.on("number", number => numbers.push(number));
    room.on("said", ({ text }) => said.push(text));
    await room.join({ user: "Ada" });
    const transports = new Set();
    const outcomes = new Map();
    const sends = [];
    for (let number = 1; number <= 400; number++) {
        if (number % 50 === 0) {
            network.blocked = !network.blocked;
            network.cut();
        }
        if (number % 50 === 40) {
            await until(() => client.state === "open" && (network.blocked || client.transport === "websocket"));
        }
        transports.add(client.transport);
        await publish(name, number, number);
        const text = String(number);
        sends.push(room.send("say", { text }).then(() => outcomes.set(text, "done"), error => outcomes.set(text, error.code)));
    }
    await Promise.all(sends);
    await until(() => numbers.length >= 400);
    assert.deepEqual(numbers, range(1, 400));
    assert.equal(new Set(said).size, said.length, "nothing is said twice");
    // What was lost with its connection may have been on its way still, and be heard behind what went over the next one.
    const answered = said.filter(text => outcomes.get(text) === "done");
    assert.deepEqual(answered, [...answered].sort((a, b) => a - b), "what was answered was heard in order");
    for (const [text, outcome] of outcomes) {
        assert.ok(outcome === "connection_lost" || (outcome === "done" && said.includes(text)), `${text}: ${outcome}`);
    }
    assert.ok(transports.has("stream") && transports.has("websocket"));
});

test("a server that is down is found again, by whichever way", async t => {
    const { network, client } = await startBlocked(t);
    const name = `room:${uniqueName()}`;
    const room = client.topic(name);
    const resets = [];
    room.onreset = place => resets.push(place);
    await room.join({ user: "Ada" });
    const waiting = entered(client, "waiting");
    await control("POST", "stop");
    assert.equal((await waiting).code, 1001);
    await control("POST", "start");
    await until(() => room.joined);
    assert.equal(client.transport, "stream");
    assert.equal(resets.length, 1);
    assert.equal(network.blocked, true);
});
