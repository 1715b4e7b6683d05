// Asking for a name.
import { paint } from "./avatar.js";
import { byId } from "./dom.js";
import { nameFault } from "./rules.js";
import { settings } from "./settings.js";

/** Shows this person's name in the corner. */
export function showName() {
    byId("me-name").textContent = settings.name;
    paint(byId("me-avatar"), settings.name);
}

/** Asks for a name, starting from the one there is; resolves with the new one, or with null when there was one and nothing changed. */
export function askName() {
    const dialog = byId("name-dialog");
    const form = byId("name-form");
    const input = byId("name-input");
    const fault = byId("name-error");
    const preview = () => {
        fault.textContent = "";
        paint(byId("name-avatar"), input.value.trim() || "·");
    };
    input.value = settings.name;
    preview();
    dialog.showModal();
    input.select();
    return new Promise(resolve => {
        const ending = new AbortController();
        const end = name => {
            ending.abort();
            dialog.close();
            resolve(name);
        };
        input.addEventListener("input", preview, ending);
        dialog.addEventListener("cancel", event => {
            event.preventDefault();
            if (settings.name) {
                end(null);
            }
        }, ending);
        form.addEventListener("submit", event => {
            event.preventDefault();
            const name = input.value.trim().replace(/\s+/g, " ");
            fault.textContent = nameFault(name) ?? "";
            if (fault.textContent) {
                input.focus();
                return;
            }
            const changed = name !== settings.name;
            settings.name = name;
            end(changed ? name : null);
        }, ending);
    });
}
