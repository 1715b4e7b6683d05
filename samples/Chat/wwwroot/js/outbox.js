// What this person has said and the server has not confirmed. Each message has an id from this side, and the server
// keeps one message per id: so after a lost connection it is simply sent again, and is never said twice.

/** Sends a room's messages one after another, in the order they were written. */
export class Outbox {
    #send;
    #changed;
    #waiting = [];
    #running = null;

    /**
     * @param {(message: { id: string, text: string }) => Promise<void>} send Sends one; rejects with `{ code, message }`.
     * @param {() => void} changed Called when what waits has changed.
     */
    constructor(send, changed) {
        this.#send = send;
        this.#changed = changed;
    }

    /** What waits, in order: `{ id, text, at, error }`; `error` says why the server refused it, or is null. */
    get waiting() {
        return this.#waiting;
    }

    add(text) {
        this.#waiting.push({ id: crypto.randomUUID?.() ?? fallbackId(), text, at: Date.now(), error: null });
        this.#changed();
        this.resume();
    }

    /** Takes back a message; one that was heard in its room has arrived, whatever became of the answer. */
    remove(id) {
        const index = this.#waiting.findIndex(message => message.id === id);
        return index < 0 ? null : this.#waiting.splice(index, 1)[0];
    }

    /** Tries a refused message again. */
    retry(id) {
        const message = this.#waiting.find(waiting => waiting.id === id);
        if (message) {
            message.error = null;
            this.#changed();
            this.resume();
        }
    }

    /** Goes on sending, unless it does. */
    resume() {
        this.#running ??= this.#deliverAll().finally(() => {
            this.#running = null;
            this.#changed();
        });
    }

    /** Resolves when nothing is being sent. */
    async idle() {
        await this.#running;
    }

    async #deliverAll() {
        for (let next; (next = this.#waiting.find(message => !message.error));) {
            if (!await this.#deliver(next)) {
                return;
            }
        }
    }

    /** Returns false when the room was left, so that sending has to wait for the next visit. */
    async #deliver(message) {
        try {
            await this.#send(message);
            this.remove(message.id);
        } catch (error) {
            switch (error.code) {
                case "connection_lost":
                    break;                  // the answer is lost: the same id again tells what became of it
                case "too_fast":
                    await new Promise(resolve => setTimeout(resolve, 1000));
                    break;
                case "left":
                case "not_joined":
                    return false;
                default:
                    message.error = error.message;
            }
        }
        this.#changed();
        return true;
    }
}

/** Pages from another address than localhost or https have no randomUUID. */
function fallbackId() {
    const digits = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
