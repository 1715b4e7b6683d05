import assert from "node:assert/strict";
import test from "node:test";
import { control, entered, publish, startClient, startNetwork, uniqueName, until } from "./support.js";

/** The numbers that a topic's listener hears. */
function numbersOf(topic) {
    const numbers = [];
    topic.on("number", number => numbers.push(number));
    return numbers;
}

function range(first, last) {
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

test("what was published while the connection was away comes afterwards, each once and in order", async t => {
    const network = await startNetwork(t);
    const name = `room:${uniqueName()}`;
    const client = startClient(t, network.url, { random: () => 0.2 });
    const room = client.topic(name);
    const heard = numbersOf(room);
    await room.join({ user: "Ada" });
    await publish(name, 1, 10);
    const away = entered(client, "waiting");
    network.cut();
    await away;
    await publish(name, 11, 1500);
    await until(() => heard.length >= 1500);
    await publish(name, 1501, 1510);
    await until(() => heard.length >= 1510);
    assert.deepEqual(heard, range(1, 1510));
});

test("a replay that is cut again and again arrives whole", async t => {
    const network = await startNetwork(t);
    const name = `room:${uniqueName()}`;
    const client = startClient(t, network.url);
    const room = client.topic(name);
    const heard = numbersOf(room);
    await room.join({ user: "Ada" });
    await publish(name, 1, 1);
    await until(() => heard.length === 1);
    let bytes = 300;
    network.allowance = () => bytes += 1_777;
    const away = entered(client, "waiting");
    network.cut();
    await away;
    await publish(name, 2, 1000);
    await until(() => heard.length >= 1000);
    assert.deepEqual(heard, range(1, 1000));
    assert.ok(network.connections > 3, `it was cut ${network.connections} times`);
});

test("on a network that fails all the time nothing is lost, nothing doubled, nothing out of order", async t => {
    const network = await startNetwork(t);
    const name = `room:${uniqueName()}`;
    const listener = startClient(t, network.url).topic(name);
    const speaker = startClient(t, network.url).topic(name);
    const heard = [];
    listener.on("number", number => heard.push(number));
    listener.on("said", ({ text }) => heard.push(text));
    await listener.join({ user: "Ada" });
    await speaker.join({ user: "Alan" });
    // A simple generator, so that a failure can be seen again.
    let seed = 42;
    const random = limit => (seed = (seed * 1103515245 + 12345) % 2147483648) % limit;
    network.allowance = () => 400 + random(6_000);
    network.cut();
    const outcomes = new Map();
    const all = [];
    for (let number = 0; number < 150; number++) {
        const text = `say ${number}`;
        all.push(speaker.send("say", { text }).then(() => outcomes.set(text, "done"), error => outcomes.set(text, error.code)));
        if (number % 3 === 0) {
            await publish(name, number, number);
        }
        if (all.length >= 50) {
            await all.shift();
        }
    }
    await Promise.all(all);
    network.allowance = () => undefined;
    await publish(name, 1_000_000, 1_000_000);
    await until(() => heard.at(-1) === 1_000_000);

    assert.deepEqual(heard.filter(Number.isInteger), [...range(0, 49).map(number => number * 3), 1_000_000]);
    const texts = heard.filter(item => typeof item === "string");
    assert.equal(new Set(texts).size, texts.length, "nothing is said twice");
    assert.deepEqual(texts, texts.toSorted?.((a, b) => Number(a.slice(4)) - Number(b.slice(4))) ?? texts, "in order");
    for (const [text, outcome] of outcomes) {
        assert.ok(outcome === "connection_lost" || (outcome === "done" && texts.includes(text)), `${text}: ${outcome}`);
    }
    assert.ok([...outcomes.values()].includes("done"));
    assert.ok(network.connections > 10);
});

test("a client that was away for longer than the history says so, and goes on", async t => {
    const network = await startNetwork(t);
    const name = `brief:${uniqueName()}`;
    const client = startClient(t, network.url, { random: () => 0.2 });
    const topic = client.topic(name);
    const heard = numbersOf(topic);
    const resets = [];
    topic.onreset = place => resets.push(place);
    await topic.join();
    await publish(name, 1, 2);
    await until(() => heard.length === 2);
    const away = entered(client, "waiting");
    network.cut();
    await away;
    await publish(name, 3, 20);
    await until(() => topic.joined && resets.length === 1);
    await publish(name, 21, 21);
    await until(() => heard.length === 3);
    assert.deepEqual(heard, [1, 2, 21]);
    assert.equal(resets[0].offset, 20);
});

test("presence is right again after a lost connection", async t => {
    const network = await startNetwork(t);
    const name = `room:${uniqueName()}`;
    const ada = startClient(t, network.url).topic(name);
    let members = [];
    ada.presence(list => members = list.map(member => member.user).sort());
    await ada.join({ user: "Ada" });
    const alan = startClient(t).topic(name);
    await alan.join({ user: "Alan" });
    await until(() => members.join() === "Ada,Alan");
    network.cut();
    await alan.leave();
    await until(() => ada.joined && members.join() === "Ada");
    assert.equal(await control("GET", `members/${name}`), 1);
});

test("all of 128 topics are joined again", async t => {
    const network = await startNetwork(t);
    const client = startClient(t, network.url, { random: () => 0.1 });
    const topics = range(1, 128).map(() => client.topic(`brief:${uniqueName()}`));
    await Promise.all(topics.map(topic => topic.join()));
    const heard = topics.map(numbersOf);
    const away = entered(client, "waiting");
    network.cut();
    await away;
    await Promise.all(topics.map(topic => publish(topic.name, 7, 8)));
    await until(() => heard.every(numbers => numbers.length === 2));
    await until(() => topics.every(topic => topic.joined));
    const oneMore = client.topic(`brief:${uniqueName()}`);
    await assert.rejects(oneMore.join(), { code: "too_many_joins" });
});
