// The slash commands, for the list that opens while one is typed. What they do is the server's.

export const COMMANDS = [
    { name: "/remind", usage: "/remind 30s tea", about: "Say it again later: after 30s, 10m or 2h", complete: "/remind " },
    { name: "/export", usage: "/export", about: "Write all of this room to a file to download", complete: "/export" },
    { name: "/help", usage: "/help", about: "Show these commands", complete: "/help" },
];

/** The commands that what was typed could become; none once the command's name is finished. */
export function commandsFor(text) {
    return /^\/[a-z]*$/i.test(text) ? COMMANDS.filter(command => command.name.startsWith(text.toLowerCase())) : [];
}
