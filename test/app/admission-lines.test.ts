import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { watchedFirewall } from "../../src/app/firewall.ts";
import { manualClock } from "../../src/base/clock.ts";
import type { Log } from "../../src/observe/log.ts";
import type { Metrics } from "../../src/observe/metrics.ts";
import { siteWafOptions, wafOptions } from "../../src/waf/options.ts";

const RULES = { acting: { name: "none@1", classes: {}, rules: [] }, trial: null };
const AT = { site: "main", route: "issue", taxNumbers: [] };

async function told(mode: string) {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-"));
  const lines: unknown[] = [];
  const counted: string[] = [];
  const log = { info: (event: string, fields: unknown) => void lines.push(["info", event, fields]), warn: (event: string, fields: unknown) => void lines.push(["warn", event, fields]) } as unknown as Log;
  const metrics = { setSource: () => undefined, admissionRefused: (...labels: readonly string[]) => void counted.push(labels.join(" ")) } as unknown as Metrics;
  const options = wafOptions.parse({ mode, allow: { taxpayers: [{ format: "pl-nip" }] } });
  const watched = watchedFirewall(options.alarm, join(folder, "report"), { clock: manualClock(), log, metrics });
  const open = watched.firewall.open(options, RULES, { "/s.json": { required: ["no"] } });
  const facts = { client: "192.0.2.7", principal: "x-key:secret", taxpayer: "5260001247", method: "GET", path: "/a" };
  const refused = open.admissionOf(AT, [])?.admit(facts, "id-1");
  const requirements = open.requirementsOf(AT, [siteWafOptions.parse({ require: { body: { json: "/s.json" } } })]);
  const breach = requirements?.check({ method: "POST", query: "", headers: [], body: Buffer.from('{"a":"secret"}'), contentType: undefined }, "id-2");
  await watched.stop();
  rmSync(folder, { recursive: true });
  return { refused, breach, lines, counted };
}

test("who is on no list and what is not as it must be is warned of with list, place and rule, and counted", async () => {
  assert.deepEqual(await told("enforce"), {
    refused: "taxpayer",
    breach: { reason: "json", where: "body", rule: "required 'no'" },
    lines: [
      ["warn", "request stands on no allowlist", { id: "id-1", site: "main", route: "issue", reason: "taxpayer" }],
      ["warn", "request is not as it must be", { id: "id-2", site: "main", route: "issue", reason: "json", where: "body", rule: "required 'no'" }],
    ],
    counted: ["main issue taxpayer enforce", "main issue json enforce"],
  });
});

test("where the firewall only detects, the same is said as news, and nothing is stopped", async () => {
  const { refused, breach, lines, counted } = await told("detect");
  assert.deepEqual([refused, breach], [null, null]);
  assert.deepEqual(lines.map((line) => (line as string[]).slice(0, 2)), [["info", "request stands on no allowlist and was let through"], ["info", "request is not as it must be and was let through"]]);
  assert.deepEqual(counted, ["main issue taxpayer detect", "main issue json detect"]);
});
