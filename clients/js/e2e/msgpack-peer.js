// The other side of the server's MessagePack tests. Each line of the input is a message in hexadecimal, and is answered by the
// same message, decoded and encoded again. Then come as many values of this side's own as the first argument says, by the
// seed that is the second: each a line of hexadecimal and JSON.
import { createInterface } from "node:readline";
import { decode, encode } from "@msgpack/msgpack";

const [count, seed] = process.argv.slice(2).map(Number);

for await (const line of createInterface({ input: process.stdin })) {
    console.log(hex(encode(decode(Buffer.from(line, "hex")))));
}

let state = seed;
for (let index = 0; index < count; index++) {
    const value = make(3);
    console.log(`${hex(encode(value))} ${JSON.stringify(plain(value))}`);
}

function hex(bytes) {
    return Buffer.from(bytes).toString("hex");
}

/** A number from 0 up to a limit: mulberry32. */
function next(limit) {
    state = (state + 0x6D2B79F5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296 * limit);
}

function make(depth) {
    const edges = [0, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1];
    switch (next(depth > 0 ? 10 : 8)) {
        case 0: return null;
        case 1: return next(2) === 0;
        case 2: return edges[next(edges.length)];
        case 3: return -edges[next(edges.length)] - 1 + (next(2) ? 1 : 0) || 0;
        case 4: return (next(2 ** 32) - 2 ** 31) / 10 ** next(12);
        case 5: return "aü猫🎉\n\"".repeat(next(60));
        case 6: return new Uint8Array(next(3) ? next(40) : 250 + next(20)).fill(next(256));
        case 7: return new Date(next(2 ** 32) * (next(2) ? 1000 : 1) * (next(2) ? 1 : -1) + next(1000));
        case 8: return Array.from({ length: next(20) }, () => make(depth - 1));
        default: return Object.fromEntries(Array.from({ length: next(20) }, (_, index) => [`${index}ü`, make(depth - 1)]));
    }
}

/** What the server says in JSON. */
function plain(value) {
    if (value instanceof Uint8Array) {
        return Buffer.from(value).toString("base64");
    }
    if (value instanceof Date) {
        return value.toISOString().replace(/\.?0+Z$/, "Z");
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    return value !== null && typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)])) : value;
}
