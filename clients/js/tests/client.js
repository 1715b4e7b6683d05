// A client under test: manual time, a chosen random number, and its states in a mailbox.
import WebSocket from "ws";
import { connect } from "../realtime.js";
import { ManualTimers } from "./manual-timers.js";
import { Mailbox, startServer } from "./scripted-server.js";

export function startClient(t, url, options = {}) {
    const timers = new ManualTimers();
    const client = connect(url, { WebSocket, timers, random: () => 0.5, fallback: false, ...options });
    const states = new Mailbox();
    client.onstate = (state, reason) => states.put({ state, reason });
    t.after(() => client.close());
    const setup = {
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
        /** Lets the connection be lost and the wait for the next one pass. */
        async again() {
            while ((await states.take()).state !== "waiting") {
                // It was open before.
            }
            timers.next();
            await setup.next("connecting");
        },
    };
    return setup;
}

/** A client whose topic "room" the server has let in with this reply. */
export async function enterRoom(t, { reply = {}, heartbeat = 25_000, ...options } = {}) {
    const server = await startServer(t);
    const setup = startClient(t, server.url, options);
    const room = setup.client.topic("room");
    const joining = room.join({ user: "Ada" });
    const peer = await server.welcome(heartbeat);
    await setup.next("open");
    await peer.admit(reply);
    await joining;
    return { ...setup, server, peer, room };
}

/** Resolves with what `pick` makes of the arguments of the next call of a function that is made for it: the first, unless it says otherwise. */
export function recorder(pick = value => value) {
    const calls = new Mailbox();
    const record = (...values) => calls.put(pick(...values));
    record.next = () => calls.take();
    Object.defineProperty(record, "count", { get: () => calls.length });
    return record;
}
