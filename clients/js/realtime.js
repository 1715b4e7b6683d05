// The realtime client for browsers and Node: topics, presence, and resume over one connection.
// ES modules without dependencies; what goes over the wire is written in docs/protocol.md.
import { RealtimeError, call, closedError, errorOf } from "./base.js";
import { JSON_TEXT, messagePack } from "./formats.js";
import { Link } from "./link.js";
import { Pace } from "./pace.js";
import { openStream } from "./stream.js";
import { Topic } from "./topic.js";
import { Ways, openWebSocket, withToken } from "./ways.js";

export { RealtimeError };

const MAX_MESSAGE_BYTES = 65_536;

/**
 * Opens a connection and keeps it open: a lost one is replaced, and the topics go on where they were.
 * @param {string | URL} [url] Where the server is: absolute, or relative to the page. `/realtime` on the page's host unless given; may be left out.
 * @param {object} [options] See `Options` in realtime.d.ts.
 * @returns {Client}
 */
export function connect(url = "/realtime", options = {}) {
    if (typeof url === "object" && !(url instanceof URL)) {
        return connect(undefined, url);
    }
    const { WebSocket = globalThis.WebSocket, fetch = globalThis.fetch, fallback = true } = options;
    const canStream = fallback && typeof fetch === "function";
    if (typeof WebSocket !== "function" && !canStream) {
        throw new Error("There is no WebSocket here. Node has one from version 22 on; before that, pass one: connect(url, { WebSocket }), from the package ws for example.");
    }
    const address = resolve(url);
    const format = options.msgpack ? messagePack(options.msgpack) : JSON_TEXT;
    const ways = new Ways(
        typeof WebSocket !== "function" ? null : withToken(address, options.token, (url, events) => openWebSocket(WebSocket, url, format, events)),
        !canStream ? null : withToken(address.replace(/^ws/, "http"), options.token, (url, events) =>
            openStream(fetch, url, { asText: format.asText, timers: options.timers ?? globalThis }, events)));
    return new Client(ways, format, options);
}

/** A connection that carries many topics. Made by `connect`. */
class Client {
    #link;
    #ref = 0;
    #pending = new Map();
    #topics = new Map();

    #format;
    #idle = null;           // what to do once nothing is under way; meanwhile nothing new is sent

    constructor(ways, format, options) {
        this.#format = format;
        this._random = options.random ?? Math.random;
        this._timers = options.timers ?? globalThis;
        this._queueLimit = options.queueLimit ?? 100;
        this._pace = new Pace(this);
        /** Called with each new state, and for "waiting" and "closed" with the reason `{ code, message }`. */
        this.onstate = null;
        /** Called with a RealtimeError for a fault that belongs to no call and no topic. */
        this.onerror = null;
        const waits = { welcome: options.timeout ?? 10_000, climb: options.retryWebSocket ?? 30_000 };
        this.#link = new Link(ways, this._timers, this._random, waits, {
            ping: () => this._request({ type: "ping" }, () => {}),
            renew: typeof options.token !== "function" ? null : (token, settle) => this._request({ type: "authenticate", token }, settle),
            token: async () => options.token(),
            open: () => this.#topics.forEach(topic => topic._connected()),
            message: message => this.#receive(message),
            lost: () => this.#lost(),
            hold: action => {
                this.#idle = action;
                this.#settled();
            },
            release: () => {
                this.#idle = null;
                this.#topics.forEach(topic => topic._drain());
            },
            state: (state, reason) => call(this.onstate, state, reason),
        });
        this.#link.connect();
    }

    /** "connecting", "open", "waiting" (for the next attempt) or "closed" (for good). */
    get state() {
        return this.#link.state;
    }

    /** Why the connection was lost, `{ code, message }`; null while there is none to tell. */
    get reason() {
        return this.#link.reason;
    }

    /** How the server is reached: "websocket", or "stream" where WebSockets are blocked; null while it is not. */
    get transport() {
        return this.#link.transport;
    }

    /** The topic of this name; the same object each time, until it is left. Nothing is sent before its `join`. */
    topic(name) {
        return this.#topics.get(name) ?? this._keep(new Topic(this, name));
    }

    /** Closes for good. What waits is rejected: unsent with code "closed", unanswered with "connection_lost". */
    close() {
        this.#link.close();
    }

    get _connected() {
        return this.#link.connected;
    }

    /** Whether events have to wait: a better connection is about to take over. */
    get _holding() {
        return this.#idle !== null;
    }

    /** Registers a topic under its name; one that is joined keeps its place against another object. */
    _keep(topic) {
        const kept = this.#topics.get(topic.name);
        if (kept && kept !== topic && kept._wanted) {
            throw new RealtimeError("already_joined", `Another object of this client has joined "${topic.name}".`);
        }
        this.#topics.set(topic.name, topic);
        return topic;
    }

    _wants(name) {
        return Boolean(this.#topics.get(name)?._wanted);
    }

    _forget(topic) {
        if (this.#topics.get(topic.name) === topic) {
            this.#topics.delete(topic.name);
        }
    }

    /** Gives a message its ref and its final form, so that one that waits is not changed by its sender afterwards. */
    _encode(message) {
        const ref = ++this.#ref;
        const frame = this.#format.encode({ ...message, ref });
        // The server would close the whole connection for it.
        if (frame.length > MAX_MESSAGE_BYTES / 3 && this.#format.sizeOf(frame) > MAX_MESSAGE_BYTES) {
            throw new RealtimeError("too_large", `A message may have ${MAX_MESSAGE_BYTES} bytes: send less, or send a link to it.`);
        }
        return { ref, frame };
    }

    /** Sends what `_encode` made; `settle` gets the reply, or null when the connection is lost before it came. */
    _transmit({ ref, frame }, settle) {
        this.#pending.set(ref, settle);
        this.#link.send(frame);
    }

    _request(message, settle) {
        this._transmit(this._encode(message), settle);
    }

    #receive(message) {
        if (message.type === "reply") {
            const settle = this.#pending.get(message.ref);
            this.#pending.delete(message.ref);
            settle?.(message);
            this.#settled();
        } else if (message.type === "error") {
            call(this.onerror, errorOf(message));
        } else {
            this.#topics.get(message.via ?? message.topic)?._receive(message);
        }
    }

    /** A reply came: where something waits for the last one, its time may have come. */
    #settled() {
        if (this.#idle !== null && this.#pending.size === 0) {
            const idle = this.#idle;
            this.#idle = null;
            idle();
        }
    }

    #lost() {
        this.#idle = null;
        const pending = [...this.#pending.values()];
        this.#pending.clear();
        this._pace.clear();
        this.#topics.forEach(topic => topic._disconnected());
        pending.forEach(settle => settle(null));
        if (this.state === "closed") {
            this.#topics.forEach(topic => topic._end(closedError(this)));
        }
    }
}

function resolve(url) {
    const address = new URL(url, globalThis.location?.href);
    address.protocol = address.protocol.replace(/^http/, "ws");
    return address.href;
}
