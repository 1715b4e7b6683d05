// The messages of the current room, in order, with the days between them. Keeps what is on screen still while messages
// come in above or below, and follows the newest ones only when they are in view.
import { byId, make } from "./dom.js";
import { messageElement, waitingElement } from "./message.js";
import { day, dayKey, sameDay } from "./time.js";

const GROUP_WITHIN = 5 * 60_000;
const LATER_AFTER = 60 * 60_000;
const NEAR_BOTTOM = 80;
const NEAR_TOP = 400;
const KEPT_IN_PAGE = 400;

export class Timeline {
    #client;
    #scroller = byId("timeline");
    #log = byId("log");
    #jump = byId("jump");
    #nodes = new Map();
    #room = null;
    #freshAfter = null;
    #pinned = true;
    #seen = 0;
    #settled = false;

    /** Called with the last message that is or was in view: `(room, id)`. */
    onread = null;

    constructor(client) {
        this.#client = client;
        this.#scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
        this.#jump.addEventListener("click", () => this.toBottom());
        document.addEventListener("visibilitychange", () => this.#visibilityChanged());
        new ResizeObserver(() => this.#pinned && this.#stick()).observe(this.#scroller);
        new ResizeObserver(() => this.#pinned && this.#stick()).observe(this.#log);
    }

    /** Turns to a room; `readTo` is the newest message that was read before, or null when all were. */
    show(room, readTo) {
        this.#clear();
        this.#room = room;
        this.#freshAfter = readTo;
        this.#pinned = true;
        this.#seen = room.newest;
        this.#settled = false;
        this.render();
    }

    get atBottom() { return this.#pinned; }

    /** Scrolls to the newest message and follows from there. */
    toBottom() {
        this.#pinned = true;
        this.#stick();
        this.#noteRead();
    }

    /** This person has spoken: there is nothing new above that, and the end is where to look. */
    spoke() {
        this.#freshAfter = null;
        this.toBottom();
    }

    render() {
        const room = this.#room;
        if (!room) {
            return;
        }
        if (this.#pinned && this.#settled) {
            room.trim(KEPT_IN_PAGE);
        }
        const anchor = this.#pinned ? null : this.#anchor();
        this.#reconcile(this.#items());
        this.#showBeginning();
        if (this.#pinned) {
            this.#stick();
        } else if (anchor?.node.isConnected) {
            this.#scroller.scrollTop += anchor.node.getBoundingClientRect().top - anchor.top;
        }
        if (!this.#settled && room.state === "here") {
            this.#settled = true;
            this.#showFresh();
        }
        this.#noteRead();
        this.#loadOlderIfNear();
    }

    #clear() {
        this.#nodes.forEach(({ element }) => element.stop?.());
        this.#nodes.clear();
        this.#log.replaceChildren();
    }

    /** What stands in the log, top to bottom: a key, a sign that changes when the look does, and how to make it. */
    #items() {
        const room = this.#room;
        const items = [];
        let previous = null;
        const separate = (at, id) => {
            let separated = previous === null;
            if (previous === null || !sameDay(previous.at, at)) {
                items.push({ key: `day ${dayKey(at)}`, sign: day(at), make: () => make("div", { class: "day" }, make("span", {}, day(at))) });
                separated = true;
            }
            if (this.#freshAfter !== null && id > this.#freshAfter && previous !== null && previous.id <= this.#freshAfter) {
                items.push({ key: "fresh", sign: "", make: () => make("div", { class: "fresh" }, make("span", {}, "New")) });
                separated = true;
            }
            return separated;
        };
        for (const message of room.messages) {
            const separated = separate(message.at, message.id);
            const follows = !separated && continues(previous, message);
            const mine = message.user === room.user;
            const later = !separated && message.at - previous.at > LATER_AFTER;
            items.push({
                key: keyOf(message),
                sign: `${message.id} ${follows} ${later} ${mine} ${message.job ?? ""} ${Boolean(message.done)}`,
                make: () => {
                    const element = messageElement(message, { client: this.#client, room: room.name, mine, follows });
                    element.classList.toggle("later", later);
                    return element;
                },
            });
            previous = message;
        }
        for (const waiting of room.outbox.waiting) {
            const message = { ...waiting, user: room.user, kind: "text" };
            const follows = !separate(waiting.at, Infinity) && continues(previous, message);
            items.push({
                key: waiting.id,
                sign: `waiting ${follows} ${waiting.error}`,
                make: () => waitingElement(waiting, {
                    user: room.user,
                    follows,
                    retry: () => room.outbox.retry(waiting.id),
                    discard: () => { room.outbox.remove(waiting.id); this.render(); },
                }),
            });
            previous = { ...message, id: Infinity };
        }
        return items;
    }

    /** Makes the log show these items, touching only what differs. */
    #reconcile(items) {
        const wanted = new Set(items.map(item => item.key));
        for (const [key, { element }] of this.#nodes) {
            if (!wanted.has(key)) {
                element.stop?.();
                element.remove();
                this.#nodes.delete(key);
            }
        }
        let next = this.#log.firstChild;
        for (const item of items) {
            let node = this.#nodes.get(item.key);
            if (node && node.sign !== item.sign) {
                const element = item.make();
                node.element.stop?.();
                if (node.element === next) {
                    next = element;
                }
                node.element.replaceWith(element);
                node = { element, sign: item.sign };
                this.#nodes.set(item.key, node);
            } else if (!node) {
                node = { element: item.make(), sign: item.sign };
                node.element.classList.toggle("enter", this.#settled && this.#pinned);
                this.#nodes.set(item.key, node);
            }
            if (node.element === next) {
                next = next.nextSibling;
            } else {
                this.#log.insertBefore(node.element, next);
            }
        }
    }

    #showBeginning() {
        const { complete, name, messages } = this.#room;
        const beginning = byId("beginning");
        beginning.hidden = !complete;
        if (complete) {
            beginning.textContent = messages.length === 0 ? `Nothing has been said in ${name} yet. Say something.` : `This is where ${name} begins.`;
        }
    }

    /** The first message in view and where it is, to put it back there. */
    #anchor() {
        const top = this.#scroller.getBoundingClientRect().top;
        for (const node of this.#log.children) {
            const place = node.getBoundingClientRect();
            if (place.bottom > top && node.classList.contains("message")) {
                return { node, top: place.top };
            }
        }
        return null;
    }

    #showFresh() {
        const fresh = this.#nodes.get("fresh")?.element;
        if (!fresh) {
            return;
        }
        const room = this.#scroller.getBoundingClientRect();
        const above = room.top - fresh.getBoundingClientRect().top;
        if (above > 0) {
            this.#pinned = false;
            this.#scroller.scrollTop -= above + 24;
        }
    }

    #stick() {
        this.#scroller.scrollTop = this.#scroller.scrollHeight;
    }

    #scrolled() {
        const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
        const left = scrollHeight - scrollTop - clientHeight;
        this.#pinned = left < NEAR_BOTTOM;
        this.#noteRead();
        this.#loadOlderIfNear();
    }

    #loadOlderIfNear() {
        const { scrollTop, scrollHeight, clientHeight } = this.#scroller;
        if (this.#settled && scrollTop < NEAR_TOP && (!this.#pinned || scrollHeight <= clientHeight + 1)) {
            this.#room.older();
        }
    }

    #noteRead() {
        const room = this.#room;
        if (this.#pinned) {
            this.#seen = room.newest;
        }
        const unseen = room.messages.filter(message => message.id > this.#seen && message.user !== room.user).length;
        this.#jump.hidden = this.#pinned;
        this.#jump.classList.toggle("news", unseen > 0);
        byId("jump-text").textContent = unseen === 0 ? "Newest" : unseen === 1 ? "1 new message" : `${unseen} new messages`;
        if (this.#settled && document.visibilityState === "visible") {
            this.onread?.(room, this.#pinned ? room.newest : this.#lastInView());
        }
    }

    #lastInView() {
        const bottom = this.#scroller.getBoundingClientRect().bottom;
        const last = this.#room.messages.findLast(message => this.#nodes.get(keyOf(message))?.element.getBoundingClientRect().bottom <= bottom);
        return last?.id ?? 0;
    }

    #visibilityChanged() {
        if (document.visibilityState === "hidden") {
            this.#freshAfter = this.#room && this.#pinned ? this.#room.newest : this.#freshAfter;
        } else if (this.#room) {
            this.render();
        }
    }
}

const keyOf = message => message.key ?? `message ${message.id}`;

/** Whether a message belongs under the same name as the one before. */
function continues(previous, message) {
    return previous.user === message.user && previous.kind === "text" && message.kind === "text"
        && message.at - previous.at < GROUP_WITHIN;
}
