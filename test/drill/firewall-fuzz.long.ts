import assert from "node:assert/strict";
import { test } from "node:test";
import { fuzzPlan, judgeFuzz, MOST_GROWTH, runFirewallFuzz, searchCosts } from "./firewall-fuzz.ts";

const SILENT = (): void => undefined;

await test("a short search finds no input that costs more than in proportion to its length", () => {
  const record = runFirewallFuzz({ ...fuzzPlan(true, null), seconds: 4 }, SILENT);
  assert.ok(record.tried >= 10, `${record.tried} candidates`);
  for (const [worst] of [record.steepest, record.longest]) assert.ok((worst?.growth ?? NaN) <= MOST_GROWTH, JSON.stringify(worst));
});

await test("the search finds a judge that looks back from every quote", () => {
  const record = searchCosts(({ body }) => {
    const text = body.toString("latin1");
    let seen = 0;
    for (let at = text.indexOf("'"); at >= 0; at = text.indexOf("'", at + 1)) for (let back = at; back > 0 && back > at - 4000; back--) if (text.charCodeAt(back) === 0x27) seen++;
    for (let at = 0; at < text.length && seen > text.length / 8; at += 8) for (let back = 0; back < at; back++) if (text.charCodeAt(back) === 0) seen++;
    return { stops: seen > 0, score: seen, rules: [], field: null };
  }, { seconds: 4, seed: 1, finalists: 0 }, SILENT);
  assert.ok(judgeFuzz(record)[0]?.holds === false, JSON.stringify(record.steepest[0]));
});
