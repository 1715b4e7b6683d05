/** What went wrong: `code` is for programs, `message` for people. The codes are listed in README.md. */
export class RealtimeError extends Error {
    constructor(code: string, message: string, details?: unknown);
    readonly name: "RealtimeError";
    /** The server's code (docs/protocol.md), what the app's handler refused with, or one of this client's own. */
    readonly code: string;
    /** Whatever more the app's handler had to say. */
    readonly details?: any;
}

/** "waiting" is for the next attempt to connect; "closed" is for good. */
export type State = "connecting" | "open" | "waiting" | "closed";

/** Why a connection was lost. */
export interface Reason {
    /** The WebSocket close code. */
    readonly code: number;
    readonly message: string;
}

/** What of the module `@msgpack/msgpack` is used. */
export interface MessagePack {
    encode(value: unknown, options?: { ignoreUndefined?: boolean }): Uint8Array;
    decode(bytes: Uint8Array): unknown;
}

/** How to connect. */
export interface Options {
    /** The constructor of the WebSocket; the global one unless given. Node before version 22 has none: pass that of the package ws. Null for none: then the fallback is all there is. */
    WebSocket?: (new (url: string, protocols: string[]) => any) | null;
    /**
     * The module `@msgpack/msgpack`: messages then are MessagePack in binary frames instead of JSON, a Uint8Array goes and comes as bytes and a Date
     * as an instant. The server's types of bytes and times say which is which; with JSON they come as base64 and ISO 8601 text.
     */
    msgpack?: MessagePack;
    /**
     * What proves who this client is: goes with the address as `token` in its query. A function is asked before each attempt to connect, so that the token is never
     * an old one; where it fails, the attempt has failed. Where the server says that the token ends some time, the function is asked again at four fifths of that
     * time, and the fresh token goes over the connection that stands; where it fails or has no other, the server closes with 3003 in the end, and the next attempt
     * asks anew. A string is never renewed.
     */
    token?: string | (() => string | Promise<string>);
    /** Whether the server is reached by an event stream and posts (server-sent events) where WebSockets are blocked. True unless given. */
    fallback?: boolean;
    /**
     * Milliseconds after which a client that fell back tries a WebSocket again; each time that fails it is doubled, up to ten times this. 30,000 unless given.
     */
    retryWebSocket?: number;
    /** How to ask over HTTP for the fallback; the global `fetch` unless given. */
    fetch?: typeof globalThis.fetch;
    /** How many events a topic keeps for sending while the connection is away; one more is rejected with "queue_full". 100 unless given. */
    queueLimit?: number;
    /** Milliseconds in which the server has to say welcome, and to answer a ping. 10,000 unless given. */
    timeout?: number;
    /** A number from 0 up to 1, for the jitter. `Math.random` unless given. */
    random?: () => number;
    /** The timers, for tests. The global ones unless given. */
    timers?: {
        setTimeout(action: () => void, milliseconds: number): unknown;
        clearTimeout(timer: any): void;
    };
}

/**
 * Opens a connection and keeps it open: a lost one is replaced, and the topics go on where they were.
 * @param url Where the server is: absolute, or relative to the page. `/realtime` on the page's host unless given.
 * @throws Error when there is neither a WebSocket nor a `fetch` to fall back to, TypeError when there is no page that a relative URL could be relative to.
 */
export function connect(url?: string | URL, options?: Options): Client;
export function connect(options: Options): Client;

/** A connection that carries many topics. Made by `connect`. */
export interface Client {
    /** What the connection is doing. It is "connecting" at first. */
    readonly state: State;
    /** Why the connection was lost; null while it is not. */
    readonly reason: Reason | null;
    /** How the server is reached right now: "stream" (server-sent events and posts) where WebSockets are blocked; null while it is not. */
    readonly transport: "websocket" | "stream" | null;
    /** Called with each new state; with a reason for "waiting" and "closed". */
    onstate: ((state: State, reason: Reason | null) => void) | null;
    /** Called for a fault that belongs to no call and no topic. */
    onerror: ((error: RealtimeError) => void) | null;
    /** The topic of this name; the same object each time, until it is left. Nothing is sent before its `join`. */
    topic(name: string): Topic;
    /** Closes for good. What waits is rejected: unsent with code "closed", unanswered with "connection_lost". */
    close(): void;
}

/** Somebody who is in a topic: one person, over however many connections, or a connection that has no user. */
export interface Member<T = any> {
    /** The same for one person after a reconnect. */
    readonly id: string;
    /** The name that the server's join handler gave. */
    readonly user?: string;
    /** How many connections they have, where they have more than one. */
    readonly connections?: number;
    /** What the server's handlers added: the newest, of several connections. */
    readonly data?: T;
}

/** Where in a topic's history something is; both are null for a topic that keeps no history any more. */
export interface Place {
    readonly epoch: string | null;
    readonly offset: number | null;
}

/** An older event of a topic with history. */
export interface PastEvent<T = any> {
    readonly event: string;
    readonly data: T;
    readonly offset: number;
}

/** A page of a topic's history. */
export interface HistoryPage<T = any> {
    /** The oldest first. */
    readonly events: PastEvent<T>[];
    /** Whether older ones are kept: get them with `history({ before: events[0].offset })`. */
    readonly more: boolean;
    /** The numbering that the offsets belong to. */
    readonly epoch: string;
}

/** Where an event comes from. */
export interface Origin {
    /** The event's topic: for one joined by a wildcard ("room:*") the topic that it was published in. */
    readonly topic: string;
    /** Its place in that topic's history; absent where it has none. */
    readonly offset?: number;
}

/** A stream of events that this client is in, once joined. Made by `client.topic(name)`. */
export interface Topic {
    readonly name: string;
    /** Whether the server has this client in the topic right now; false while the connection is away. */
    readonly joined: boolean;
    /** Called when events are missing that the server no longer has: load what you show anew. */
    onreset: ((place: Place) => void) | null;
    /** Called when the server does not let this client back in after a lost connection, or takes it out; the topic is then left. */
    onerror: ((error: RealtimeError) => void) | null;
    /** Called with a number: that many events were left out, because this client reads too slowly for a topic that conflates or drops. */
    ondropped: ((count: number) => void) | null;
    /** Calls `listener` with the data of each such event, in order and each once. Returns a function that ends it. */
    on<T = any>(event: string, listener: (data: T, origin: Origin) => void): () => void;
    /**
     * Calls `listener` with all members and how many they are: soon when they are known already, then after each change. Where the server
     * tells only the number, as it does for very many, there are no members. Returns a function that ends it.
     */
    presence<T = any>(listener: (members: Member<T>[], count: number) => void): () => void;
    /**
     * Enters the topic, now or once the connection is open, and again after each lost connection.
     * @param data For the server's join handler; read again for each rejoin.
     * @param options `history`: how many of the newest kept events to get first.
     * @returns What the server's handler returned. Rejects with a RealtimeError when it refuses.
     */
    join<T = any>(data?: unknown, options?: { history?: number }): Promise<T>;
    /**
     * Calls the topic's handler on the server. While the connection is away the event waits, up to `queueLimit`.
     * @returns What the handler returned. Rejects with a RealtimeError: with the handler's code when it refuses, or with
     *   "connection_lost" when the answer was lost, so that the event may or may not have happened. It is not sent again.
     */
    send<T = any>(event: string, data?: unknown): Promise<T>;
    /**
     * Asks for older events, page by page; listeners do not hear them. While the connection is away it waits, as `send` does.
     * @param options `before`: the page ends before this offset; unless given, before the first event that this client was sent.
     *   `limit`: the most events, 100 unless given; the server gives no more than 1,000 and fewer when they are large.
     * @returns Rejects with a RealtimeError: code "no_history" for a topic that keeps none, and as `send` does.
     */
    history<T = any>(options?: { before?: number; limit?: number }): Promise<HistoryPage<T>>;
    /** Leaves the topic; events that wait are rejected with code "left". Resolves once the server has answered, or is gone. */
    leave(): Promise<void>;
}
