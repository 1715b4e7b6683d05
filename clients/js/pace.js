// How fast the client does what it does on its own.
import { backoff } from "./base.js";

const MAX_UNDER_WAY = 8;

/** Lets few of the requests that the client makes on its own be under way, and slows down when the server says too fast. */
export class Pace {
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
