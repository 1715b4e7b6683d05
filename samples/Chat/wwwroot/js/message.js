// How one message looks.
import { avatar } from "./avatar.js";
import { icon, make } from "./dom.js";
import { linked } from "./links.js";
import { clock, full } from "./time.js";
import { TranscriptCard } from "./transcript.js";

const BELL = "M5 14h10c-1.2-1.2-1.5-2.5-1.5-5a3.5 3.5 0 0 0-7 0c0 2.5-.3 3.8-1.5 5zM8.5 16.5a1.7 1.7 0 0 0 3 0";
const EMOJI = /^(?:\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*(?:\u200D\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*)*\s*){1,4}$/u;

const time = at => make("time", { datetime: new Date(at).toISOString(), title: full(at) }, clock(at));

/**
 * Makes the element of a message. `element.stop`, where there is one, ends what it listens to.
 * @param {object} message As the server sends it.
 * @param {{ client, room: string, mine: boolean, follows: boolean }} context
 */
export function messageElement(message, context) {
    return message.kind === "reminder" || message.kind === "remind"
        ? notice(message)
        : spoken(message, context);
}

/** Makes the element of a message that the server has not confirmed. */
export function waitingElement(waiting, { user, follows, retry, discard }) {
    const state = waiting.error
        ? make("p", { class: "state failed", role: "alert" }, `Not sent: ${waiting.error}`,
            make("button", { type: "button", click: retry }, "Try again"), make("button", { type: "button", click: discard }, "Discard"))
        : make("p", { class: "state sending" }, "Sending…");
    return frame({ user, at: waiting.at, mine: true, follows, classes: "pending" }, text(waiting.text), state);
}

function spoken(message, { client, room, mine, follows }) {
    if (message.kind !== "export") {
        return frame({ ...message, mine, follows }, text(message.text));
    }
    const card = new TranscriptCard(client, room, message);
    const element = frame({ ...message, mine, follows: false }, card.element);
    element.stop = () => card.stop();
    return element;
}

function frame({ user, at, mine, follows, classes = "" }, ...content) {
    const element = make("article", { class: `message ${mine ? "mine" : ""} ${follows ? "follows" : ""} ${classes}`, "aria-label": `${user}, ${clock(at)}` },
        avatar(user),
        time(at),
        make("div", { class: "body" },
            make("header", { class: "byline" }, make("span", { class: "author" }, user), time(at)),
            ...content));
    return element;
}

function notice(message) {
    const rings = message.kind === "reminder";
    return make("article", { class: `message notice ${rings ? "rings" : ""}` },
        make("span", { class: "glyph" }, icon(BELL)),
        make("div", { class: "body" }, rings
            ? make("p", { class: "text" }, `Reminder for ${message.user}: `, linked(message.text))
            : make("p", { class: "text" }, `${message.user} will be reminded at ${clock(message.due)}: `, linked(message.text)), time(message.at)));
}

const text = value => make("p", { class: EMOJI.test(value) ? "text emoji" : "text" }, linked(value));
