import assert from "node:assert/strict";
import { test } from "node:test";
import type { Overload } from "../../src/limits/overload/overload.ts";
import { handle } from "../../src/pipeline/handle.ts";
import { answered, bytes, exchange, setUp } from "./setup.ts";

const ROUTES = [
  { name: "issue", match: { methods: ["POST"], path: "/invoices" }, class: "submit" },
  { name: "codes", match: { methods: ["GET"], path: "/codes" }, class: "read" },
];

/** A process that refuses these classes, and what it counted. */
function loaded(...classes: readonly string[]) {
  const counted: string[] = [];
  const parts = setUp(() => answered(200), { routes: ROUTES });
  const overload: Overload = { pressure: 1, configure: () => undefined, refuses: (routeClass) => (classes.includes(routeClass) ? "memory" : null) };
  const metrics = { ...parts.around.metrics, shed: (routeClass: string, reason: string) => void counted.push(`${routeClass} ${reason}`) };
  const go = async (line: string) => {
    const x = exchange(line, [], line.startsWith("POST") ? bytes("{}") : undefined);
    const sent: { status: number; headers: readonly string[] }[] = [];
    await handle(x, parts.generation, { ...parts.around, overload, metrics }, (answer) => void sent.push(answer));
    return { x, answer: sent[0] };
  };
  return { ...parts, go, counted };
}

test("a process with too much to do refuses reads before anything is done for them, and says when to come again", async () => {
  const { go, calls, counted } = loaded("read", "pass");
  const { x, answer } = await go("GET /codes");
  assert.equal(answer?.status, 503);
  const headers = answer?.headers ?? [];
  const after = Number(headers[headers.indexOf("Retry-After") + 1]);
  assert.ok(after >= 1 && after <= 5, String(after));
  assert.deepEqual([x.error, x.reason, x.phase, calls.length], ["overloaded", "shed-memory", "admit", 0]);
  assert.deepEqual(counted, ["read memory"]);
});

test("it lets submissions through meanwhile", async () => {
  const { go, calls, counted } = loaded("read", "pass");
  assert.equal((await go("POST /invoices")).answer?.status, 200);
  assert.deepEqual([calls.length, counted.length], [1, 0]);
});
