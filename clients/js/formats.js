// How messages are written.

export const JSON_TEXT = {
    subprotocol: "realtime.v1.json",
    encode: JSON.stringify,
    asText: text => text,
    decode: text => attempt(() => JSON.parse(text)),
    sizeOf: text => new TextEncoder().encode(text).length,
};

/** MessagePack, by the module `@msgpack/msgpack`: bytes come as Uint8Array, times as Date. */
export function messagePack({ encode, decode }) {
    return {
        subprotocol: "realtime.v1.msgpack",
        encode: message => encode(message, { ignoreUndefined: true }),      // as JSON.stringify does
        decode: data => attempt(() => decode(new Uint8Array(data))),
        asText: bytes => JSON.stringify(decode(bytes), (_, value) => value instanceof Uint8Array ? base64(value) : value),
        sizeOf: bytes => bytes.length,
    };
}

/** Bytes as JSON has them here. */
function base64(bytes) {
    return btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));
}

/** What a function returns, or null if it throws. */
function attempt(decode) {
    try {
        return decode();
    } catch {
        return null;
    }
}
