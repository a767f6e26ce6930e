import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FieldSource } from "../../src/waf/fields/field.ts";
import type { Judgement } from "../../src/waf/judgement.ts";
import { wafOptions } from "../../src/waf/options.ts";
import { createTurns } from "../../src/waf/turns.ts";
import { createFirewall, type RouteFirewall } from "../../src/waf/waf.ts";
import { builtIn, setOf } from "./rules/sets.ts";

const MIB = 2 ** 20;
/** Of the loop, in ms of this thread's own time; a step takes five to ten, the whole of such a request hundreds. */
const LONGEST_GAP = 150;

const source = (body: unknown): FieldSource => ({ path: "/api", query: "", headers: [], body: Buffer.from(JSON.stringify(typeof body === "string" ? { note: body } : body)), contentType: "application/json" });
const repeated = (text: string, length: number): string => text.repeat(Math.ceil(length / text.length)).slice(0, length);
const listOf = (text: string, each: number, length: number): string[] => Array.from({ length: Math.floor(length / (each + 8)) }, (_, index) => `${repeated(text, each)} ${index}`);

function open(options: unknown = {}, later: (run: () => void) => void = (run) => void setImmediate(run)): RouteFirewall {
  const firewall = createFirewall({ judged: () => undefined }, undefined, later).open(wafOptions.parse(options), { acting: builtIn(), trial: null }).of("main", "r", []);
  assert.ok(firewall !== null);
  return firewall;
}

/** The longest time for which nothing else could run while `work` was under way, in ms. Other processes may hold up this one: their time does not count. */
async function longestGap(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let last = process.threadCpuUsage();
  let isOver = false;
  const tick = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (!isOver) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isOver = true;
  tick();
  return longest;
}

const HOSTILE: readonly (readonly [string, unknown])[] = [
  ["signs in one value", repeated("a'b (c) & d/e; f\" - ", 4 * MIB - 100)],
  ["signs in many values", listOf("a'b (c) & d/e; f\" - ", 60, 4 * MIB)],
  ["escapes in one value", repeated("%41&#x27;\\u0041 %2527 ", MIB - 100)],
  ["words of SQL", listOf("order by the union of and with (select", 200, MIB)],
  ["openings that nothing closes", repeated("/*'(\"${<{{[", MIB - 100)],
];

describe("a large request", () => {
  for (const [what, body] of HOSTILE) {
    test(`of ${what} is judged while others are served`, async () => {
      let steps = 0;
      const firewall = open({}, (run) => void setImmediate(() => (steps++, run())));
      const big = source(body);
      const gap = await longestGap(async () => firewall.judgeInTurns(big, "id"));
      assert.ok(steps >= 2, `${steps} steps`);
      assert.ok(gap < LONGEST_GAP, `${gap.toFixed(0)} ms`);
    });
  }

  test("is judged as it would be at once", async () => {
    const attack = "x' union select pin from cards -- ";
    const bodies = [
      listOf("a'b (c) & d", 40, MIB / 4), [...listOf("a'b (c) & d", 40, MIB / 4), attack], repeated("a'b (c) & d. ", MIB / 4), `${repeated("a'b (c) & d. ", MIB / 4)}${attack}`,
      `${repeated("a'b (c) & d. ", MIB / 8)}${attack}${repeated("a'b (c) & d. ", MIB / 8)}`, { doc: `<inv>${"<n>Tom &amp; Co's (new)</n>".repeat(6000)}<n>${attack}</n></inv>` },
    ];
    const stopped: boolean[] = [];
    for (const body of bodies) {
      const inTurns = open().judgeInTurns(source(body), "id");
      assert.ok(inTurns instanceof Promise);
      const [one, other] = [await inTurns, open().judge(source(body), "id")];
      assert.deepEqual(one, other);
      stopped.push(one?.stops ?? false);
    }
    assert.deepEqual(stopped, [false, true, false, true, true, true]);
  });

  test("of honest texts with signs passes whole", async () => {
    const items = Array.from({ length: 40_000 }, (_, index) => ({ no: `A${index}`, name: index % 5 === 0 ? `Pipe 3/4" (zinc) & nut - O'Brien ${index}` : `Hex bolt zinc plated ${index}`, unit: "pcs", spec: "as agreed in the contract of the year, delivered to the site without further notice", price: 10 + index, taxRate: 0.13, remark: "payable within thirty days after delivery" }));
    const big = source({ items });
    assert.ok((big.body?.byteLength ?? 0) > 9 * MIB);
    assert.equal(await open().judgeInTurns(big, "id"), null);
  });

  test("is no longer looked at when it is certain that it is stopped", async () => {
    const attack = "x' union select pin from cards -- ";
    const calm = listOf("a'b (c) & d", 40, 2 * MIB);
    const stepsOf = async (body: unknown): Promise<number> => {
      let steps = 0;
      const made: Judgement | null = await open({}, (run) => void setImmediate(() => (steps++, run()))).judgeInTurns(source(body), "id");
      assert.ok(made?.stops === true);
      return steps;
    };
    const [first, last] = [await stepsOf([attack, ...calm]), await stepsOf([...calm, attack])];
    assert.ok(first < last / 3, `${first} steps and ${last}`);
  });

  test("that would take too much is refused as too large, and not passed", async () => {
    const made = await open({ inspect: { maxBytes: "64KiB" } }).judgeInTurns(source(listOf("%41 &#x42; 'c' \\u0044 (e) or - ; # <b {c [d $e ", 100, 60_000)), "id");
    assert.equal(made?.stops, true);
    assert.ok(made.findings.some(({ rule }) => rule === "form-too-much"), JSON.stringify(made.findings));
  });

  test("leaves nothing behind for another that is judged between its steps", async () => {
    const firewall = open();
    const big = firewall.judgeInTurns(source([...listOf("a'b (c) & d", 40, MIB), "x' union select pin from cards -- "]), "big");
    assert.ok(big instanceof Promise);
    assert.equal(firewall.judgeInTurns(source({ a: "calm" }), "small"), null);
    assert.deepEqual((firewall.judgeInTurns(source({ a: "x' or 1=1 -- " }), "bad") as Judgement).findings.map(({ field }) => field).slice(0, 1), ["/a"]);
    assert.equal((await big)?.stops, true);
  });
});

describe("a set on trial", () => {
  test("is heard to the end where the acting one is certain, and the other way round", async () => {
    const trial = setOf([{ id: "new", matches: "zzz" }], "2");
    const firewall = createFirewall({ judged: () => undefined }, undefined, (run) => void setImmediate(run)).open(wafOptions.parse({}), { acting: builtIn(), trial }).of("main", "r", []);
    const calm = listOf("a'b (c) & d", 40, MIB);
    const made = await firewall?.judgeInTurns(source(["x' union select pin from cards -- ", ...calm, "zzz"]), "id");
    assert.deepEqual([made?.stops, made?.trial?.wouldStop], [true, true]);
    const other = await firewall?.judgeInTurns(source(["zzz", ...calm, "x' union select pin from cards -- "]), "id");
    assert.deepEqual([other?.stops, other?.trial?.wouldStop], [true, true]);
  });
});

describe("long work", () => {
  test("is done by turns, one step a turn, and each waits for its own end", async () => {
    const turns: (() => void)[] = [];
    const seen: string[] = [];
    const { take } = createTurns((run) => void turns.push(run));
    const job = (name: string, steps: number): Promise<void> => {
      let left = steps;
      return take(() => (seen.push(name), --left === 0)).then(() => void seen.push(`${name} over`));
    };
    const both = [job("a", 2), job("b", 3)];
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn();
      await Promise.resolve();
      await Promise.resolve();
      assert.ok(turns.length <= 1);
    }
    await Promise.all(both);
    assert.deepEqual(seen, ["a", "b", "a", "a over", "b", "b", "b over"]);
  });

  test("that fails fails alone", async () => {
    const { take } = createTurns((run) => void setImmediate(run));
    const broken = take(() => {
      throw new Error("judging: broken");
    });
    const whole = take(() => true);
    await assert.rejects(broken, /broken/);
    await whole;
  });
});
