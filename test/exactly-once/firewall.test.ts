import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { operatorOf } from "../drill/operator.ts";
import { orderOf, type Order } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

/** Rules that see words; a word that breaks the file is one that is not closed. */
function rules(version: string, words: readonly string[]): string {
  const lines = words.map((word, index) => `  - { id: word-${index + 1}, class: words, severity: critical, say: a word, matches: '${word}' }`);
  return [`ruleset: words`, `version: "${version}"`, "classes: { words: { en: words, zh: 词 } }", "rules:", ...lines, ""].join("\n");
}

const withItem = (orderNo: string, name: string): Order => orderOf(orderNo, { items: [{ name, amount: 100.5 }] });

describe("a firewall before journalled submissions", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-firewall-"));
  const file = join(folder, "rules.yaml");
  let scene: Scene;
  before(async () => {
    writeFileSync(file, rules("1", ["forbidden"]));
    scene = await openScene({ folder, yaml: (origin) => configuration(origin, { top: 'waf: { ruleset: "./rules.yaml" }' }) });
  });
  after(async () => {
    await scene.end();
    rmSync(folder, { recursive: true, force: true });
  });

  test("a submission that is stopped reaches nobody, says why to nobody but the operator, and leaves its number free", async () => {
    const arrived = await scene.arrivals();
    const told = await scene.submit(withItem("W1", "secret forbidden goods"));
    deepEqual([told.status, told.error, told.submission, await scene.arrivals()], [403, "content-refused", undefined, arrived]);
    const body = told.body.toString();
    match(body, /stopped by the firewall/);
    doesNotMatch(body, /word-1|words|items/);
    const id = String(told.headers["x-request-id"]);
    ok(body.includes(id));
    await eventually("the log has it", () => logged(scene.taxgate(), "request stopped by the firewall").length === 1);
    const [line = ""] = logged(scene.taxgate(), "request stopped by the firewall");
    const { level, site, route, score, rules: seen, fields, ruleset, id: named } = JSON.parse(line) as Record<string, unknown>;
    deepEqual([level, site, route, score, seen, fields, ruleset, named], ["warn", "default", "issue", 5, ["word-1"], ["/items/*/name"], "words@1", id]);
    doesNotMatch(scene.taxgate().lines().join("\n"), /secret/);
    await eventually("the access line has it", () => logged(scene.taxgate(), '"waf_score":5,"waf_rules":"word-1"').length === 1);
    equal(await scene.metric("taxgate_journal_under_way"), 0);
    issuedOnce(scene, "W1", await scene.submit(withItem("W1", "other goods")));
    deepEqual([await scene.metric("taxgate_waf_requests_total", { route: "issue", result: "stopped" }), await scene.metric("taxgate_waf_requests_total", { route: "issue", result: "clean" })], [1, 1]);
    equal(await scene.metric("taxgate_waf_findings_total", { class: "words", severity: "critical", action: "enforce" }), 1);
    equal(await scene.metric("taxgate_waf_ruleset_info", { version: "words@1", use: "acting" }), 1);
  });

  test("many tries of a stopped submission at once are all stopped, and a clean one goes through behind them", async () => {
    const arrived = await scene.arrivals();
    const told = await Promise.all(Array.from({ length: 12 }, () => scene.submit(withItem("W2", "forbidden"))));
    deepEqual([...new Set(told.map(({ status, error }) => `${status} ${error}`))], ["403 content-refused"]);
    equal(await scene.arrivals(), arrived);
    issuedOnce(scene, "W2", await scene.submit(withItem("W2", "fine")));
  });

  test("a clean try right behind a stopped one is never told of a conflict", async () => {
    for (let round = 0; round < 40; round++) {
      const stopped = await scene.submit(withItem(`W2-${round}`, "forbidden"));
      const clean = await scene.submit(withItem(`W2-${round}`, "fine"));
      deepEqual([stopped.status, clean.status, clean.submission], [403, 200, "fresh"]);
    }
  });

  test("what was issued is replayed whatever a rule says that was made later, and nothing new passes it", async () => {
    const first = await scene.submit(withItem("W3", "tomorrow"));
    issuedOnce(scene, "W3", first);
    writeFileSync(file, rules("2", ["forbidden", "tomorrow"]));
    const operator = operatorOf(scene.taxgate());
    equal((await operator.reload()).status, 200);
    const arrived = await scene.arrivals();
    const again = await scene.submit(withItem("W3", "tomorrow"));
    deepEqual([again.status, again.submission, again.body.toString()], [200, "replayed", first.body.toString()]);
    const other = await scene.submit(withItem("W4", "tomorrow"));
    deepEqual([other.status, other.error, await scene.arrivals()], [403, "content-refused", arrived]);
    equal(await scene.metric("taxgate_waf_ruleset_info", { version: "words@2", use: "acting" }), 1);
  });

  test("a file of rules that is broken changes nothing, and one that is mended acts without being asked", async () => {
    const operator = operatorOf(scene.taxgate());
    const generation = await operator.metric("taxgate_config_generation");
    writeFileSync(file, rules("3", ["forbidden", "mended("]));
    const refused = await operator.reload();
    equal(refused.status, 422);
    deepEqual((refused.problems as readonly { readonly file?: string; readonly line: number; readonly path?: string }[]).map(({ file: where, line, path }) => [where, line, path]), [[file, 6, "rules[word-2].matches"]]);
    deepEqual([await operator.metric("taxgate_config_generation"), await scene.metric("taxgate_waf_ruleset_info", { version: "words@2" })], [generation, 1]);
    equal((await scene.submit(withItem("W5", "tomorrow"))).status, 403);
    writeFileSync(file, rules("4", ["forbidden"]));
    await eventually("the watch has seen it", async () => (await scene.metric("taxgate_waf_ruleset_info", { version: "words@4" })) === 1);
    issuedOnce(scene, "W5", await scene.submit(withItem("W5", "tomorrow")));
  });
});
