// The chat's plain routes: what a page loads rather than hears.

async function get(path) {
    const response = await fetch(path, { headers: { Accept: "application/json" } });
    if (!response.ok) {
        throw new Error(`${path} answered ${response.status}.`);
    }
    return await response.json();
}

/** Every room: `[{ name, about, last }]`, where `last` is the id of the newest message. */
export const loadRooms = () => get("/rooms");

/** Messages of a room in order, with `last`, the id of its newest: the newest, those before an id, or those after one. */
export function loadMessages(room, { before, after, limit = 60 } = {}) {
    const query = new URLSearchParams({ limit });
    if (before !== undefined) {
        query.set("before", before);
    }
    if (after !== undefined) {
        query.set("after", after);
    }
    return get(`/rooms/${encodeURIComponent(room)}/messages?${query}`);
}

/** Where a finished transcript can be had. */
export const transcriptPath = (room, id) => `/rooms/${encodeURIComponent(room)}/exports/${id}`;
