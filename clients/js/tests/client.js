// A client under test: manual time, a chosen random number, and its states in a mailbox.
import WebSocket from "ws";
import { connect } from "../realtime.js";
import { ManualTimers } from "./manual-timers.js";
import { Mailbox } from "./scripted-server.js";

export function startClient(t, url, options = {}) {
    const timers = new ManualTimers();
    const client = connect(url, { WebSocket, timers, random: () => 0.5, ...options });
    const states = new Mailbox();
    client.onstate = (state, reason) => states.put({ state, reason });
    t.after(() => client.close());
    return {
        client,
        timers,
        /** The client's next state, which has to be this one; resolves with the reason. */
        async next(expected) {
            const { state, reason } = await states.take();
            if (state !== expected) {
                throw new Error(`Expected ${expected}, got ${state}: ${JSON.stringify(reason)}`);
            }
            return reason;
        },
        /** Lets the wait between two connections pass. */
        async again() {
            await this.next("waiting");
            timers.advance(60_000);
            await this.next("connecting");
        },
    };
}

/** Resolves with the arguments of the next call of a function that is made for it. */
export function recorder() {
    const calls = new Mailbox();
    const record = (...values) => calls.put(values.length > 1 ? values : values[0]);
    record.next = () => calls.take();
    Object.defineProperty(record, "count", { get: () => calls.length });
    return record;
}
