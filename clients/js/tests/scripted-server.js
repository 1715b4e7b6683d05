// A real WebSocket server whose every message is written by the test.
import { once } from "node:events";
import { WebSocketServer } from "ws";

/** Starts a server on a free port. */
export async function startServer(t, { format = TEXT, ...options } = {}) {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1", ...options });
    await once(server, "listening");
    const waiting = new Mailbox();
    server.on("connection", socket => waiting.put(new Peer(socket, format)));
    t.after(() => {
        server.clients.forEach(socket => socket.terminate());
        server.close();
    });
    return {
        url: `ws://127.0.0.1:${server.address().port}/realtime`,
        /** The next connection, which has not been said welcome to. */
        accept: () => waiting.take(),
        /** The next connection, welcomed. */
        async welcome(heartbeat = 25_000) {
            const peer = await waiting.take();
            peer.send({ type: "welcome", connection: "c1", heartbeat });
            return peer;
        },
    };
}

const TEXT = { encode: JSON.stringify, decode: data => JSON.parse(data.toString()) };

/** One client, as the server sees it. */
class Peer {
    #messages = new Mailbox();
    #format;

    constructor(socket, format) {
        this.socket = socket;
        this.#format = format;
        this.closed = once(socket, "close");
        socket.on("message", data => this.#messages.put(format.decode(data)));
        socket.on("error", () => {});
    }

    /** The client's next message, which has to be of this type. */
    async take(type) {
        const message = await this.#messages.take();
        if (message.type !== type) {
            throw new Error(`Expected ${type}, got ${JSON.stringify(message)}`);
        }
        return message;
    }

    /** The client's next message, whatever it is. */
    takeAny() {
        return this.#messages.take();
    }

    /** Messages that came and were not taken. */
    get untaken() {
        return this.#messages.length;
    }

    send(message) {
        this.raw(this.#format.encode(message));
    }

    raw(data) {
        this.socket.send(data);
    }

    ok(request, more = {}) {
        this.send({ type: "reply", ref: request.ref, status: "ok", ...more });
    }

    refuse(request, code, message = "No.") {
        this.send({ type: "reply", ref: request.ref, status: "error", error: { code, message } });
    }

    event(topic, event, data, offset) {
        this.send({ type: "event", topic, event, data, offset });
    }

    /** Takes a join and answers it. */
    async admit(more = {}) {
        const join = await this.take("join");
        this.ok(join, more);
        return join;
    }

    /** Asks until everything sent so far has been handled by the client. */
    async settled() {
        this.socket.ping();
        await once(this.socket, "pong");
    }

    /** Loses the connection without a close frame. */
    cut() {
        this.socket.terminate();
    }

    close(code, reason) {
        this.socket.close(code, reason);
    }
}

/** A queue that can be waited on. */
export class Mailbox {
    #values = [];
    #takers = [];

    get length() {
        return this.#values.length;
    }

    put = value => {
        const taker = this.#takers.shift();
        if (taker) {
            taker(value);
        } else {
            this.#values.push(value);
        }
    };

    take() {
        return this.#values.length > 0
            ? Promise.resolve(this.#values.shift())
            : new Promise(resolve => this.#takers.push(resolve));
    }
}
