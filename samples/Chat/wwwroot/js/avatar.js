// A face for a name: its initials on a colour of its own, the same in every window.
import { make } from "./dom.js";

const HUES = [18, 42, 68, 112, 148, 172, 198, 228, 256, 286, 318, 346];

/** At most two letters that stand for a name. */
export function initials(name) {
    const words = name.trim().split(/[\s._-]+/u).filter(Boolean);
    const letters = words.length > 1 ? [words[0], words.at(-1)].map(word => [...word][0]) : [...(words[0] ?? "?")].slice(0, 1);
    return letters.join("").toLocaleUpperCase();
}

function hash(name) {
    let hash = 2166136261;
    for (const character of name.trim().toLocaleLowerCase()) {
        hash = Math.imul(hash ^ character.codePointAt(0), 16777619);
    }
    return hash >>> 8;
}

/** Shows the name's face in this element. */
export function paint(element, name) {
    element.textContent = initials(name);
    const number = hash(name);
    element.style.setProperty("--hue", HUES[number % HUES.length]);
    element.style.setProperty("--tone", Math.floor(number / HUES.length) % 3 - 1);
    return element;
}

/** A new face, for decoration: the name stands beside it. */
export const avatar = (name, size = "") => paint(make("span", { class: `avatar ${size}`.trim(), "aria-hidden": "true" }), name);
