// What the end-to-end tests share: the app they run against, and a network that can fail.
import { once } from "node:events";
import net from "node:net";
import WebSocket from "ws";
import { connect } from "../realtime.js";

const { REALTIME_TARGET, REALTIME_CONTROL } = process.env;

if (!REALTIME_TARGET || !REALTIME_CONTROL) {
    throw new Error("These tests need a running app: dotnet test tests/Realtime.Integration.Tests runs them.");
}

/** The app's address for clients. */
export const target = `${REALTIME_TARGET}/realtime`;

/** Asks the tests' control app for something; resolves with the JSON it answers, if any. */
export async function control(method, path) {
    return ask(method, `${REALTIME_CONTROL}/${path}`);
}

/** Asks the app itself for something. */
export async function ask(method, url) {
    const response = await fetch(url, { method });
    const text = await response.text();
    if (!response.ok) {
        throw new Error(`${method} ${url} was answered with ${response.status}: ${text}`);
    }
    return text === "" ? undefined : JSON.parse(text);
}

/** Lets the app publish the numbers from first to last to a topic. */
export function publish(topic, first, last) {
    return control("POST", `publish/${topic}/${first}/${last}`);
}

/** Resolves once `check` holds; asks again whenever the event loop comes round. */
export async function until(check) {
    while (!await check()) {
        await new Promise(resolve => setTimeout(resolve, 5));
    }
}

/** A client that connects again at once, unless told otherwise. */
export function startClient(t, url = target, options = {}) {
    const client = connect(url, { WebSocket, random: () => 0, fallback: false, ...options });
    t.after(() => client.close());
    return client;
}

/** Resolves when the client enters the state. */
export function entered(client, expected) {
    return new Promise(resolve => {
        client.onstate = (state, reason) => {
            if (state === expected) {
                resolve(reason);
            }
        };
    });
}

let names = 0;

/** A name that no other test uses. */
export function uniqueName() {
    return `${process.pid}-${++names}`;
}

/** A network between a client and the app, which can be cut, be cut after so many bytes, or stand still. */
export async function startNetwork(t) {
    const { hostname, port } = new URL(target);
    const links = new Set();
    const network = {
        /** Called for each new connection; returns how many bytes from the server to let through, or undefined for all. */
        allowance: () => undefined,
        stalled: false,
        /** Whether WebSockets are blocked, as by a proxy that does not know them. */
        blocked: false,
        connections: 0,
        cut() {
            links.forEach(cut => cut());
        },
    };
    const server = net.createServer(client => {
        network.connections++;
        const upstream = net.connect(port, hostname);
        const cut = () => {
            links.delete(cut);
            // Not resetAndDestroy: after one on a connection that was ending, Node 20 may spin for ever when it exits.
            client.destroy();
            upstream.destroy();
        };
        links.add(cut);
        let allowed = network.allowance() ?? Infinity;
        for (const socket of [client, upstream]) {
            socket.on("error", cut);
            socket.on("close", cut);
        }
        client.on("data", data => {
            if (network.blocked && /^upgrade: websocket/im.test(data.toString("latin1"))) {
                cut();
            } else if (!network.stalled) {
                upstream.write(data);
            }
        });
        upstream.on("data", data => {
            if (network.stalled) {
                return;
            }
            const part = data.subarray(0, allowed);
            allowed -= part.length;
            if (allowed > 0) {
                client.write(part);
            } else {
                client.write(part, cut);
            }
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    t.after(() => {
        network.cut();
        server.close();
    });
    network.url = `ws://127.0.0.1:${server.address().port}/realtime`;
    return network;
}
