// The chat's page. Each module beside this one does one thing; here they meet.
import { connect } from "/realtime/client.js";
import { connectionBanner } from "./banner.js";
import { Composer } from "./composer.js";
import { byId, make } from "./dom.js";
import { bindDrawers, closeDrawers } from "./drawers.js";
import { askName, showName } from "./name.js";
import { showPeople } from "./people.js";
import { Room } from "./room.js";
import { Rooms } from "./rooms.js";
import { settings } from "./settings.js";
import { Timeline } from "./timeline.js";

const client = connect();
client.onstate = connectionBanner();

const composer = new Composer();
const timeline = new Timeline(client);
const rooms = new Rooms(client);
const visited = new Map();
let current = null;
let frame = null;

bindDrawers();
bindKeys();
if (!settings.name) {
    await askName();
}
showName();
await rooms.join();
enterFromAddress();
addEventListener("hashchange", enterFromAddress);

byId("me").addEventListener("click", async () => {
    if (await askName()) {
        showName();
        current.leave();
        enter(current.name);
    }
});

rooms.onchange = () => {
    const unread = rooms.unreadInAll;
    const title = current ? `${current.name} · Chat` : "Chat";
    document.title = unread > 0 ? `(${unread}) ${title}` : title;
    byId("elsewhere").hidden = unread - (current ? rooms.unread(current.name) : 0) === 0;
};
timeline.onread = (room, id) => rooms.markRead(room.name, id);
composer.onsay = text => {
    current.say(text);
    timeline.spoke();
};
composer.ontyping = () => current.typing();
composer.oncleared = () => current.stoppedTyping();

function enterFromAddress() {
    const name = roomInAddress();
    if (!name) {
        history.replaceState(null, "", `#${rooms.get(settings.room) ? settings.room : "lobby"}`);
        return enterFromAddress();
    }
    if (name !== current?.name) {
        current?.leave();
        enter(name);
    }
}

function roomInAddress() {
    try {
        return decodeURIComponent(location.hash.slice(1)).toLowerCase();
    } catch {
        return "";      // a stray percent sign
    }
}

function enter(name) {
    const room = visited.get(name) ?? newRoom(name);
    const unread = rooms.unread(name);
    current = room;
    closeDrawers(false);
    rooms.select(name);
    composer.show(name);
    byId("room-title").textContent = name;
    timeline.show(room, unread > 0 ? settings.read[name] : null);
    room.enter(settings.name);
    composer.enable(true);
    composer.focus();
}

function newRoom(name) {
    const room = new Room(client, name);
    visited.set(name, room);
    room.onchange = () => room === current && showSoon();
    room.onrefused = (error, text) => {
        if (room === current) {
            composer.hint(error.message, true);
            composer.giveBack(text);
        }
    };
    return room;
}

/** Shows the current room with the next frame, however much happens until then. */
function showSoon() {
    frame ??= requestAnimationFrame(() => {
        frame = null;
        show(current);
    });
}

function show(room) {
    byId("room-about").textContent = rooms.get(room.name)?.about ?? "";
    composer.enable(room.state !== "missing" && room.state !== "refused");
    showPeople(room);
    timeline.render();
    if (room.state === "here") {
        settings.room = room.name;
    } else if (room.state === "missing" || room.state === "refused") {
        showRefusal(room);
    }
}

function showRefusal(room) {
    const beginning = byId("beginning");
    beginning.hidden = false;
    beginning.replaceChildren(room.fault);
    if (room.state === "missing") {
        beginning.append(make("button", {
            class: "primary",
            type: "button",
            click: async event => {
                event.target.disabled = true;
                try {
                    await rooms.open(room.name);
                    enter(room.name);
                } catch (error) {
                    beginning.replaceChildren(error.message);
                }
            },
        }, `Open ${room.name}`));
    }
}

function bindKeys() {
    addEventListener("keydown", event => {
        if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown")) {
            const name = rooms.neighbour(event.key === "ArrowUp" ? -1 : 1);
            event.preventDefault();
            if (name) {
                location.hash = name;
            }
        } else if (event.key === "Escape" && !byId("name-dialog").open && !closeDrawers() && !composer.dismiss()) {
            timeline.toBottom();
            byId("composer-text").focus();
        }
    });
}
