// What the client does with a page's events. A process of its own: these are globals.
import assert from "node:assert/strict";
import test from "node:test";
import { connect } from "../realtime.js";
import { startClient } from "./client.js";
import { startServer } from "./scripted-server.js";

const page = new EventTarget();
const document = Object.assign(new EventTarget(), { visibilityState: "visible" });
globalThis.addEventListener = page.addEventListener.bind(page);
globalThis.removeEventListener = page.removeEventListener.bind(page);
globalThis.document = document;

function show(state) {
    document.visibilityState = state;
    document.dispatchEvent(new Event("visibilitychange"));
}

test("the default address is /realtime on the page's host", async t => {
    const server = await startServer(t);
    for (const [href, protocol] of [["http", "ws"], ["https", "wss"]]) {
        globalThis.location = new URL(`${href}://${new URL(server.url).host}/deep/page.html?query#hash`);
        t.after(() => delete globalThis.location);
        const urls = [];
        startClient(t, undefined, {
            WebSocket: class {
                constructor(url) { urls.push(url); }
                close() {}
            },
        });
        assert.deepEqual(urls, [`${protocol}://${new URL(server.url).host}/realtime`]);
    }
});

test("options may come without an address", t => {
    globalThis.location = new URL("http://127.0.0.1:9/page.html");
    t.after(() => delete globalThis.location);
    const urls = [];
    connect({
        WebSocket: class {
            constructor(url) { urls.push(url); }
            close() {}
        },
    }).close();
    assert.deepEqual(urls, ["ws://127.0.0.1:9/realtime"]);
});

test("a client that waits tries at once when the network is back", async t => {
    const server = await startServer(t);
    const { next } = startClient(t, server.url);
    const peer = await server.welcome();
    await next("open");
    peer.cut();
    await next("waiting");
    page.dispatchEvent(new Event("online"));
    await next("connecting");
    await server.welcome();
    await next("open");
});

test("a client that waits tries at once when somebody looks at the page", async t => {
    const server = await startServer(t);
    const { client, next } = startClient(t, server.url);
    const peer = await server.welcome();
    await next("open");
    peer.cut();
    await next("waiting");
    show("hidden");
    assert.equal(client.state, "waiting");
    show("visible");
    await next("connecting");
});

test("an open connection is tested when somebody looks at the page again", async t => {
    const server = await startServer(t);
    const { next, timers } = startClient(t, server.url);
    const peer = await server.welcome();
    await next("open");
    show("visible");
    page.dispatchEvent(new Event("online"));
    await peer.take("ping");
    await peer.settled();
    assert.equal(peer.untaken, 0, "one ping is enough");
    timers.advance(10_000);
    await next("waiting");
});

test("a closed client listens to the page no more", async t => {
    const server = await startServer(t);
    const { client, next } = startClient(t, server.url);
    client.close();
    await next("closed");
    page.dispatchEvent(new Event("online"));
    show("visible");
    assert.equal(client.state, "closed");
});
