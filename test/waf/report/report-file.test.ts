import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { keepReport } from "../../../src/waf/report/report-file.ts";
import { createWafReport, MOST_GROUPS } from "../../../src/waf/report/report.ts";
import { judged } from "./judged.ts";

function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-report-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "waf-report.json");
  const told: string[] = [];
  const open = (path = file) => {
    const clock = manualClock(5000);
    const report = createWafReport(clock);
    const kept = keepReport(report, { file: path, clock, events: { setAside: (reason, aside) => void told.push(`aside: ${reason} ${String(aside !== null)}`), unwritable: () => void told.push("unwritable") } });
    return { clock, report, kept };
  };
  return { folder, file, told, open };
}

const ONE = judged("1", [{ rule: "a", field: "/x" }]);

test("a report is kept at most every minute, only where something changed, and at the end", async (t) => {
  const { file, open } = setUp(t);
  const { clock, report, kept } = open();
  clock.advance(120_000);
  assert.equal(existsSync(file), false);
  report.add(ONE);
  clock.advance(59_000);
  assert.equal(existsSync(file), false);
  clock.advance(1000);
  const first = statSync(file).ino;
  clock.advance(600_000);
  assert.equal(statSync(file).ino, first, "nothing changed");
  assert.equal(statSync(file).mode & 0o077, 0);
  report.add(ONE);
  await kept.stop();
  assert.equal((JSON.parse(readFileSync(file, "utf8")) as { readonly groups: readonly { readonly stopped: number }[] }).groups[0]?.stopped, 2);
  assert.equal(clock.pending(), 0);
});

test("after a restart the report goes on where it was", async (t) => {
  const { open, told } = setUp(t);
  const before = open();
  before.report.add(ONE);
  before.report.add(judged("2", [{ rule: "b", field: "header:x-app", place: "header" }, { rule: "r", field: "(request)", place: "request" }]));
  await before.kept.stop();
  const { report } = open();
  assert.deepEqual(report.state(), before.report.state());
  report.add(ONE);
  assert.equal(report.state().groups.find(({ rule }) => rule === "a")?.stopped, 2);
  assert.deepEqual(told, []);
});

for (const [what, content] of [
  ["text that breaks off", '{"version":1,"since":1,'],
  ["another version", '{"version":2,"since":1,"lost":0,"groups":[]}'],
  ["a member that nobody wrote", '{"version":1,"since":1,"lost":0,"groups":[],"value":"x"}'],
  ["a count that is none", '{"version":1,"since":-1,"lost":0,"groups":[]}'],
  ["an empty file", ""],
  ["more than a report has", " ".repeat(MOST_GROUPS * 4096 + 1)],
] as const) {
  test(`${what} is set aside and told of, and a new report begins`, async (t) => {
    const { file, open, told } = setUp(t);
    writeFileSync(file, content);
    const { report, kept } = open();
    assert.deepEqual([told.length, report.state().groups], [1, []]);
    assert.match(told[0] ?? "", /^aside: .* true$/);
    assert.equal(readFileSync(`${file}.broken`, "utf8"), content);
    report.add(ONE);
    await kept.stop();
    assert.equal(open().report.state().groups.length, 1);
  });
}

test("a disk that does not take it is told of once, and tried again", (t) => {
  const { folder, told, open } = setUp(t);
  const { clock, report } = open(join(folder, "missing", "report.json"));
  report.add(ONE);
  clock.advance(180_000);
  assert.deepEqual(told, ["unwritable"]);
});

test("a full report fits the bound of its file", async (t) => {
  const { file, open, told } = setUp(t);
  const { report, kept } = open();
  for (let at = 0; at < MOST_GROUPS; at++) {
    const field = `/${"n".repeat(155)}`;
    for (let n = 0; n < 5; n++) report.add(judged("i".repeat(40), Array.from({ length: n < 3 ? 8 : 9 }, (_, rule) => ({ rule: `${"r".repeat(62)}${n < 3 ? (rule + n) % 9 : rule}`, field, class: "c".repeat(64) })), { route: `route${at}`.padEnd(64, "x") }));
    if (report.state().lost > 20) break;
  }
  await kept.stop();
  assert.ok(statSync(file).size < MOST_GROUPS * 4096, `${statSync(file).size} bytes`);
  assert.equal(open().report.state().groups.length, MOST_GROUPS);
  assert.deepEqual(told, []);
});
