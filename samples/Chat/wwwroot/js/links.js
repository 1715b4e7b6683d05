// Finds the web addresses in a text. Everything else, markup above all, stays text.
import { make } from "./dom.js";

const CANDIDATE = /\bhttps?:\/\/[^\s<>"'`]+/giu;

/** The text as nodes, with its http and https addresses as links. */
export function linked(text) {
    const nodes = document.createDocumentFragment();
    let end = 0;
    for (const match of text.matchAll(CANDIDATE)) {
        const address = withoutTrailingPunctuation(match[0]);
        const url = URL.canParse(address) ? new URL(address) : null;
        if (!url || !url.hostname || (url.protocol !== "http:" && url.protocol !== "https:")) {
            continue;
        }
        nodes.append(text.slice(end, match.index), make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, address));
        end = match.index + address.length;
    }
    nodes.append(text.slice(end));
    return nodes;
}

/** A full stop or a bracket behind an address belongs to the sentence, unless the address opened that bracket. */
function withoutTrailingPunctuation(address) {
    for (;;) {
        const last = address.at(-1);
        const opens = { ")": "(", "]": "[", "}": "{" }[last];
        const unbalanced = opens && address.split(opens).length < address.split(last).length;
        if (!unbalanced && !".,;:!?*_~".includes(last)) {
            return address;
        }
        address = address.slice(0, -1);
    }
}
