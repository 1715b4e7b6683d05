// The connection: one after another, and what keeps each alive.
import { backoff } from "./base.js";

const MAX_TIMEOUT = 2_147_483_647;      // setTimeout fires at once for anything above
const SHORTEST_RENEWAL = 500;           // a token that stays the same has ever less time left: what is due sooner is not done, and the next connection asks anew
const FIRST_PING = 5_000;               // answered: this connection is good, so the backoff starts anew
const LONGEST_CLIMB = 10;               // how many times the first wait a client that has no WebSocket waits at most before it tries one again

/** Keeps one connection after another: attempts, backoff, heartbeat, and the climb back to a WebSocket. Knows the welcome, the away, and nothing of topics. */
export class Link {
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
        const wait = Math.min(expires, MAX_TIMEOUT) * 0.8;
        if (!(wait >= SHORTEST_RENEWAL) || this.#events.renew === null) {
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
        }, () => {}), wait);       // without a token the server closes with 3003, and the next connection asks for one anew
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

function isFinal(code) {
    return [1000, 1002, 1003, 1007, 1009].includes(code) || (code >= 3500 && code <= 3999);
}
