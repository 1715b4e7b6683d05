import assert from "node:assert/strict";
import test from "node:test";
import WebSocket from "ws";
import { connect } from "../realtime.js";
import { recorder, startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

test("it is open once the server has said welcome", async t => {
    const server = await startServer(t);
    const { client, next } = startClient(t, server.url);
    assert.equal(client.state, "connecting");
    const peer = await server.accept();
    assert.equal(peer.socket.protocol, "realtime.v1.json");
    await peer.settled();
    assert.equal(client.state, "connecting");
    peer.send({ type: "welcome", connection: "c1", heartbeat: 1_000 });
    assert.equal(await next("open"), null);
});

test("an http address is taken as its WebSocket address", async t => {
    const server = await startServer(t);
    const { next } = startClient(t, new URL(server.url.replace("ws:", "http:")));
    await server.welcome();
    await next("open");
});

test("without a page or a WebSocket the error says what to pass", () => {
    assert.throws(() => connect("/realtime", { WebSocket }), { name: "TypeError" });
    const global = Object.getOwnPropertyDescriptor(globalThis, "WebSocket");
    Object.defineProperty(globalThis, "WebSocket", { value: undefined, configurable: true });
    try {
        assert.throws(() => connect("ws://127.0.0.1:1/", { fallback: false }), /pass one: connect\(url, \{ WebSocket \}\)/);
    } finally {
        global ? Object.defineProperty(globalThis, "WebSocket", global) : delete globalThis.WebSocket;
    }
});

test("a token is asked for before each attempt and goes with the address", async t => {
    const server = await startServer(t);
    const urls = [];
    let tokens = 0;
    const { next, timers } = startClient(t, `${server.url}?room=a`, {
        token: async () => `t ${++tokens}`,
        WebSocket: class extends WebSocket {
            constructor(url, protocols) {
                super(url, protocols);
                urls.push(new URL(url).search);
            }
        },
    });
    (await server.welcome()).cut();
    await next("open");
    await next("waiting");
    timers.next();
    await next("connecting");
    await server.welcome();
    await next("open");
    assert.deepEqual(urls, ["?room=a&token=t+1", "?room=a&token=t+2"]);
});

test("without a token the client waits and asks again", async t => {
    const server = await startServer(t);
    let tokens = 0;
    const { next, timers } = startClient(t, server.url, {
        token() {
            if (tokens++ === 0) {
                throw new Error("signed out");
            }
            return "t";
        },
    });
    assert.match((await next("waiting")).message, /signed out/);
    timers.next();
    await next("connecting");
    await server.welcome();
    await next("open");
});

test("a client that closes while it waits for a token connects no more", async t => {
    const server = await startServer(t);
    let give;
    const { client, next } = startClient(t, server.url, { token: () => new Promise(resolve => give = resolve), WebSocket: class { constructor() { assert.fail(); } } });
    await null;
    client.close();
    await next("closed");
    give("late");
});

test("the wait between attempts has full jitter in a window that doubles up to 30 seconds", async t => {
    const refused = await startServer(t, { verifyClient: () => false });
    for (const random of [0, 0.5, 0.999]) {
        const { client, next, timers } = startClient(t, refused.url, { random: () => random });
        for (let attempt = 0; attempt < 9; attempt++) {
            const reason = await next("waiting");
            assert.equal(reason.code, 1006);
            assert.deepEqual(timers.delays, [random * Math.min(30_000, 500 * 2 ** attempt)]);
            timers.next();
            await next("connecting");
        }
        client.close();
    }
});

test("the backoff starts anew only when a connection has proved good", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url);
    for (const window of [500, 1_000, 2_000]) {
        const peer = await server.welcome();
        await next("open");
        peer.cut();
        await next("waiting");
        assert.deepEqual(timers.delays, [window / 2]);
        timers.next();
        await next("connecting");
    }
    const peer = await server.welcome();
    await next("open");
    timers.advance(5_000);
    peer.ok(await peer.take("ping"));
    await peer.settled();
    peer.cut();
    await next("waiting");
    assert.deepEqual(timers.delays, [250]);
});

test("a server that goes away says within which time to come back", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url);
    const peer = await server.welcome();
    await next("open");
    peer.send({ type: "away", reconnect: 8_000 });
    peer.close(1001, "Going away.");
    assert.deepEqual(await next("waiting"), { code: 1001, message: "Going away." });
    assert.deepEqual(timers.delays, [4_000]);
    timers.next();
    await next("connecting");
    const second = await server.welcome();
    await next("open");
    second.cut();
    await next("waiting");
    assert.deepEqual(timers.delays, [500], "the window was for one attempt");
});

for (const code of [1001, 1011, 1012, 3000, 3001, 3008, 3499, 4000]) {
    test(`close code ${code} asks to connect again`, async t => {
        const server = await startServer(t);
        const { next } = startClient(t, server.url);
        const peer = await server.welcome();
        await next("open");
        peer.close(code);
        assert.equal((await next("waiting")).code, code);
    });
}

for (const code of [1000, 1002, 1003, 1007, 1009, 3500, 3999]) {
    test(`close code ${code} ends it for good, with the reason`, async t => {
        const server = await startServer(t);
        const { client, next, timers } = startClient(t, server.url);
        const joining = client.topic("room").join();
        const peer = await server.welcome();
        await next("open");
        peer.close(code, "Because.");
        assert.deepEqual(await next("closed"), { code, message: "Because." });
        assert.deepEqual(client.reason, { code, message: "Because." });
        await assert.rejects(joining, { code: "closed", message: /Because/ });
        assert.deepEqual(timers.delays, []);
    });
}

test("pings keep the connection, within the heartbeat that the server asks for", async t => {
    const server = await startServer(t);
    const { client, next, timers } = startClient(t, server.url);
    const peer = await server.welcome(10_000);
    await next("open");
    timers.advance(5_000);
    peer.ok(await peer.take("ping"));
    await peer.settled();
    for (let beat = 0; beat < 3; beat++) {
        timers.advance(7_999);
        await peer.settled();
        assert.equal(peer.untaken, 0);
        timers.advance(1);
        const ping = await peer.take("ping");
        assert.ok(ping.ref > 0);
        peer.ok(ping);
        await peer.settled();
    }
    assert.equal(client.state, "open");
});

test("a server that does not answer a ping is left for another connection", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url, { timeout: 3_000 });
    const peer = await server.welcome();
    await next("open");
    timers.advance(5_000);
    await peer.take("ping");
    timers.advance(3_000);
    assert.equal((await next("waiting")).code, 3001);
    const [code] = await peer.closed;
    assert.equal(code, 3001);
    timers.next();
    await next("connecting");
    await server.welcome();
    await next("open");
});

test("anything from the server is a sign of life", async t => {
    const server = await startServer(t);
    const { client, timers, next } = startClient(t, server.url);
    const peer = await server.welcome();
    await next("open");
    timers.advance(5_000);
    await peer.take("ping");
    peer.event("room", "said", "a long history comes before the answer");
    await peer.settled();
    timers.advance(10_000);
    assert.equal(client.state, "open");
});

test("a server that never says welcome is left for another connection", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url);
    const peer = await server.accept();
    await peer.settled();
    timers.advance(10_000);
    assert.match((await next("waiting")).message, /welcome/);
});

test("closing while connecting or waiting ends it without another attempt", async t => {
    const server = await startServer(t);
    const early = startClient(t, server.url);
    early.client.close();
    await early.next("closed");
    assert.deepEqual(early.timers.delays, []);

    const late = startClient(t, server.url);
    const peer = await server.welcome();
    await late.next("open");
    peer.cut();
    await late.next("waiting");
    late.client.close();
    late.client.close();
    await late.next("closed");
    assert.deepEqual(late.timers.delays, []);
});

test("a client may be closed by what hears of its states", async t => {
    const server = await startServer(t);
    for (const at of ["open", "waiting", "connecting"]) {
        const { client, timers } = startClient(t, server.url);
        const closed = recorder();
        client.onstate = state => state === "closed" ? closed(state) : state === at && client.close();
        const peer = await server.welcome();
        if (at !== "open") {
            peer.cut();
            while (client.state !== "waiting" && client.state !== "closed") {
                await new Promise(resolve => setImmediate(resolve));
            }
            if (at === "connecting") {
                timers.next();
            }
        }
        await closed.next();
        assert.equal(client.state, "closed");
        assert.deepEqual(timers.delays, []);
    }
});

test("a fresh token is brought over the connection before the old one ends", async t => {
    const server = await startServer(t);
    let tokens = 0;
    const { next, timers } = startClient(t, server.url, { token: async () => `t ${++tokens}` });
    const peer = await server.accept();
    peer.send({ type: "welcome", connection: "c1", heartbeat: 1_000_000, expires: 4000 });
    await next("open");
    timers.advance(3200);
    const first = await peer.take("authenticate");
    assert.equal(first.token, "t 2");
    peer.send({ type: "reply", ref: first.ref, status: "ok", data: { expires: 1000 } });
    while (!timers.delays.includes(800)) {
        await new Promise(setImmediate);
    }
    timers.advance(800);
    const second = await peer.take("authenticate");
    assert.equal(second.token, "t 3");
    peer.send({ type: "reply", ref: second.ref, status: "error", error: { code: "unauthenticated", message: "No." } });
});

test("a token that stays the same is not brought at ever shorter intervals", async t => {
    const server = await startServer(t);
    const { client, next, timers } = startClient(t, server.url, { token: async () => "the same" });
    const peer = await server.accept();
    peer.send({ type: "welcome", connection: "c1", heartbeat: 1_000_000, expires: 4000 });
    await next("open");
    for (const [wait, left] of [[3200, 800], [640, 160]]) {
        while (!timers.delays.includes(wait)) {
            await new Promise(setImmediate);
        }
        timers.advance(wait);
        const { ref } = await peer.take("authenticate");
        peer.send({ type: "reply", ref, status: "ok", data: { expires: left } });
    }
    const joining = client.topic("room").join();        // answered behind the last renewal
    peer.send({ type: "reply", ref: (await peer.take("join")).ref, status: "ok" });
    await joining;
    assert.deepEqual(timers.delays, [5000]);
});

test("a token that is a string is not renewed", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url, { token: "fixed" });
    const peer = await server.accept();
    peer.send({ type: "welcome", connection: "c1", heartbeat: 1_000_000, expires: 4000 });
    await next("open");
    assert.deepEqual(timers.delays, [5000]);
});
