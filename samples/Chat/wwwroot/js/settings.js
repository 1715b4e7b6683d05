// What this browser remembers between visits. Private windows may refuse to: then it is remembered until the page goes.

const memory = new Map();

function read(key, otherwise) {
    try {
        return JSON.parse(localStorage.getItem(key)) ?? memory.get(key) ?? otherwise;
    } catch {
        return memory.get(key) ?? otherwise;
    }
}

function write(key, value) {
    memory.set(key, value);
    try {
        localStorage.setItem(key, JSON.stringify(value));
    } catch {
        // Full or forbidden; the copy in memory serves this page.
    }
}

export const settings = {
    /** The name this person goes by, or an empty string. */
    get name() { return read("chat.name", ""); },
    set name(name) { write("chat.name", name); },

    /** The room to show when the address names none. */
    get room() { return read("chat.room", "lobby"); },
    set room(room) { write("chat.room", room); },

    /** Up to which message each room has been read: `{ room: id }`. */
    get read() { return read("chat.read", {}); },

    /** Remembers that a room was read up to this message; returns false if it was read that far already, perhaps in another window. */
    markRead(room, id) {
        const marks = this.read;
        if (marks[room] >= id) {
            return false;
        }
        write("chat.read", { ...marks, [room]: id });
        return true;
    },

    /** Starts counting: who comes for the first time has missed nothing, and a mark beyond the last message is of older times. */
    startReading(room, last) {
        const marks = this.read;
        if (!(marks[room] <= last)) {
            write("chat.read", { ...marks, [room]: last });
        }
    },

    /** Calls back when another window of this browser has remembered something. */
    onchange(callback) {
        addEventListener("storage", event => event.key?.startsWith("chat.") && callback());
    },
};
