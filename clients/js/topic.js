// A topic as the app has it: joins, places, listeners, and what waits to be sent.
import { RealtimeError, backoff, call, closedError, errorOf } from "./base.js";

/** A stream of events that this client is in, once joined. Made by `client.topic(name)`. */
export class Topic {
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

function placeOf({ epoch, offset }) {
    return typeof epoch === "string" && Number.isSafeInteger(offset) ? { epoch, offset } : null;
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
