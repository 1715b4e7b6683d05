// What all parts of the client share.

/** What went wrong: `code` is for programs, `message` for people; `details` is whatever more the app's handler had to say. */
export class RealtimeError extends Error {
    constructor(code, message, details) {
        super(message);
        this.name = "RealtimeError";
        this.code = code;
        this.details = details;
    }
}

export function errorOf({ error }) {
    return new RealtimeError(error?.code ?? "internal", error?.message ?? "The server refused without a reason.", error?.details);
}

export function closedError({ reason }) {
    return new RealtimeError("closed", `The connection is closed: ${reason.message}`);
}

/** The window of full jitter, in milliseconds, so that the thousand clients of a restarted server do not come at one instant. */
export function backoff(attempt) {
    return Math.min(30_000, 500 * 2 ** attempt);
}

/** Calls an app's function. What it throws is reported like any uncaught error, and stops nobody else's. */
export function call(listener, ...values) {
    try {
        listener?.(...values);
    } catch (error) {
        (globalThis.reportError ?? (thrown => queueMicrotask(() => { throw thrown; })))(error);
    }
}
