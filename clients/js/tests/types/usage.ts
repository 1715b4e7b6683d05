// Every public member, used as its declaration says. Compiled and never run.
import * as msgpack from "@msgpack/msgpack";
import { connect, RealtimeError, type Client, type Member, type State, type Topic } from "../../realtime.js";

interface Said { user: string; text: string }

export async function chat(): Promise<string> {
    const client: Client = connect();
    connect("wss://example.org/realtime", { WebSocket: class { constructor(_url: string, _protocols: string[]) {} } });
    connect(new URL("https://example.org/realtime"), { queueLimit: 10, timeout: 5_000, random: () => 0.5, timers: { setTimeout, clearTimeout } });

    connect("/realtime", { msgpack });
    connect({ token: async () => "t", fallback: true, retryWebSocket: 60_000, fetch: globalThis.fetch });
    connect({ token: "t", WebSocket: null });
    console.log(client.transport === "stream");
    connect({ msgpack });

    client.onstate = (state, reason) => console.log(state satisfies State, reason?.code.toFixed(), reason?.message);
    client.onerror = error => console.log(error.code, error.message);
    const room: Topic = client.topic("room:lobby");
    const off: () => void = room.on<Said>("said", ({ user, text }) => console.log(user.trim(), text.trim()));
    room.on("anything", data => console.log(data.whatever));
    client.topic("room:*").on("said", (said, { topic, offset }) => console.log(said, topic.length, offset?.toFixed()));
    const unwatch = room.presence<{ away: boolean }>((members: Member<{ away: boolean }>[], count: number) =>
        console.log(members.map(member => [member.data?.away, member.connections?.toFixed()]), count.toFixed()));
    room.onreset = ({ epoch, offset }) => console.log(epoch?.length, offset?.toFixed());
    room.onerror = null;
    room.ondropped = count => console.log(count.toFixed());
    const { welcome } = await room.join<{ welcome: string }>({ user: "Ada" }, { history: 20 });
    try {
        await room.send("say", { text: "Hello!" });
        await room.send("wave");
    } catch (error) {
        if (error instanceof RealtimeError && error.code === "connection_lost") {
            console.log(room.name, room.joined, error.details?.left);
        }
    }
    const { events, more, epoch: numbering } = await room.history<Said>({ limit: 20 });
    console.log(events[0]?.event.length, events[0]?.data.text.length, more === true, numbering.length);
    await room.history({ before: events[0]?.offset });
    await room.history();
    off();
    unwatch();
    await room.leave();
    client.close();

    // @ts-expect-error The state is the client's to change.
    client.state = "open";
    // @ts-expect-error Listeners are functions.
    room.on("said", "not a function");
    // @ts-expect-error There is no publishing from a client: send to a handler that publishes.
    room.publish("said", {});
    return welcome;
}
