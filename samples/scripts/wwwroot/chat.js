// The browser's side of chat.cs. The framework serves its own client; there is no build step.
import { connect } from "/realtime/client.js";

const $ = id => document.getElementById(id);
const client = connect();                                  // ws(s)://<this host>/realtime
client.onstate = state => {
    document.body.dataset.state = state;                   // "connecting" | "open" | "waiting" | "closed"
    $("state").textContent = state === "open" ? "" : state === "closed" ? "Disconnected." : "Connecting…";
};

const room = client.topic(`room:${location.hash.slice(1) || "lobby"}`);
$("room").textContent = room.name.slice("room:".length);

room.on("said", ({ user, text }) => {
    const line = document.createElement("li");
    const name = document.createElement("b");
    name.textContent = user;
    line.append(name, ` ${text}`);                         // as text: what people write is never markup
    $("said").append(line);
    line.scrollIntoView({ block: "end" });
});
room.presence(members => {                                 // snapshot first, then kept up to date
    $("here").textContent = members.map(member => member.user).sort().join(", ");
});
room.onreset = () => $("said").replaceChildren();          // away for too long: what is shown is not the whole any more

$("join").addEventListener("submit", async event => {
    event.preventDefault();
    try {
        const { welcome } = await room.join({ user: $("user").value }, { history: 50 });
        $("join").hidden = true;
        $("say").hidden = false;
        $("note").textContent = welcome;
        $("text").focus();
    } catch (error) {
        $("note").textContent = error.message;             // the server refused: { code, message }
    }
});

$("say").addEventListener("submit", async event => {
    event.preventDefault();
    const text = $("text").value.trim();
    $("text").value = "";
    if (text) {
        try {
            await room.send("say", { text });              // resolves when the server's handler returned
            $("note").textContent = "";
        } catch (error) {
            $("note").textContent = error.message;
        }
    }
});
// After a lost connection: full-jitter backoff, rejoin, and every missed event in order, each once.
