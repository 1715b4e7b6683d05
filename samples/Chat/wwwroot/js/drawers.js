// On narrow screens the rooms and the people are drawers.
import { byId } from "./dom.js";

const DRAWERS = [["open-rooms", "rooms-panel"], ["open-people", "people-panel"]];

export function bindDrawers() {
    for (const [opener, panel] of DRAWERS) {
        byId(opener).addEventListener("click", () => open(opener, panel));
    }
    document.querySelectorAll("[data-close-drawer]").forEach(button => button.addEventListener("click", () => closeDrawers()));
    byId("veil").addEventListener("click", () => closeDrawers());
}

function open(opener, panel) {
    closeDrawers(false);
    byId(panel).classList.add("open");
    byId("veil").classList.add("shown");
    byId(opener).setAttribute("aria-expanded", "true");
    byId(panel).querySelector("[data-close-drawer]").focus();
}

/** Closes the open drawer; returns whether there was one. */
export function closeDrawers(giveBackFocus = true) {
    const opened = DRAWERS.find(([, panel]) => byId(panel).classList.contains("open"));
    if (opened) {
        byId(opened[1]).classList.remove("open");
        byId("veil").classList.remove("shown");
        byId(opened[0]).setAttribute("aria-expanded", "false");
        if (giveBackFocus) {
            byId(opened[0]).focus();
        }
    }
    return Boolean(opened);
}
