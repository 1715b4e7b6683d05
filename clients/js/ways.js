// The ways to the server, and which of them is taken.

const MAX_BLOCKED = 2;                  // so many WebSockets in a row without a welcome: try whether the server can be reached without

/** Chooses how to reach the server: by WebSocket, or where that is blocked by event stream and posts. Either may be missing. */
export class Ways {
    #all;
    #now;
    #blocked = 0;

    constructor(socket, stream) {
        this.#all = { socket, stream };
        this.#now = socket ? "socket" : "stream";
    }

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

/**
 * The WebSocket transport. Another transport is a function of the same shape: it takes `events` (`open()`, `message(value)` with
 * what a message decodes to, and once, unless closed from this side, `close(code, message)`) and returns `send(frame)`, with
 * what the format encodes to, and `close(code, message)`.
 */
export function openWebSocket(WebSocket, address, format, events) {
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

/** A way to open a transport, behind whatever gives the token for its address. */
export function withToken(address, token, open) {
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
