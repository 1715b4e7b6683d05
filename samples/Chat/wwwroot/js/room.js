// One room as this page knows it: its messages, who is there, who is typing, and what waits to be sent.
import { loadMessages } from "./api.js";
import { Outbox } from "./outbox.js";

const PAGE = 60;
const TOO_FAR_BEHIND = 1000;        // further than this it is quicker to start from the newest messages
const TYPING_LASTS = 4000;          // without another key

/** A room. Messages are numbered 1, 2, 3, … in each room, so what is missing shows as a gap. */
export class Room {
    #client;
    #topic = null;
    #members = [];
    #typingTimer = null;
    #catchingUp = null;
    #behind = false;
    #visit = 0;

    /** Called after every change. */
    onchange = null;
    /** Called with a RealtimeError when the server refuses a command: `(error, text)`. */
    onrefused = null;

    constructor(client, name) {
        this.#client = client;
        this.name = name;
        /** In order and without gaps: `{ id, key, user, text, at, kind, job, done }`. */
        this.messages = [];
        /** "joining", "here", "missing" (there is no such room), "refused" or "away". */
        this.state = "away";
        this.fault = "";
        this.loadingOlder = false;
        this.outbox = new Outbox(message => this.#say(message), () => this.#changed());
    }

    get newest() { return this.messages.at(-1)?.id ?? 0; }

    /** Whether the room's first message is among those loaded. */
    get complete() { return this.state === "here" && (this.messages.length === 0 || this.messages[0].id === 1); }

    /** The names of who is here, each once. */
    get people() { return names(this.#members); }

    /** The names of those typing now, without this person. */
    get typers() { return names(this.#members.filter(member => member.data?.typing)).filter(name => name !== this.user); }

    /** Enters as this person: joins, so that nothing said from now on is missed, and loads what was said before. */
    async enter(user) {
        const visit = ++this.#visit;
        this.#topic?.leave();       // it may have stayed a little to finish sending
        this.user = user;
        this.state = "joining";
        const topic = this.#topic = this.#client.topic(`room:${this.name}`);
        topic.on("said", message => this.#heard(message));
        topic.on("changed", message => this.#replace(message));
        topic.presence(members => visit === this.#visit && this.#present(members));
        topic.onreset = () => this.#catchUp();
        topic.onerror = error => this.#refuse(error);
        this.#changed();
        try {
            await topic.join({ user });
        } catch (error) {
            if (visit === this.#visit) {
                this.#refuse(error);
            }
            return;
        }
        if (visit === this.#visit) {
            this.outbox.resume();
            await this.#catchUp();
        }
        if (visit === this.#visit && this.state === "joining") {
            this.state = "here";
            this.#changed();
        }
    }

    /** Leaves; the messages loaded stay for the next visit. What is on its way is sent first. */
    async leave() {
        const visit = ++this.#visit;
        this.state = "away";
        this.stoppedTyping();
        this.#members = [];
        await this.outbox.idle();
        if (visit === this.#visit) {
            this.#topic?.leave();
            this.#topic = null;
        }
    }

    /** Loads the messages before the oldest one here. */
    async older() {
        if (this.loadingOlder || this.complete || this.state !== "here") {
            return;
        }
        this.loadingOlder = true;
        try {
            const { messages } = await loadMessages(this.name, { before: this.messages[0].id, limit: PAGE });
            this.#add(messages);
        } catch {
            // The connection's banner tells; the next scroll tries again.
        } finally {
            this.loadingOlder = false;
            this.#changed();
        }
    }

    say(text) {
        this.#forgetTyping();       // to say something ends it on the server too
        this.outbox.add(text);
    }

    /** Tells the others that this person is typing; to be called with every key. */
    typing() {
        clearTimeout(this.#typingTimer);
        const known = this.#typingTimer !== null;
        this.#typingTimer = setTimeout(() => this.stoppedTyping(), TYPING_LASTS);
        if (!known) {
            this.#tellTyping(true);
        }
    }

    /** Tells the others that what was typed has been given up. */
    stoppedTyping() {
        if (this.#typingTimer !== null) {
            this.#forgetTyping();
            this.#tellTyping(false);
        }
    }

    /** Lets go of old messages that nobody is looking at; scrolling up loads them again. */
    trim(keep) {
        if (this.messages.length > keep * 2) {
            this.messages.splice(0, this.messages.length - keep);
        }
    }

    async #say({ id, text }) {
        if (!this.#topic) {
            throw Object.assign(new Error("The room is not entered yet."), { code: "not_joined" });
        }
        try {
            const { message } = await this.#topic.send("say", { id, text });
            this.#heard(message);
        } catch (error) {
            // A command that is refused goes back to its author instead of standing in the room.
            if (text.startsWith("/") && !["connection_lost", "too_fast", "left", "not_joined"].includes(error.code)) {
                this.onrefused?.(error, text);
                return;
            }
            throw error;
        }
    }

    #heard(message) {
        this.outbox.remove(message.key);
        if (message.id > this.newest + 1) {
            this.#catchUp();        // hears of this one too, in its place
            return;
        }
        this.#add([message]);
        this.#changed();
    }

    #replace(message) {
        const index = this.messages.findIndex(known => known.id === message.id);
        if (index >= 0) {
            this.messages[index] = message;
            this.#changed();
        }
    }

    /** Puts messages in their places; those known already are not doubled. */
    #add(messages) {
        const known = new Set(this.messages.map(message => message.id));
        const fresh = messages.filter(message => !known.has(message.id));
        fresh.forEach(message => this.outbox.remove(message.key));
        this.messages.push(...fresh);
        if (fresh.length > 0 && this.messages.length > fresh.length) {
            this.messages.sort((a, b) => a.id - b.id);
        }
    }

    /** Loads everything behind the newest message here. What is asked for meanwhile is looked for once more. */
    #catchUp() {
        this.#behind = true;
        return this.#catchingUp ??= this.#load().finally(() => { this.#catchingUp = null; });
    }

    async #load() {
        for (let attempt = 0; this.#behind; attempt++) {
            this.#behind = false;
            try {
                await this.#loadNewer();
                await this.#refreshUnfinished();
                this.#changed();
            } catch {
                this.#behind = true;
                await new Promise(resolve => setTimeout(resolve, Math.random() * Math.min(10_000, 500 * 2 ** attempt)));
            }
        }
    }

    async #loadNewer() {
        if (this.messages.length === 0) {
            this.#add((await loadMessages(this.name, { limit: PAGE })).messages);
            return;
        }
        for (;;) {
            const { messages, last } = await loadMessages(this.name, { after: this.newest, limit: 200 });
            if (last - this.newest > TOO_FAR_BEHIND) {
                this.messages = (await loadMessages(this.name, { limit: PAGE })).messages;
                this.messages.forEach(message => this.outbox.remove(message.key));
                return;
            }
            this.#add(messages);
            if (messages.length === 0 || this.newest >= last) {
                return;
            }
        }
    }

    /** A transcript that finished while the connection was away has changed its message. */
    async #refreshUnfinished() {
        for (const { id } of this.messages.filter(message => message.kind === "export" && !message.done)) {
            const { messages } = await loadMessages(this.name, { after: id - 1, limit: 1 });
            messages.forEach(message => this.#replace(message));
        }
    }


    #forgetTyping() {
        clearTimeout(this.#typingTimer);
        this.#typingTimer = null;
    }

    #tellTyping(typing) {
        // Old news is worth nothing, so it does not wait for a connection.
        if (this.#topic?.joined) {
            this.#topic.send("typing", { typing }).catch(() => {});
        }
    }

    #present(members) {
        this.#members = members;
        this.#changed();
    }

    #refuse(error) {
        this.state = error.code === "no_such_room" ? "missing" : "refused";
        this.fault = error.message;
        this.#members = [];
        this.#changed();
    }

    #changed() {
        this.onchange?.(this);
    }
}

/** The members' names, each once: a person may have several windows open. */
function names(members) {
    return [...new Set(members.map(member => member.user).filter(Boolean))].sort((a, b) => a.localeCompare(b));
}
