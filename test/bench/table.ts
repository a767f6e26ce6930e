import { budgets, keeps, type Budget, type Figures } from "./budgets.ts";
import type { Measured } from "./figures.ts";
import type { Lane } from "./lanes.ts";
import type { Latency } from "./latency.ts";
import { failures, medianMicros, medianRatio, medianResumed, type Samples } from "./rounds.ts";

/** The tables of a run: the lanes without TLS, and those with it for the proxies that serve it; a table without lanes is left out. */
export function proxyTables(samples: Samples, lanes: readonly Lane[]): string[] {
  const [plain, secure] = [lanes.filter(({ tls }) => tls === undefined), lanes.filter(({ tls }) => tls !== undefined)];
  const serving = new Map([...samples].filter(([, taken]) => secure.some(({ name }) => taken[name] !== undefined)));
  return [...(plain.length === 0 ? [] : [proxyTable(samples, plain)]), ...(serving.size === 0 ? [] : [proxyTable(serving, secure), ...handshakeNotes(serving)])];
}

/** What the table does not say of handshakes: how many a core would make, and what became of tickets. */
function handshakeNotes(samples: Samples): string[] {
  const of = (proxy: string): string => {
    const [full, share] = [medianMicros(samples, proxy, "handshake"), medianResumed(samples, proxy, "resumed")];
    const parts = [full === undefined ? [] : [`${Math.round(1e6 / full)} full handshakes a second of one core's time`], share === undefined ? [] : [`${(share * 100).toFixed(1)} % of connections that offered a ticket were resumed`]];
    return parts.flat().join(", ");
  };
  const told = [...samples.keys()].flatMap((proxy) => (of(proxy) === "" ? [] : [`${proxy}: ${of(proxy)}`]));
  return told.length === 0 ? [] : [`TLS 1.3, X25519, an ECDSA P-256 certificate. ${told.join("; ")}.`];
}

/** The table of all proxies: median CPU microseconds of a request and median ratios to the lane's peers. */
export function proxyTable(samples: Samples, lanes: readonly Lane[]): string {
  const head = ["proxy", ...lanes.flatMap(({ title, peers }) => [`${title} µs`, ...peers.map((peer) => `× ${peer}`)]), "failed"];
  const rows = [...samples.keys()].map((proxy) => [
    proxy,
    ...lanes.flatMap((lane) => laneCells(samples, proxy, lane)),
    String(failures(samples, proxy)),
  ]);
  return columns([head, ...rows]);
}

/** The budgets' table: what was measured, its bar and its aim, and whether each is met. */
export function budgetTable(figures: Figures): string {
  const head = ["figure", "measured", "bar", "", "aim", ""];
  return columns([head, ...budgets.map((budget) => budgetRow(budget, figures[budget.name]))]);
}

/** What the tables do not say of submissions and the journal: on which disk, whole latencies, sizes. One line each. */
export function journalNotes({ submission, journal }: Pick<Measured, "submission" | "journal">): string[] {
  const of = ({ p50, p99 }: Latency): string => `p50 ${figure(p50, 2)} ms, p99 ${figure(p99, 2)} ms`;
  const notes: string[] = [];
  if (submission !== undefined) {
    const { fileSystem, latency } = submission;
    notes.push(`Submissions are journalled with fsync, bodies kept, on ${fileSystem}. At 500/s: ${of(latency.direct)} at the origin itself, ${of(latency.through)} through taxgate.`);
  }
  if (journal !== undefined) {
    const { entries, archived, fileSystem, claims, settled, sizes } = journal;
    notes.push(
      `A journal of ${millions(entries)} M entries (${millions(archived)} M of them archived, the others with bodies of 1.5 to 2.5 kB) on ${fileSystem}, claims and outcomes at 500/s with checkpoints: ` +
        `claim ${of(claims)}, outcome ${of(settled)}. Bytes an entry: ${sizes.live.toFixed(0)} with its body, ${sizes.bare.toFixed(0)} without, ${sizes.archived.toFixed(0)} archived.`,
    );
  }
  return notes;
}

/** Rows as a Markdown table with aligned columns; the first row is the head, the first column flush left. */
export function columns(rows: readonly (readonly string[])[]): string {
  const [head = []] = rows;
  const widths = head.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${widths.map((width, at) => (at === 0 ? (row[at] ?? "").padEnd(width) : (row[at] ?? "").padStart(width))).join(" | ")} |`;
  const rule = `|${widths.map((width, at) => (at === 0 ? `:${"-".repeat(width + 1)}` : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  return [line(head), rule, ...rows.slice(1).map(line)].join("\n");
}

function laneCells(samples: Samples, proxy: string, { name, peers }: Lane): string[] {
  return [figure(medianMicros(samples, proxy, name), 1), ...peers.map((peer) => figure(medianRatio(samples, proxy, peer, name), 2))];
}

function budgetRow(budget: Budget, value: number | undefined): string[] {
  const { title, unit, bar, aim } = budget;
  const sign = budget.atLeast === true ? "≥" : "≤";
  if (value === undefined) return [title, "not measured", `${sign} ${bar} ${unit}`, "", aim === undefined ? "" : `${aim} ${unit}`, ""];
  const verdict = (bound: number): string => (keeps(budget, value, bound) ? "met" : "missed");
  const aimCells = aim === undefined ? ["", ""] : [`${aim} ${unit}`, verdict(aim)];
  return [title, `${figure(value, unit === "×" || unit === "ms" ? 2 : 1)} ${unit}`, `${sign} ${bar} ${unit}`, verdict(bar), ...aimCells];
}

function millions(count: number): string {
  return (count / 1e6).toFixed(count < 1e5 ? 3 : 1);
}

function figure(value: number | undefined, digits: number): string {
  return value === undefined ? "–" : value.toFixed(digits);
}
