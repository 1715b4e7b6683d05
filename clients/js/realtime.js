// The realtime client for browsers and Node: topics, presence, and resume over one connection.
// ES modules without dependencies; what goes over the wire is written in docs/protocol.md.
import { openStream } from "./stream.js";

const MAX_MESSAGE_BYTES = 65_536;
const MAX_UNDER_WAY = 8;
const MAX_TIMEOUT = 2_147_483_647;      // setTimeout fires at once for anything above
const FIRST_PING = 5_000;               // answered: this connection is good, so the backoff starts anew
const MAX_BLOCKED = 2;                  // so many WebSockets in a row without a welcome: try whether the server can be reached without
const LONGEST_CLIMB = 10;               // how many times the first wait a client that has no WebSocket waits at most before it tries one again

/** What went wrong: `code` is for programs, `message` for people; `details` is whatever more the app's handler had to say. */
export class RealtimeError extends Error {
    constructor(code, message, details) {
        super(message);
        this.name = "RealtimeError";
        this.code = code;
        this.details = details;
    }
}

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
            renew: options.token === undefined ? null : (token, settle) => this._request({ type: "authenticate", token }, settle),
            token: async () => typeof options.token === "function" ? options.token() : options.token,
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

/** A stream of events that this client is in, once joined. Made by `client.topic(name)`. */
class Topic {
    #client;
    #listeners = new Map();
    #watchers = new Listeners();
    #joined = false;
    #settle = null;         // the promise of join(), until it is settled
    #start = null;          // the place before the first event that this client was sent
    #place = null;          // { epoch, offset } of the newest event seen, in a topic with history
    #members = null;
    #fresh = false;         // whether the members are of this join: changes before its snapshot belong to none
    #skippable = 0;         // up to this offset events were left out, because this client reads too slowly
    #count = null;          // how many are here, where that is all the server tells
    #queue = [];            // events that wait for the join, then leave one by one
    #draining = false;
    #faults = 0;
    #timer = null;

    constructor(client, name) {
        this.#client = client;
        /** The topic's name. */
        this.name = name;
        /** Called with `{ epoch, offset }` when events are missing that the server no longer has: load what you show anew. */
        this.onreset = null;
        /** Called with a RealtimeError when the server does not let this client back in, or takes it out; the topic is then left. */
        this.onerror = null;
        /** Called with a number: that many events were left out, because this client reads too slowly for a topic that conflates or drops. */
        this.ondropped = null;
        /** What join was called with, while this client wants to be in the topic. */
        this._wanted = null;
    }

    /** Whether the server has this client in the topic right now. */
    get joined() {
        return this.#joined;
    }

    /**
     * Calls `listener` with the data of each such event, and with `{ topic, offset }`: which topic it is of, for one joined by a wildcard
     * ("room:*"), and its place in that topic's history. Returns a function that ends it.
     */
    on(event, listener) {
        if (!this.#listeners.has(event)) {
            this.#listeners.set(event, new Listeners());
        }
        return this.#listeners.get(event).add(listener);
    }

    /**
     * Calls `listener` with the array of members and their number: soon when they are known already, then after each change.
     * Where the server tells only the number, as it does for very many, the array is empty.
     */
    presence(listener) {
        const remove = this.#watchers.add(listener);
        let ended = false;
        if (this.#members) {
            queueMicrotask(() => ended || !this.#members || call(listener, [...this.#members.values()], this.#count ?? this.#members.size));
        }
        return () => {
            ended = true;
            remove();
        };
    }

    /**
     * Enters the topic, now or once the connection is open, and again after each lost connection.
     * @param {unknown} [data] For the server's join handler; read again for each rejoin.
     * @param {{ history?: number }} [options] `history`: how many of the newest kept events to get first.
     * @returns {Promise<any>} What the server's handler returned; rejects with a RealtimeError if it refuses.
     */
    join(data, { history } = {}) {
        return new Promise((resolve, reject) => {
            if (this.#client.state === "closed") {
                throw closedError(this.#client);
            }
            if (this._wanted) {
                throw new RealtimeError("already_joined", `"${this.name}" is joined already: leave it first.`);
            }
            this.#client._keep(this);
            this._wanted = { data, history };
            this.#settle = { resolve, reject };
            if (this.#client._connected) {
                this.#enter();
            }
        });
    }

    /**
     * Calls the topic's handler on the server. While the connection is away the event waits, up to the client's `queueLimit`.
     * @returns {Promise<any>} What the handler returned. Rejects with a RealtimeError; code "connection_lost" means that
     *   the answer was lost, so the event may or may not have happened: it is not sent again.
     */
    send(event, data) {
        return this.#ask({ type: "event", topic: this.name, event, data });
    }

    /**
     * Asks for older events, page by page; listeners do not hear them. While the connection is away it waits, as `send` does.
     * @param {{ before?: number, limit?: number }} [options] The page ends before the offset `before`: unless given, before the first event that
     *   this client was sent. At most `limit` events, 100 unless given.
     * @returns {Promise<{ events: { event: string, data: any, offset: number }[], more: boolean, epoch: string }>} The oldest event first;
     *   `more` tells whether older ones are kept. The next page: `history({ before: events[0].offset })`.
     */
    history({ before = this.#start && this.#start.offset + 1, limit } = {}) {
        return this.#ask({ type: "history", topic: this.name, before, limit });
    }

    #ask(request) {
        return new Promise((resolve, reject) => {
            if (!this._wanted) {
                throw new RealtimeError("not_joined", `Join "${this.name}" before sending to it.`);
            }
            const message = this.#client._encode(request);
            const call = { message, resolve, reject };
            if (this.#joined && this.#queue.length === 0 && !this.#client._holding) {
                return this.#client._transmit(message, reply => conclude(call, reply));
            }
            if (this.#queue.length >= this.#client._queueLimit) {
                throw new RealtimeError("queue_full", `${this.#queue.length} events of "${this.name}" wait for the connection already.`);
            }
            this.#queue.push(call);
        });
    }

    /** Leaves the topic; events that wait are rejected with code "left". Resolves once the server has answered. */
    leave() {
        return new Promise(resolve => {
            const known = this._wanted && this.#client._connected;
            this._end(new RealtimeError("left", `"${this.name}" was left.`));
            this.#client._forget(this);
            if (known) {
                this.#client._request({ type: "leave", topic: this.name }, reply => {
                    if (reply?.error?.code === "too_fast") {
                        this.#leaveLater();
                    }
                    resolve();
                });
            } else {
                resolve();
            }
        });
    }

    _connected() {
        this.#faults = 0;
        if (this._wanted) {
            this.#enter();
        }
    }

    _disconnected() {
        this.#suspend();
        this.#draining = false;
    }

    /** Ends the membership on this side, for the reason that rejects whatever waits. */
    _end(error) {
        this.#suspend();
        this._wanted = this.#start = this.#place = this.#members = this.#count = null;
        this.#settle?.reject(error);
        this.#settle = null;
        this.#queue.splice(0).forEach(call => call.reject(error));
    }

    _receive(message) {
        if (!this.#joined) {
            return;     // what comes before the reply to a join belongs to the time before
        }
        switch (message.type) {
            case "event": return this.#event(message);
            case "skip": return void this.#advance(message.offset);
            case "left": return this.#removed(errorOf(message));
            case "presence": return this.#presence(message);
            case "dropped": return this.#dropped(message);
            case "reset": return placeOf(message) && this.#reset(placeOf(message));
        }
    }

    /** Says again that the topic was left, unless it is wanted again by then. */
    #leaveLater() {
        this.#client._pace.enter(done => {
            if (this.#client._wants(this.name)) {
                done();
            } else {
                this.#client._request({ type: "leave", topic: this.name }, done);
            }
        });
    }

    #suspend() {
        this.#joined = false;
        this.#client._timers.clearTimeout(this.#timer);
    }

    /** Joins, behind a leave if the server may still have this client in the topic. */
    #enter(leaveFirst = false) {
        const wanted = this._wanted;
        const resume = this.#place;
        const task = done => {
            if (wanted !== this._wanted) {
                return done();
            }
            if (leaveFirst) {
                this.#client._request({ type: "leave", topic: this.name }, () => {});
            }
            const place = resume ?? { history: wanted.history };
            try {
                this.#client._request({ type: "join", topic: this.name, data: wanted.data, ...place }, reply => {
                    // Null: lost with its connection, and the next one joins again. Not wanted: left meanwhile.
                    if (reply && !done(reply) && wanted === this._wanted) {
                        this.#answered(reply, resume);
                    }
                });
            } catch (error) {
                done();
                this.#refused(error);   // data that is no JSON, or too much of it
            }
        };
        this.#client._pace.enter(task);
    }

    #answered(reply, resume) {
        if (reply.status !== "ok") {
            return this.#refused(errorOf(reply));
        }
        this.#joined = true;
        this.#fresh = false;
        this.#skippable = 0;
        const place = placeOf(reply);
        if (!resume || reply.recovered === true) {
            this.#place = place;
            this.#start ??= place;
        } else if (!place) {
            this.#reset(null);      // the topic keeps no history any more
        }                           // else the reset behind this reply moves the place: lost in between, it comes again
        this.#settle?.resolve(reply.data);
        this.#settle = null;
        this._drain();
    }

    #refused(error) {
        if (error.code === "already_joined") {
            return this.#rejoin(backoff(this.#faults));
        }
        const rejoining = !this.#settle;
        this._end(error);
        if (rejoining) {
            call(this.onerror, error);
        }
    }

    /** Leaves and joins from the last place, within a window that grows with each fault in a row, so that none can spin. */
    #rejoin(window) {
        this.#suspend();
        this.#faults++;
        this.#timer = this.#client._timers.setTimeout(() => this.#enter(true), this.#client._random() * window);
    }

    /** The server took this client out: it stays out until somebody joins again. */
    #removed(error) {
        this._end(error);
        call(this.onerror, error);
    }

    #event({ topic, event, data, offset }) {
        if (this.#advance(offset)) {
            this.#listeners.get(event)?.call(data, { topic, offset });
        }
    }

    /** Moves the place to this offset; false where that was seen before, or where something is missing before it. */
    #advance(offset) {
        if (this.#place && offset != null) {
            if (!Number.isSafeInteger(offset) || offset <= this.#place.offset) {
                return false;
            }
            if (offset > Math.max(this.#place.offset, this.#skippable) + 1) {
                this.#rejoin(this.#faults === 0 ? 0 : backoff(this.#faults));
                return false;
            }
            this.#place = { ...this.#place, offset };       // before the listeners: one that throws gets no event twice
            this.#faults = 0;
        }
        return true;
    }

    /** Told before the gap is seen, so that it is none. */
    #dropped({ count, offset }) {
        if (Number.isSafeInteger(offset) && offset > this.#skippable) {
            this.#skippable = offset;
        }
        call(this.ondropped, count);
    }

    #presence({ members, joined, left, count }) {
        if (Array.isArray(members)) {
            this.#members = new Map();
            this.#fresh = true;
            this.#count = null;
        } else if (Number.isSafeInteger(count) && count >= 0) {
            this.#members = new Map();
            this.#fresh = false;
            this.#count = count;
        } else if (!this.#fresh) {
            return;
        }
        if (this.#fresh) {
            listOf(left).forEach(id => this.#members.delete(id));
            for (const member of [...listOf(members), ...listOf(joined)]) {
                if (typeof member?.id === "string") {
                    this.#members.set(member.id, member);
                }
            }
        }
        this.#watchers.call([...this.#members.values()], this.#count ?? this.#members.size);
    }

    #reset(place) {
        this.#start = this.#place = place;
        call(this.onreset, { epoch: place?.epoch ?? null, offset: place?.offset ?? null });
    }

    /** Sends what waited, each behind the answer to the one before: in order, and no faster than the server likes it. */
    _drain() {
        if (!this.#joined || this.#draining || this.#queue.length === 0 || this.#client._holding) {
            return;
        }
        this.#draining = true;
        this.#client._pace.enter(done => {
            const call = this.#queue[0];
            if (!call || !this.#joined || this.#client._holding) {
                this.#draining = false;
                return done();
            }
            this.#client._transmit(call.message, reply => {
                if (done(reply)) {
                    return;     // too fast: it did not happen, and is sent again later
                }
                if (this.#queue[0] === call) {
                    this.#queue.shift();
                }
                conclude(call, reply);
                this.#draining = false;
                this._drain();
            });
        });
    }
}

/** Lets few of the requests that the client makes on its own be under way, and slows down when the server says too fast. */
class Pace {
    #client;
    #waiting = [];
    #running = 0;
    #faults = 0;
    #timer = null;

    constructor(client) {
        this.#client = client;
    }

    /** Runs `task(done)` in its turn; `done(reply)` ends it, and tells whether it will be run again. */
    enter(task) {
        this.#waiting.push(task);
        this.#run();
    }

    /** Forgets all: the connection that they were for is gone. */
    clear() {
        this.#client._timers.clearTimeout(this.#timer);
        this.#timer = null;
        this.#waiting = [];
        this.#running = 0;
        this.#faults = 0;
    }

    #run() {
        while (this.#timer === null && this.#running < MAX_UNDER_WAY && this.#waiting.length > 0) {
            const task = this.#waiting.shift();
            this.#running++;
            task(reply => this.#done(task, reply));
        }
    }

    #done(task, reply) {
        if (reply === null) {
            return false;       // cleared already
        }
        this.#running--;
        const again = reply?.error?.code === "too_fast";
        if (again) {
            this.#waiting.unshift(task);
            this.#timer ??= this.#client._timers.setTimeout(() => {
                this.#timer = null;
                this.#run();
            }, backoff(this.#faults++) * (1 + this.#client._random()));
        } else {
            this.#faults = 0;
            this.#run();
        }
        return again;
    }
}

/** Functions of the app that hear the same thing. */
class Listeners {
    #entries = new Set();

    /** Adds one, as often as it is added, and returns the function that takes it away. */
    add(listener) {
        if (typeof listener !== "function") {
            throw new TypeError("A listener is a function.");
        }
        const entry = { listener };
        this.#entries.add(entry);
        return () => void this.#entries.delete(entry);
    }

    call(...values) {
        // A copy: one that is added meanwhile hears the next thing; one that is taken away meanwhile hears no more.
        for (const entry of [...this.#entries]) {
            if (this.#entries.has(entry)) {
                call(entry.listener, ...values);
            }
        }
    }
}

/** Chooses how to reach the server: by WebSocket, or where that is blocked by event stream and posts. Either may be missing. */
class Ways {
    #blocked = 0;

    constructor(socket, stream) {
        this.#all = { socket, stream };
        this.#now = socket ? "socket" : "stream";
    }

    #all;
    #now;

    /** Whether a WebSocket could take over from what is used now. */
    get canClimb() {
        return this.#now === "stream" && this.#all.socket !== null;
    }

    get transport() {
        return this.#now === "socket" ? "websocket" : "stream";
    }

    open(events) {
        return this.#all[this.#now](events);
    }

    openSocket(events) {
        return this.#all.socket(events);
    }

    /** No welcome came. One way that fails says little, for the server may be down: what the other way does tells. */
    failed() {
        if (this.#all.socket === null || this.#all.stream === null) {
            return;
        }
        if (this.#now === "stream") {
            this.#now = "socket";
        } else if (++this.#blocked >= MAX_BLOCKED) {
            this.#now = "stream";
        }
    }

    /** A WebSocket was welcomed: nothing blocks it. */
    socketWorks() {
        this.#blocked = 0;
        this.#now = "socket";
    }
}

/** Keeps one connection after another: attempts, backoff, heartbeat, and the climb back to a WebSocket. Knows the welcome, the away, and nothing of topics. */
class Link {
    state = "connecting";
    reason = null;
    #ways;
    #timers;
    #random;
    #waits;
    #events;
    #transport = null;
    #timer = null;          // one at a time: the welcome's deadline, the next ping, its answer's deadline, or the next attempt
    #attempt = 0;
    #away = null;
    #heartbeat = 0;
    #pinged = false;
    #renewal = null;        // the moment for a fresh token
    #climber = null;        // a WebSocket that may take over
    #climbTimer = null;     // the next climb, or the deadline of this one
    #climbs = 0;
    #wake = () => this.#awake();

    constructor(ways, timers, random, waits, events) {
        this.#ways = ways;
        this.#timers = timers;
        this.#random = random;
        this.#waits = waits;
        this.#events = events;
        globalThis.addEventListener?.("online", this.#wake);
        globalThis.document?.addEventListener?.("visibilitychange", this.#wake);
    }

    get transport() {
        return this.state === "open" ? this.#ways.transport : null;
    }

    /** Whether something can be sent right now; the welcome may still be on its way. */
    connected = false;

    connect() {
        this.#transport = this.#ways.open(this.#heard());
        this.#arm(this.#waits.welcome, () => this.#drop("The server did not say welcome in time."));
        if (this.state !== "connecting") {
            this.#enter("connecting", null);
        }
    }

    /** What a transport tells. */
    #heard() {
        return {
            open: () => {
                this.connected = true;
                this.#events.open();
            },
            message: message => this.#receive(message),
            close: (code, message) => this.#lost({ code, message }),
        };
    }

    send(frame) {
        this.#transport.send(frame);
    }

    close(reason = { code: 1000, message: "This client was closed." }) {
        if (this.state === "closed") {
            return;
        }
        this.#transport?.close(1000, "");
        globalThis.removeEventListener?.("online", this.#wake);
        globalThis.document?.removeEventListener?.("visibilitychange", this.#wake);
        this.state = "closed";
        this.reason = reason;
        this.#gone();
        this.#events.state("closed", reason);
    }

    #receive(message) {
        if (typeof message !== "object" || message === null) {
            return;         // what is no message is no reason to fail
        }
        if (this.state === "connecting") {
            if (message.type !== "welcome") {
                return;         // the welcome is the first message; whoever speaks before it is no server of ours
            }
            if (this.#ways.transport === "websocket") {
                this.#ways.socketWorks();
            } else if (this.#ways.canClimb) {
                this.#climbLater();
            }
            this.#welcomed(message);
            this.#enter("open", null);
        } else if (this.#pinged) {
            this.#pinged = false;
            this.#attempt = 0;
            // Armed by a message and not by a timer: browsers slow down chains of timers in hidden pages, beyond the heartbeat.
            this.#arm(this.#heartbeat * 0.8, () => this.#ping());
        }
        if (message.type === "away") {
            this.#away = message.reconnect >= 0 ? Math.min(message.reconnect, MAX_TIMEOUT) : null;
        }
        this.#events.message(message);
    }

    #welcomed({ heartbeat, expires }) {
        this.#renewBefore(expires);
        this.#heartbeat = heartbeat > 0 ? Math.min(heartbeat, MAX_TIMEOUT) : 25_000;
        this.#arm(Math.min(this.#heartbeat * 0.8, FIRST_PING), () => this.#ping());
    }

    /** Brings a fresh token over the connection before the one that it has ends. */
    #renewBefore(expires) {
        this.#timers.clearTimeout(this.#renewal);
        if (!(expires > 0) || this.#events.renew === null) {
            return;
        }
        const transport = this.#transport;
        const isStill = () => this.connected && transport === this.#transport;
        this.#renewal = this.#timers.setTimeout(() => this.#events.token().then(token => {
            if (isStill()) {
                this.#events.renew(token, reply => {
                    if (reply?.status === "ok" && isStill()) {
                        this.#renewBefore(reply.data?.expires);
                    }
                });
            }
        }, () => {}), Math.min(expires, MAX_TIMEOUT) * 0.8);       // without a token the server closes with 3003, and the next connection asks for one anew
    }

    /** Tries a WebSocket again after a while, each time a longer one: what blocks it may have gone. */
    #climbLater() {
        const wait = this.#waits.climb * Math.min(LONGEST_CLIMB, 2 ** this.#climbs++);
        this.#climbTimer = this.#timers.setTimeout(() => this.#climb(), wait * (0.5 + this.#random() / 2));
    }

    #climb() {
        this.#stopClimbing();
        let welcome = null;
        const fail = () => {
            this.#stopClimbing();
            this.#events.release();
            this.#climbLater();
        };
        let events = {
            open: () => {},
            message: message => {
                if (welcome === null && message?.type === "welcome") {
                    welcome = message;
                    // Not in the middle of anything: what is under way is answered first, and nobody has to ask whether it happened.
                    this.#events.hold(() => events = this.#takeOver(this.#climber, welcome));
                }
            },
            close: fail,
        };
        this.#climber = this.#ways.openSocket({
            open: () => events.open(),
            message: message => events.message(message),
            close: (code, message) => events.close(code, message),
        });
        this.#climbTimer = this.#timers.setTimeout(fail, this.#waits.welcome);
    }

    /** Goes on over the WebSocket; the topics go on where they were. Returns what hears it from now on. */
    #takeOver(socket, welcome) {
        const old = this.#transport;
        this.#climber = null;
        this.#gone();
        old.close(1000, "");
        this.#climbs = 0;
        this.#ways.socketWorks();
        this.#transport = socket;
        this.connected = true;
        this.#welcomed(welcome);
        this.#events.open();
        return this.#heard();
    }

    #stopClimbing() {
        this.#timers.clearTimeout(this.#climbTimer);
        this.#climber?.close(1000, "");
        this.#climber = null;
    }

    #ping() {
        this.#pinged = true;
        this.#arm(this.#waits.welcome, () => this.#drop("The server does not answer any more."));
        this.#events.ping();
    }

    /** The network is back, or somebody looks at the page: try at once, or make sure that the connection still is one. */
    #awake() {
        if (globalThis.document?.visibilityState === "hidden") {
            return;
        }
        if (this.state === "waiting") {
            this.connect();
        } else if (this.state === "open" && !this.#pinged) {
            this.#ping();
        }
        if (this.state === "open" && this.#ways.canClimb && this.#climber === null) {
            this.#climb();
        }
    }

    #drop(message) {
        this.#transport.close(3001, message);
        this.#lost({ code: 3001, message });
    }

    #lost(reason) {
        if (isFinal(reason.code)) {
            this.#transport = null;
            return this.close(reason);
        }
        if (this.state === "connecting") {
            this.#ways.failed();
        }
        this.#gone();
        const window = this.#away ?? backoff(this.#attempt);
        this.#attempt++;
        this.#away = null;
        this.#arm(this.#random() * window, () => this.connect());
        this.#enter("waiting", reason);
    }

    #gone() {
        this.#timers.clearTimeout(this.#renewal);
        this.#stopClimbing();
        this.#timers.clearTimeout(this.#timer);
        this.#transport = null;
        this.#pinged = false;
        this.connected = false;
        this.#events.lost();
    }

    #arm(delay, action) {
        this.#timers.clearTimeout(this.#timer);
        this.#timer = this.#timers.setTimeout(action, delay);
    }

    #enter(state, reason) {
        this.state = state;
        this.reason = reason;
        this.#events.state(state, reason);
    }
}

/**
 * The WebSocket transport. Another transport is a function of the same shape: it takes `events` (`open()`, `message(value)` with
 * what a message decodes to, and once, unless closed from this side, `close(code, message)`) and returns `send(frame)`, with
 * what the format encodes to, and `close(code, message)`.
 */
function openWebSocket(WebSocket, address, format, events) {
    const socket = new WebSocket(address, [format.subprotocol]);
    socket.binaryType = "arraybuffer";
    let over = false;
    let failure = "The connection was lost.";
    socket.onopen = () => over || events.open();
    socket.onmessage = ({ data }) => over || events.message(format.decode(data));
    socket.onerror = event => failure = event.message || failure;   // browsers do not tell; Node does
    socket.onclose = ({ code, reason }) => over || (over = true, events.close(code, reason || failure));
    return {
        send: frame => socket.send(frame),
        close(code, message) {
            over = true;
            socket.close(code, message);
        },
    };
}

const JSON_TEXT = {
    subprotocol: "realtime.v1.json",
    encode: JSON.stringify,
    asText: text => text,
    decode: text => attempt(() => JSON.parse(text)),
    sizeOf: text => new TextEncoder().encode(text).length,
};

/** MessagePack, by the module `@msgpack/msgpack`: bytes come as Uint8Array, times as Date. */
function messagePack({ encode, decode }) {
    return {
        subprotocol: "realtime.v1.msgpack",
        encode: message => encode(message, { ignoreUndefined: true }),      // as JSON.stringify does
        decode: data => attempt(() => decode(new Uint8Array(data))),
        asText: bytes => JSON.stringify(decode(bytes), (_, value) => value instanceof Uint8Array ? base64(value) : value),
        sizeOf: bytes => bytes.length,
    };
}

/** Bytes as JSON has them here. */
function base64(bytes) {
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}

/** What a function returns, or null if it throws. */
function attempt(decode) {
    try {
        return decode();
    } catch {
        return null;
    }
}

/** A way to open a transport, behind whatever gives the token for its address. */
function withToken(address, token, open) {
    if (token === undefined || token === null) {
        return events => open(address, events);
    }
    return events => {
        let transport = null;
        let over = false;
        Promise.resolve().then(() => typeof token === "function" ? token() : token).then(value => {
            if (!over) {
                const url = new URL(address);
                url.searchParams.set("token", value);
                transport = open(url.href, events);
            }
        }, error => over || events.close(1006, `There is no token: ${error?.message ?? error}`));
        return {
            send: frame => transport.send(frame),
            close(code, message) {
                over = true;
                transport?.close(code, message);
            },
        };
    };
}

function resolve(url) {
    const address = new URL(url, globalThis.location?.href);
    address.protocol = address.protocol.replace(/^http/, "ws");
    return address.href;
}

/** The window of full jitter, in milliseconds, so that the thousand clients of a restarted server do not come at one instant. */
function backoff(attempt) {
    return Math.min(30_000, 500 * 2 ** attempt);
}

function isFinal(code) {
    return [1000, 1002, 1003, 1007, 1009].includes(code) || (code >= 3500 && code <= 3999);
}

function placeOf({ epoch, offset }) {
    return typeof epoch === "string" && Number.isSafeInteger(offset) ? { epoch, offset } : null;
}

function errorOf({ error }) {
    return new RealtimeError(error?.code ?? "internal", error?.message ?? "The server refused without a reason.", error?.details);
}

function closedError({ reason }) {
    return new RealtimeError("closed", `The connection is closed: ${reason.message}`);
}

/** Settles the promise of an event by its reply; null: the connection was lost before the reply came. */
function conclude({ resolve, reject }, reply) {
    if (reply === null) {
        reject(new RealtimeError("connection_lost", "The connection was lost before the answer came: the event may or may not have happened."));
    } else if (reply.status === "ok") {
        resolve(reply.data);
    } else {
        reject(errorOf(reply));
    }
}

function listOf(value) {
    return Array.isArray(value) ? value : [];
}

/** Calls an app's function. What it throws is reported like any uncaught error, and stops nobody else's. */
function call(listener, ...values) {
    try {
        listener?.(...values);
    } catch (error) {
        (globalThis.reportError ?? (thrown => queueMicrotask(() => { throw thrown; })))(error);
    }
}
