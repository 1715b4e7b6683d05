// Tells when the connection is away, and that it is back.
import { byId, make } from "./dom.js";

const HIDE_AFTER = 2500;
const SHOW_AFTER = 300;             // a connection that is back at once is not worth a word

/** Returns what to call with each state of the client. */
export function connectionBanner() {
    const banner = byId("banner");
    let timer = 0;
    let away = false;
    let opened = false;

    const show = (text, back) => {
        banner.replaceChildren(make("span", {}, text));
        banner.classList.add("shown");
        banner.classList.toggle("back", back);
    };
    const hide = () => banner.classList.remove("shown");

    return (state, reason) => {
        // What is known of others may be old while nothing is heard of them.
        document.body.classList.toggle("away", opened && state !== "open");
        if (state === "open") {
            clearTimeout(timer);
            if (away) {
                show("Connected again. Nothing was lost.", true);
                timer = setTimeout(hide, HIDE_AFTER);
            }
            away = false;
            opened = true;
        } else if (state === "closed") {
            clearTimeout(timer);
            show(`The server ended the connection${reason?.message ? `: ${reason.message}` : "."} Reload the page to come back.`, false);
        } else if (!away && (opened || state === "waiting")) {
            away = true;
            clearTimeout(timer);
            timer = setTimeout(() => show("The connection is away. What you write is kept and sent when it returns.", false), SHOW_AFTER);
        }
    };
}
