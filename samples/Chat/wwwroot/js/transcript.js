// The card of a transcript that is being written: the job's own topic moves its bar, in every window.
import { transcriptPath } from "./api.js";
import { icon, make } from "./dom.js";

const SHEET = "M6 2.5h5.5L15 6v11.5H6zM11.5 2.5V6H15M8.5 10h4M8.5 13.5h4";

/** Shows one transcript, from its first line written to its download link. */
export class TranscriptCard {
    #client;
    #topic = null;
    #title = make("strong", {}, "Writing the transcript");
    #detail = make("small", {}, "Waiting for its turn");
    #bar = make("progress", { max: 1, value: 0, "aria-label": "Progress of the transcript" });

    /** What stands in the page. */
    element = make("div", { class: "transcript" }, make("span", { class: "sheet" }, icon(SHEET)), this.#title, this.#detail, this.#bar);

    constructor(client, room, message) {
        this.#client = client;
        if (message.done) {
            this.#finished(room, message);
        } else if (message.job) {
            this.#follow(message.job);
        }
    }

    /** Stops listening. */
    stop() {
        this.#topic?.leave();
        this.#topic = null;
    }

    #follow(id) {
        // Whoever joins hears at once how far the job is, after a lost connection too.
        const topic = this.#topic = this.#client.topic(`job:${id}`);
        topic.on("progress", progress => this.#progress(progress));
        topic.on("failed", () => this.#failed());
        topic.onerror = () => this.#failed();
        topic.join().catch(error => error.code !== "left" && this.#failed());
    }

    #progress({ fraction, message }) {
        this.#bar.value = fraction;
        this.#detail.textContent = message ?? "";
    }

    #failed() {
        this.element.classList.add("failed");
        this.#title.textContent = "The transcript could not be written";
        this.#detail.textContent = "Try /export again.";
        this.#bar.remove();
    }

    #finished(room, message) {
        this.#title.textContent = "Transcript";
        this.#detail.textContent = `${message.done.messages.toLocaleString()} messages, ${size(message.done.bytes)}`;
        this.#bar.replaceWith(make("a", { class: "download", href: transcriptPath(room, message.id), download: "" }, "Download"));
    }
}

const size = bytes => bytes < 1000 ? `${bytes} bytes` : bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
