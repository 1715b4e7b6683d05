// The limits that the server enforces too, so that a mistake is told while it is typed.

export const NAME_LENGTH = 32;
export const TEXT_LENGTH = 4000;

/** Why this cannot be a person's name, or null. */
export function nameFault(name) {
    if (!name) {
        return "Type a name first.";
    }
    return name.length > NAME_LENGTH ? `A name has at most ${NAME_LENGTH} characters.` : null;
}

/** What was typed as a room's name: lower case, with dashes for spaces. */
export const roomName = typed => typed.trim().toLowerCase().replace(/^#/, "").replace(/\s+/g, "-");

/** Why this cannot be a room's name, or null. */
export function roomFault(name) {
    return /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(name) ? null
        : "Up to 32 letters a to z, digits and dashes, such as book-club.";
}
