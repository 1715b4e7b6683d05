import assert from "node:assert/strict";
import test from "node:test";
import { EventParser } from "../stream.js";

function read(...parts) {
    const events = [];
    const parser = new EventParser((name, data) => events.push([name, data]));
    parts.forEach(part => parser.push(part));
    return events;
}

test("events are read as the specification says", () => {
    assert.deepEqual(
        read(":a comment\n\nevent: said\ndata: one\ndata:two\ndata\nid: 7\nretry: 3\nunknown: x\n\ndata:  three\n\nevent: nothing\n\ndata: four\n\ndata: unfinished\n"),
        [["said", "one\ntwo\n"], ["message", " three"], ["message", "four"]]);
});

test("lines end with LF, CR or both, wherever the pieces are cut", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
        const text = ["event: a", "data: {\"x\":", "data: 1}", "", "data: ünï 🎉", "", ""].join(end) + ":\n";
        for (let cut = 0; cut <= text.length; cut++) {
            assert.deepEqual(read(text.slice(0, cut), text.slice(cut)), [["a", "{\"x\":\n1}"], ["message", "ünï 🎉"]], `${JSON.stringify(end)} cut at ${cut}`);
        }
    }
});
