// The list of rooms with their unread marks. The topic "rooms" tells of every new room and every new message.
import { loadRooms } from "./api.js";
import { byId, make } from "./dom.js";
import { roomFault, roomName } from "./rules.js";
import { settings } from "./settings.js";

export class Rooms {
    #topic;
    #rooms = new Map();
    #links = new Map();
    #current = "";

    /** Called when rooms or unread marks have changed. */
    onchange = null;

    constructor(client) {
        this.#topic = client.topic("rooms");
        this.#topic.on("opened", room => this.#know([room]));
        this.#topic.on("spoke", ({ room, id }) => this.#advance(room, id));
        this.#topic.onreset = () => this.#reload();
        settings.onchange(() => this.#render());
        this.#bindForm();
    }

    /** Starts listening; resolves when the rooms are known. */
    async join() {
        const { rooms } = await this.#topic.join({});
        this.#know(rooms);
    }

    get(name) { return this.#rooms.get(name); }

    /** How many messages of a room have not been read. */
    unread(name) {
        const room = this.#rooms.get(name);
        return room ? Math.max(0, room.last - (settings.read[name] ?? 0)) : 0;
    }

    /** How many messages have not been read anywhere. */
    get unreadInAll() { return [...this.#rooms.keys()].reduce((sum, name) => sum + this.unread(name), 0); }

    select(name) {
        this.#current = name;
        this.#render();
    }

    markRead(name, id) {
        if (settings.markRead(name, id)) {
            this.#render();
        }
    }

    /** The room so many places away from the current one, around the ends. */
    neighbour(step) {
        const names = [...this.#rooms.keys()];
        const index = names.indexOf(this.#current);
        return names.length === 0 ? null : names[(Math.max(index, 0) + step + names.length) % names.length];
    }

    /** Opens a new room; rejects with what is wrong with its name. */
    async open(name) {
        this.#know([await this.#topic.send("open", { name })]);
    }

    #know(rooms) {
        for (const room of rooms) {
            const last = Math.max(room.last, this.#rooms.get(room.name)?.last ?? 0);
            this.#rooms.set(room.name, { ...room, last });
            settings.startReading(room.name, last);
        }
        this.#rooms = new Map([...this.#rooms].sort(([a], [b]) => (b === "lobby") - (a === "lobby") || a.localeCompare(b)));
        this.#render();
    }

    #advance(name, id) {
        const room = this.#rooms.get(name);
        if (room && id > room.last) {
            room.last = id;
            this.#render();
        }
    }

    async #reload() {
        for (let attempt = 0; ; attempt++) {
            try {
                return this.#know(await loadRooms());
            } catch {
                await new Promise(resolve => setTimeout(resolve, Math.random() * Math.min(10_000, 500 * 2 ** attempt)));
            }
        }
    }

    #render() {
        const list = byId("room-list");
        let position = 0;
        for (const room of this.#rooms.values()) {
            const item = this.#links.get(room.name) ?? this.#newLink(room.name);
            const unread = this.unread(room.name);
            const link = item.firstChild;
            const badge = link.lastChild;
            link.classList.toggle("unread", unread > 0);
            link.toggleAttribute("aria-current", room.name === this.#current);
            if (room.name === this.#current) {
                link.setAttribute("aria-current", "page");
            }
            badge.hidden = unread === 0;
            badge.textContent = unread > 99 ? "99+" : unread;
            badge.setAttribute("aria-label", `${unread} unread`);
            if (list.children[position] !== item) {
                list.insertBefore(item, list.children[position] ?? null);
            }
            position++;
        }
        this.onchange?.();
    }

    #newLink(name) {
        const link = make("a", { class: "room-link", href: `#${name}` }, make("span", { class: "name" }, name), make("span", { class: "badge", hidden: true }));
        const item = make("li", {}, link);
        this.#links.set(name, item);
        return item;
    }

    #bindForm() {
        const form = byId("new-room");
        const input = byId("new-room-name");
        const fault = byId("new-room-error");
        input.addEventListener("input", () => { fault.textContent = ""; });
        input.addEventListener("keydown", event => {
            if (event.key === "Escape") {
                input.value = fault.textContent = "";
            }
        });
        form.addEventListener("submit", async event => {
            event.preventDefault();
            const name = roomName(input.value);
            if (!name) {
                input.focus();
                return;
            }
            fault.textContent = roomFault(name) ?? "";
            if (fault.textContent) {
                return;
            }
            try {
                await this.open(name);
                input.value = "";
                location.hash = name;
            } catch (error) {
                fault.textContent = error.message;
            }
        });
    }
}
