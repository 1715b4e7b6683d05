// The box that messages are written in, with the list of commands that opens behind a slash.
import { COMMANDS, commandsFor } from "./commands.js";
import { byId, make } from "./dom.js";
import { TEXT_LENGTH } from "./rules.js";

const COUNT_FROM = TEXT_LENGTH - 400;

export class Composer {
    #text = byId("composer-text");
    #form = byId("composer");
    #list = byId("commands");
    #hint = byId("hint");
    #drafts = new Map();
    #room = "";
    #offered = [];
    #chosen = 0;

    /** Called with each message to send. */
    onsay = null;
    /** Called while something is typed that others may know of. */
    ontyping = null;
    /** Called when what was typed is gone without having been said. */
    oncleared = null;

    constructor() {
        this.#form.addEventListener("submit", event => { event.preventDefault(); this.#submit(); });
        this.#text.addEventListener("input", () => this.#input());
        this.#text.addEventListener("keydown", event => this.#key(event));
        this.#text.addEventListener("blur", () => this.#close());
        this.#text.addEventListener("focus", () => this.#offer());
        this.#size();
    }

    /** Turns to a room: each keeps its own draft. */
    show(room) {
        if (room !== this.#room) {
            this.#drafts.set(this.#room, this.#text.value);
            this.#room = room;
            this.#text.value = this.#drafts.get(room) ?? "";
            this.#text.placeholder = `Say something in ${room}`;
            this.hint("");
            this.#size();
        }
    }

    focus() {
        // On a phone this would raise the keyboard over what is being read.
        if (matchMedia("(hover: hover)").matches) {
            this.#text.focus({ preventScroll: true });
        }
    }

    enable(enabled) {
        this.#text.disabled = !enabled;
    }

    /** Says something to the writer alone; `wrong` when it is a mistake to mend. */
    hint(text, wrong = false) {
        this.#hint.textContent = text;
        this.#hint.hidden = !text;
        this.#hint.classList.toggle("wrong", wrong);
    }

    /** Gives back what the server refused, unless something else has been typed since. */
    giveBack(text) {
        if (!this.#text.value) {
            this.#text.value = text;
            this.#size();
        }
    }

    /** Closes what floats above the box; returns whether something did. */
    dismiss() {
        const open = !this.#list.hidden || !this.#hint.hidden;
        this.#close();
        this.hint("");
        return open;
    }

    #submit() {
        const text = this.#text.value.trimEnd();
        if (!text.trim()) {
            return;
        }
        if (text.toLowerCase() === "/help") {
            this.#fill("/");
            return;
        }
        this.#fill("");
        this.onsay?.(text);
        this.#text.focus({ preventScroll: true });
    }

    #fill(text) {
        this.#text.value = text;
        this.hint("");
        this.#size();
        this.#offer();
    }

    #input() {
        this.hint("");
        this.#size();
        this.#offer();
        if (!this.#text.value) {
            this.oncleared?.();
        } else if (!this.#text.value.startsWith("/")) {
            this.ontyping?.();
        }
    }

    #size() {
        const text = this.#text;
        text.style.height = "auto";
        text.style.height = `${text.scrollHeight}px`;
        text.style.overflowY = text.scrollHeight > text.clientHeight + 1 ? "auto" : "hidden";
        const left = TEXT_LENGTH - text.value.length;
        const count = byId("count");
        count.textContent = text.value.length > COUNT_FROM ? left : "";
        count.classList.toggle("near", left < 50);
        this.#form.classList.toggle("empty", !text.value.trim());
    }

    #key(event) {
        if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) {
            return;
        }
        if (this.#offered.length > 0 && this.#chooseKey(event)) {
            event.preventDefault();
        } else if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            this.#submit();
        }
    }

    /** Keys of the open list; returns whether the key was one of them. */
    #chooseKey({ key, shiftKey }) {
        const chosen = this.#offered[this.#chosen];
        switch (key) {
            case "ArrowDown":
            case "ArrowUp":
                this.#choose((this.#chosen + (key === "ArrowDown" ? 1 : -1) + this.#offered.length) % this.#offered.length);
                return true;
            case "Tab":
                if (shiftKey || chosen.complete === this.#text.value) {
                    return false;
                }
                this.#fill(chosen.complete);
                return true;
            case "Enter":
                if (shiftKey || chosen.complete === this.#text.value) {
                    return false;
                }
                this.#fill(chosen.complete);
                return true;
            default:
                return false;
        }
    }

    #offer() {
        this.#offered = commandsFor(this.#text.value);
        this.#chosen = 0;
        this.#list.hidden = this.#offered.length === 0;
        this.#list.replaceChildren(...this.#offered.map((command, index) => make("li", {
            role: "option",
            id: `command-${COMMANDS.indexOf(command)}`,
            // Before the box loses its focus, which would close the list.
            pointerdown: event => { event.preventDefault(); this.#fill(command.complete); },
            pointermove: () => this.#choose(index),
        }, make("code", {}, command.usage), make("span", {}, command.about))));
        this.#choose(0);
    }

    #choose(index) {
        this.#chosen = index;
        [...this.#list.children].forEach((item, position) => item.setAttribute("aria-selected", position === index));
        const chosen = this.#list.children[index];
        if (chosen) {
            this.#text.setAttribute("aria-activedescendant", chosen.id);
        } else {
            this.#text.removeAttribute("aria-activedescendant");
        }
    }

    #close() {
        this.#offered = [];
        this.#list.hidden = true;
        this.#text.removeAttribute("aria-activedescendant");
    }
}
