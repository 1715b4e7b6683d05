import assert from "node:assert/strict";
import test from "node:test";
import { entered, startClient, startNetwork, uniqueName, until } from "./support.js";

test("full queues of many topics leave in order and no faster than the server likes it", async t => {
    const network = await startNetwork(t);
    const client = startClient(t, network.url, { random: () => 0.2 });
    const topics = ["a", "b", "c", "d"].map(() => client.topic(`room:${uniqueName()}`));
    await Promise.all(topics.map(topic => topic.join({ user: "Ada" })));
    const heard = topics.map(topic => {
        const texts = [];
        topic.on("said", ({ text }) => texts.push(Number(text)));
        return texts;
    });
    const away = entered(client, "waiting");
    network.cut();
    await away;
    const numbers = Array.from({ length: 100 }, (_, index) => index);
    const sending = topics.flatMap(topic => numbers.map(number => topic.send("say", { text: String(number) })));
    await Promise.all(sending);
    await until(() => heard.every(texts => texts.length === 100));
    heard.forEach(texts => assert.deepEqual(texts, numbers));
    assert.equal(client.state, "open");
});

test("a client that floods is refused or closed, and disturbs nobody else", async t => {
    const name = `room:${uniqueName()}`;
    const bystander = startClient(t).topic(name);
    await bystander.join({ user: "Alan" });
    const client = startClient(t);
    const room = client.topic(name);
    await room.join({ user: "Ada" });
    const outcomes = await Promise.all(Array.from({ length: 2_000 }, (_, index) =>
        room.send("say", { text: String(index) }).then(() => "done", error => error.code)));
    assert.ok(outcomes.includes("done"));
    assert.ok(outcomes.includes("too_fast"));
    await until(() => client.state === "closed");
    assert.equal(client.reason.code, 3500);
    assert.deepEqual([...new Set(outcomes)].sort(), ["connection_lost", "done", "too_fast"]);
    assert.deepEqual(await bystander.send("say", { text: "still here" }), { length: 10 });
});
