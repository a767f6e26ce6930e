import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraceparent, pooledHex, traceIdOf, traceOf } from "../../src/observe/trace.ts";
import { traceStateOf } from "../../src/observe/trace-state.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

const READINGS: readonly (readonly [string, string, boolean | null])[] = [
  ["a sampled parent", `00-${TRACE}-${SPAN}-01`, true],
  ["a parent not sampled", `00-${TRACE}-${SPAN}-00`, false],
  ["flags that are not known yet", `00-${TRACE}-${SPAN}-fe`, false],
  ["a later version with more parts", `01-${TRACE}-${SPAN}-01-what-comes`, true],
  ["a later version without more parts", `cc-${TRACE}-${SPAN}-01`, true],
  ["version 00 with more parts", `00-${TRACE}-${SPAN}-01-x`, null],
  ["a later version that goes on without a dash", `01-${TRACE}-${SPAN}-01x`, null],
  ["version ff", `ff-${TRACE}-${SPAN}-01`, null],
  ["capitals", `00-${TRACE.toUpperCase()}-${SPAN}-01`, null],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`, null],
  ["a parent id of zeros", `00-${TRACE}-${"0".repeat(16)}-01`, null],
  ["a short trace id", `00-${TRACE.slice(1)}-${SPAN}-01`, null],
  ["spaces around it", ` 00-${TRACE}-${SPAN}-01`, null],
  ["two headers joined", `00-${TRACE}-${SPAN}-01,00-${TRACE}-${SPAN}-01`, null],
  ["nothing", "", null],
];

for (const [name, value, sampled] of READINGS) {
  test(`${name} ${sampled === null ? "starts a new trace" : "is continued"}`, () => {
    assert.deepEqual(parseTraceparent(value), sampled === null ? null : { traceId: TRACE, parentId: SPAN, sampled });
    const own = traceOf(value);
    assert.match(own, /^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
    assert.equal(traceIdOf(own) === TRACE, sampled !== null);
    assert.equal(own.endsWith("-01"), sampled === true);
    assert.ok(!own.includes(SPAN), "the span is ours");
  });
}

test("new traces differ, and ids of zeros are never handed out", () => {
  assert.notEqual(traceOf(undefined), traceOf(undefined));
  const pools = ["0".repeat(64), "f".repeat(64)];
  assert.equal(pooledHex(() => pools.shift() ?? "a".repeat(64))(32), "f".repeat(32));
});

const STATES: readonly (readonly [string, readonly string[], string])[] = [
  ["members of several headers are joined", ["a=1, b=2", "", "c=3"], "a=1,b=2,c=3"],
  ["a vendor key with its tenant is kept", ["fw529a3039@dt=FfAs"], "fw529a3039@dt=FfAs"],
  ["a key that comes twice spoils all of it", ["a=1,a=2"], ""],
  ["a member without a value spoils all of it", ["a=1,b"], ""],
  ["capitals in a key spoil all of it", ["A=1"], ""],
  ["33 members are too many", [Array.from({ length: 33 }, (_, n) => `k${n}=1`).join(",")], ""],
  ["long members go first", [`a=1,long=${"x".repeat(200)},${Array.from({ length: 30 }, (_, n) => `key${n}=${"y".repeat(8)}`).join(",")}`], `a=1,${Array.from({ length: 30 }, (_, n) => `key${n}=${"y".repeat(8)}`).join(",")}`],
  ["then the oldest ones", [Array.from({ length: 10 }, (_, n) => `k${n}=${"z".repeat(97)}`).join(",")], Array.from({ length: 5 }, (_, n) => `k${n}=${"z".repeat(97)}`).join(",")],
];

for (const [name, values, expected] of STATES) {
  test(`tracestate: ${name}`, () => assert.equal(traceStateOf(values), expected));
}
