import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { byteBudget } from "../../src/base/byte-budget.ts";
import { Pump } from "../../src/cache/pump.ts";
import { BodyFault, type BodySource } from "../../src/http/message.ts";

const CUT = new BodyFault("truncated", "cut");

/** A source that gives a piece each time it is told to, or all at once; it remembers what was asked of it. */
function scripted(pieces: readonly (string | Error)[], { atOnce = false } = {}) {
  const left = [...pieces];
  let waiting: { resolve: (piece: Uint8Array | null) => void; reject: (fault: Error) => void } | null = null;
  const state = { read: 0, cancelled: 0 };
  const give = (): void => {
    const asker = waiting;
    if (asker === null) return;
    waiting = null;
    const piece = left.shift();
    if (piece instanceof Error) asker.reject(piece);
    else asker.resolve(piece === undefined ? null : Buffer.from(piece));
  };
  const source: BodySource = {
    length: null,
    read() {
      state.read++;
      if (!atOnce) return new Promise((resolve, reject) => (waiting = { resolve, reject }));
      const piece = left.shift();
      if (piece instanceof Error) throw piece;
      return piece === undefined ? null : Buffer.from(piece);
    },
    cancel: () => void state.cancelled++,
    trailers: () => ["X-Sum", "1"],
  };
  /** Gives so many pieces (the end counts as one). */
  const step = async (count = 1): Promise<void> => {
    for (let i = 0; i < count; i++) {
      give();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { source, state, step };
}

/** A pump and what it told: the whole, why it was lost, and whether others want the rest. */
function pumping(source: BodySource, { maxBytes = 1000, wanted = false, room = byteBudget(1_000_000) } = {}) {
  const told: string[] = [];
  const pump = new Pump(source, maxBytes, room, {
    whole: (pieces, size) => void told.push(`whole ${Buffer.concat(pieces).toString()} ${size}`),
    lost: (why) => void told.push(`lost ${why}`),
    wanted: () => wanted,
  }).start();
  return { pump, told };
}

async function readAll(source: BodySource): Promise<string> {
  let text = "";
  for (let piece = await source.read(); piece !== null; piece = await source.read()) text += Buffer.from(piece).toString();
  return text;
}

const faulty = (fault: unknown): boolean => fault === CUT;

test("a reader who never reads does not keep the whole from those who wait for it", async () => {
  const { source, step } = scripted(["ab", "cd"]);
  const { pump, told } = pumping(source);
  await step(3);
  assert.deepEqual(told, ["whole abcd 4"]);
  assert.equal(await readAll(pump), "abcd");
  assert.deepEqual(pump.trailers(), ["X-Sum", "1"]);
});

test("what is ahead of all readers together is bounded; beyond it a body goes at its reader's pace", async () => {
  const room = byteBudget(3);
  const { source, step } = scripted(["ab", "cd", "ef"]);
  const { pump, told } = pumping(source, { room });
  await step(2);
  assert.deepEqual([told, room.held()], [["lost too-large"], 2]);
  const read = readAll(pump);
  await new Promise((resolve) => setImmediate(resolve));
  await step(2);
  assert.equal(await read, "abcdef");
  assert.equal(room.held(), 0);
});

for (const [how, leave] of [["reads it all", readAll], ["goes away", (pump: BodySource) => pump.cancel()]] as const) {
  test(`the room is given back once the reader ${how}`, async () => {
    const room = byteBudget(100);
    const { source, step } = scripted(["ab", "cd"]);
    const { pump } = pumping(source, { room });
    await step(3);
    assert.equal(room.held(), 4);
    await leave(pump);
    assert.equal(room.held(), 0);
  });
}

test("a reader who is ahead gets each piece as it comes", async () => {
  const { source, step } = scripted(["ab", "cd"]);
  const { pump, told } = pumping(source);
  const first = pump.read();
  await step();
  assert.equal(Buffer.from((await first) as Uint8Array).toString(), "ab");
  assert.deepEqual(told, []);
  const rest = readAll(pump);
  await step(2);
  assert.deepEqual([await rest, told], ["cd", ["whole abcd 4"]]);
});

test("what is there already is whole at once", () => {
  const { told } = pumping(scripted(["ab", "cd"], { atOnce: true }).source);
  assert.deepEqual(told, ["whole abcd 4"]);
});

test("an empty body is whole", async () => {
  const { pump, told } = pumping(scripted([], { atOnce: true }).source);
  assert.deepEqual([told, await readAll(pump)], [["whole  0"], ""]);
});

test("a reader who leaves while nobody else wants the rest ends the reading", async () => {
  const { source, state, step } = scripted(["ab", "cd"]);
  const { pump, told } = pumping(source);
  await step();
  pump.cancel();
  pump.cancel();
  assert.deepEqual([told, state.cancelled], [["lost truncated"], 1]);
  await step(2);
  assert.deepEqual([told, state.read], [["lost truncated"], 2]);
});

test("a reader who leaves while others want the rest changes nothing for them", async () => {
  const { source, state, step } = scripted(["ab", "cd"]);
  const { pump, told } = pumping(source, { wanted: true });
  await step();
  pump.cancel();
  await step(2);
  assert.deepEqual([told, state.cancelled], [["whole abcd 4"], 0]);
});

test("a reader who leaves after the end changes nothing", () => {
  const { source, state } = scripted(["ab"], { atOnce: true });
  const { pump, told } = pumping(source);
  pump.cancel();
  assert.deepEqual([told, state.cancelled], [["whole ab 2"], 0]);
});

test("a body that grows too large goes on to its reader, at his pace, and is not kept", async () => {
  const { source, state, step } = scripted(["abc", "def", "ghi"]);
  const { pump, told } = pumping(source, { maxBytes: 5 });
  await step(2);
  assert.deepEqual([told, state.read], [["lost too-large"], 2]);
  await step();
  assert.equal(state.read, 2);
  const text = readAll(pump);
  await step(3);
  assert.deepEqual([await text, told], ["abcdefghi", ["lost too-large"]]);
});

test("a reader who waits while it grows too large gets the piece", async () => {
  const { source, step } = scripted(["abcdef", "g"]);
  const { pump, told } = pumping(source, { maxBytes: 5 });
  const text = readAll(pump);
  await step(3);
  assert.deepEqual([await text, told], ["abcdefg", ["lost too-large"]]);
});

test("a body that exactly fits is kept", () => {
  assert.deepEqual(pumping(scripted(["abc", "de"], { atOnce: true }).source, { maxBytes: 5 }).told, ["whole abcde 5"]);
});

test("a body that grows too large after its reader has left is given up", async () => {
  const { source, state, step } = scripted(["abc", "def"]);
  const { pump, told } = pumping(source, { maxBytes: 5, wanted: true });
  pump.cancel();
  await step(2);
  assert.deepEqual([told, state.cancelled], [["lost too-large"], 1]);
});

test("a reader who leaves a body that grew too large ends the reading", async () => {
  const { source, state, step } = scripted(["abcdef", "g"]);
  const { pump, told } = pumping(source, { maxBytes: 5, wanted: true });
  await step();
  pump.cancel();
  assert.deepEqual([told, state.cancelled], [["lost too-large"], 1]);
});

test("a body that breaks off gives its reader what came, and then the fault", async () => {
  const { source, step } = scripted(["ab", CUT]);
  const { pump, told } = pumping(source);
  await step(2);
  assert.deepEqual(told, ["lost truncated"]);
  assert.equal(Buffer.from((await pump.read()) as Uint8Array).toString(), "ab");
  await assert.rejects(async () => pump.read(), faulty);
});

test("a reader who waits when it breaks off is told", async () => {
  const { source, step } = scripted([CUT]);
  const { pump, told } = pumping(source);
  const reading = assert.rejects(async () => pump.read(), faulty);
  await step();
  await reading;
  assert.deepEqual(told, ["lost truncated"]);
});

test("a source that breaks off at once is no unhandled fault", async () => {
  const { pump, told } = pumping(scripted(["ab", CUT], { atOnce: true }).source);
  await assert.rejects(() => readAll(pump), faulty);
  assert.deepEqual(told, ["lost truncated"]);
});

test("whatever the pieces and the pace, the reader gets the same bytes, and the whole is told once or never", async () => {
  const piece = fc.oneof(fc.string({ minLength: 1, maxLength: 5 }), fc.constant(null));
  await fc.assert(fc.asyncProperty(fc.array(piece, { maxLength: 8 }), fc.boolean(), fc.integer({ min: 0, max: 30 }), fc.infiniteStream(fc.boolean()), async (given, atOnce, maxBytes, turns) => {
    const cutAt = given.indexOf(null);
    const pieces = given.slice(0, cutAt < 0 ? undefined : cutAt) as string[];
    const { source, step } = scripted(cutAt < 0 ? pieces : [...pieces, CUT], { atOnce });
    const { pump, told } = pumping(source, { maxBytes });
    let text = "";
    let ended: "no" | "whole" | "cut" = "no";
    const read = async (): Promise<void> => {
      try {
        for (let one = await pump.read(); one !== null; one = await pump.read()) text += Buffer.from(one).toString();
        ended = "whole";
      } catch (fault) {
        assert.equal(fault, CUT);
        ended = "cut";
      }
    };
    // The reader comes at any moment.
    let reading: Promise<void> | null = null;
    for (let i = 0; i < pieces.length + 2; i++) {
      if (reading === null && turns.next().value === true) reading = read();
      await step();
    }
    reading ??= read();
    for (let i = 0; i < pieces.length + 2; i++) await step();
    await reading;
    const all = pieces.join("");
    const size = Buffer.byteLength(all);
    assert.deepEqual([text, ended], [all, cutAt < 0 ? "whole" : "cut"]);
    assert.deepEqual(told, size > maxBytes ? ["lost too-large"] : cutAt < 0 ? [`whole ${all} ${size}`] : ["lost truncated"]);
  }), { numRuns: 150 });
});
