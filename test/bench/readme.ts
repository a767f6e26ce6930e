import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Results } from "./results.ts";
import type { Samples } from "./rounds.ts";
import { budgetTable, journalNotes, proxyTables } from "./table.ts";
import { lanes } from "./lanes.ts";

const README = fileURLToPath(new URL("../../README.md", import.meta.url));
const KEPT = fileURLToPath(new URL("./results/", import.meta.url));

/** The newest results that were kept. Throws where there are none. */
function newest(): Results {
  const name = readdirSync(KEPT).filter((file) => file.endsWith(".json")).toSorted().at(-1);
  if (name === undefined) throw new Error("reading results: none are kept, run 'npm run bench' first");
  return JSON.parse(readFileSync(`${KEPT}${name}`, "utf8")) as Results;
}

/** The figures as they stand in the README, between its two markers. */
function section(results: Results): string {
  const samples = new Map(Object.entries(results.measured.samples)) as Samples;
  const { cpu, cores } = results.machine;
  const programs = Object.entries(results.versions).map(([name, version]) => `${name} ${version}`).join(", ");
  return [
    `Measured on ${results.date.slice(0, 10)} by \`npm run bench\` (${cpu}, ${cores} cores; ${programs}). CPU microseconds of a request, all processes of the proxy together;`,
    "ratios are medians of rounds that were run in turn. Everything is on: access line, metrics, breaker, health.",
    "",
    ...proxyTables(samples, lanes).flatMap((table) => [table, ""]),
    budgetTable(results.figures),
    "",
    ...journalNotes(results.measured).flatMap((note) => [note, ""]),
    "To measure it on your machine, run `npm run bench`; `node src/launcher.cjs node test/bench/readme.ts` puts the newest kept figures here.",
  ].join("\n");
}

const text = readFileSync(README, "utf8");
writeFileSync(README, text.replace(/(<!-- bench:begin -->\n)[^]*?(\n<!-- bench:end -->)/, (_all, begin: string, end: string) => `${begin}${section(newest())}${end}`));
