// The way to the server for clients whose WebSocket is blocked: an event stream brings what comes, posts carry what goes.
// What goes over the wire is written in docs/protocol.md.

const MAX_POST_BYTES = 65_536;
const POST_ATTEMPTS = 5;
const UNSEEN = [0, 429, 502, 503, 504];     // nobody knows whether the server has seen the post, or it is to come later: the same one again

/**
 * Opens an event stream. A transport of the shape that `openWebSocket` in ways.js has.
 * @param {typeof fetch} fetch
 * @param {string} address An http(s) address.
 * @param {{ asText(frame: any): string, timers: object }} options `asText` gives a frame as JSON.
 * @param {object} events `open()`, `message(value)` and, unless closed from this side, once `close(code, message)`.
 */
export function openStream(fetch, address, options, events) {
    return new Stream(fetch, address, options, events);
}

class Stream {
    #fetch;
    #address;
    #asText;
    #timers;
    #events;
    #abort = new AbortController();
    #key = null;
    #queue = [];            // texts that are not on their way
    #posts = 0;
    #posting = false;
    #over = false;          // nothing is told any more

    constructor(fetch, address, { asText, timers }, events) {
        this.#fetch = fetch;
        this.#address = address;
        this.#asText = asText;
        this.#timers = timers;
        this.#events = events;
        this.#read();
    }

    send(frame) {
        this.#queue.push(this.#asText(frame));
        this.#pump();
    }

    /** Closes from this side. What was sent before still goes out, as over a WebSocket. */
    close() {
        this.#over = true;
        if (!this.#posting) {
            this.#abort.abort();
        }
    }

    async #read() {
        try {
            const url = new URL(this.#address);
            url.searchParams.set("ids", "no");      // the topics join again by themselves, from the places that they know
            const response = await this.#request(url, { headers: { Accept: "text/event-stream" } });
            if (!response.ok || !response.headers.get("content-type")?.startsWith("text/event-stream")) {
                this.#discard(response);
                return this.#end(1006, `The server answered with ${response.status}, and not with an event stream.`);
            }
            const parser = new EventParser((name, data) => this.#receive(name, data));
            const decoder = new TextDecoder();
            const reader = response.body.getReader();
            for (let part = await reader.read(); !part.done; part = await reader.read()) {
                parser.push(decoder.decode(part.value, { stream: true }));
            }
            this.#end(1006, "The stream has ended.");
        } catch (error) {
            this.#end(1006, error.message || "The stream was lost.");
        }
    }

    #receive(name, data) {
        if (this.#over) {
            return;
        }
        const message = parse(data);
        if (name === "close") {
            return this.#end(message?.code ?? 1006, message?.reason ?? "");
        }
        if (this.#key === null && message?.type === "welcome" && typeof message.key === "string") {
            this.#key = message.key;        // before that nothing can be sent
            this.#events.open();
        }
        this.#events.message(message);
    }

    /** Posts what waits, one body after the other: so the messages stay in order. */
    async #pump() {
        if (this.#posting) {
            return;
        }
        this.#posting = true;
        try {
            await null;     // whatever is sent in one go goes in one body
            while (this.#queue.length > 0) {
                await this.#post(this.#take());
            }
        } catch (error) {
            this.#end(1006, error.message);
        } finally {
            this.#posting = false;
            if (this.#over) {
                this.#abort.abort();
            }
        }
    }

    /** The messages that fit one body. */
    #take() {
        const encoder = new TextEncoder();
        let bytes = 0;
        let count = 0;
        for (const text of this.#queue) {
            bytes += encoder.encode(text).length + 1;
            if (count > 0 && bytes > MAX_POST_BYTES) {
                break;
            }
            count++;
        }
        return this.#queue.splice(0, count).join("\n");
    }

    /** Posts one body. Its number lets the server tell one that comes again, because the answer was lost, from the next. */
    async #post(body) {
        const url = new URL(this.#address);
        url.searchParams.set("key", this.#key);
        url.searchParams.set("post", ++this.#posts);
        url.searchParams.delete("token");
        for (let attempt = 1; ; attempt++) {
            const response = await this.#request(url, { method: "POST", body, headers: { "Content-Type": "text/plain;charset=UTF-8" } })
                .catch(error => ({ status: 0, problem: error.message }));
            this.#discard(response);
            if (response.ok) {
                return;
            }
            if (this.#abort.signal.aborted || attempt === POST_ATTEMPTS || !UNSEEN.includes(response.status)) {
                throw new Error(`A message could not be posted: ${response.problem ?? `the server answered with ${response.status}`}.`);
            }
            await new Promise(resolve => this.#timers.setTimeout(resolve, 200 * 2 ** attempt));
        }
    }

    #request(url, init) {
        const fetch = this.#fetch;
        return fetch(url, { cache: "no-store", credentials: "include", signal: this.#abort.signal, ...init });
    }

    /** Lets go of a body that nobody reads, and of its connection. */
    #discard(response) {
        response.body?.cancel().catch(() => {});
    }

    #end(code, message) {
        this.#abort.abort();
        if (!this.#over) {
            this.#over = true;
            this.#events.close(code, message);
        }
    }
}

/** Reads server-sent events (WHATWG HTML, section 9.2.6) from text that comes in pieces of any length. */
export class EventParser {
    #event;
    #rest = "";
    #name = "";
    #data = [];

    /** @param {(name: string, data: string) => void} event Gets each event. */
    constructor(event) {
        this.#event = event;
    }

    push(text) {
        this.#rest += text;
        // A CR at the very end may be half of a line end.
        const lines = this.#rest.split(/\r\n|\n|\r(?!$)/);
        this.#rest = lines.pop();
        lines.forEach(line => this.#line(line));
    }

    #line(line) {
        if (line === "") {
            const [name, data] = [this.#name || "message", this.#data];
            this.#name = "";
            this.#data = [];
            if (data.length > 0) {
                this.#event(name, data.join("\n"));
            }
            return;
        }
        const [, field, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line);
        if (field === "event") {
            this.#name = value;
        } else if (field === "data") {
            this.#data.push(value);
        }
    }
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return null;
    }
}
