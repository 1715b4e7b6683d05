// Who is here and who is typing.
import { avatar } from "./avatar.js";
import { byId, dots, make } from "./dom.js";

const FACES = 3;

/** Shows a room's people: the list, the faces in the room's head, and the line of who is typing. */
export function showPeople(room) {
    const names = [...room.people].sort((a, b) => (b === room.user) - (a === room.user));
    const typers = room.typers;
    byId("people-count").textContent = names.length;
    byId("people-label").textContent = names.length > 0 ? `Here now · ${names.length}` : "Here now";
    sync(byId("faces"), names.slice(0, FACES), name => avatar(name));
    sync(byId("people-list"), names, name => person(name, name === room.user), (item, name) => {
        const typing = typers.includes(name);
        const shown = item.querySelector(".dots");
        if (typing && !shown) {
            item.append(dots());
        } else if (!typing) {
            shown?.remove();
        }
    });
    showTypers(typers);
}

function person(name, me) {
    return make("li", { class: "person" }, avatar(name), make("span", { class: "who" }, name, me ? make("small", {}, "you") : null));
}

function showTypers(names) {
    const line = byId("typing");
    const text = sentence(names);
    if ((line.dataset.text ?? "") !== text) {
        line.dataset.text = text;
        line.replaceChildren(...(text ? [dots(), make("span", { class: "names" }, text)] : []));
    }
}

function sentence(names) {
    switch (names.length) {
        case 0: return "";
        case 1: return `${names[0]} is typing`;
        case 2: return `${names[0]} and ${names[1]} are typing`;
        default: return "Several people are typing";
    }
}

/** Makes a list show these names, keeping the elements of those that stay. */
function sync(list, names, create, update = () => {}) {
    const kept = new Map([...list.children].map(child => [child.dataset.name, child]));
    const wanted = names.map(name => {
        const child = kept.get(name) ?? create(name);
        child.dataset.name = name;
        update(child, name);
        return child;
    });
    if (wanted.length !== list.children.length || wanted.some((child, index) => list.children[index] !== child)) {
        list.replaceChildren(...wanted);
    }
}
