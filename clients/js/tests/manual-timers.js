// Time that moves when the test says so.
export class ManualTimers {
    #now = 0;
    #next = 1;
    #timers = new Map();

    setTimeout = (action, delay = 0) => {
        const id = this.#next++;
        this.#timers.set(id, { action, due: this.#now + delay, delay });
        return id;
    };

    clearTimeout = id => void this.#timers.delete(id);

    /** The delays of what waits, shortest first. */
    get delays() {
        return [...this.#timers.values()].map(timer => timer.delay).sort((a, b) => a - b);
    }

    /** Advances to the next timer that is due. */
    next() {
        this.advance(Math.min(...[...this.#timers.values()].map(timer => timer.due)) - this.#now);
    }

    advance(milliseconds) {
        const until = this.#now + milliseconds;
        for (;;) {
            const due = [...this.#timers].filter(([, timer]) => timer.due <= until).sort(([, a], [, b]) => a.due - b.due)[0];
            if (!due) {
                break;
            }
            this.#timers.delete(due[0]);
            this.#now = due[1].due;
            due[1].action();
        }
        this.#now = until;
    }
}
