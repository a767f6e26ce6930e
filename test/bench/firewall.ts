import { seededRandom } from "../../src/base/random.ts";
import { pick } from "../waf/corpus/grammar.ts";
import { openFirewalls, type Judge } from "../waf/firewall.ts";
import { genericInvoice } from "../waf/generated/json-invoices.ts";
import type { Sent } from "../waf/generated/sent.ts";
import { createTexts, type Texts } from "../waf/generated/texts.ts";
import { ublXml } from "../waf/generated/ubl.ts";
import { columns } from "./table.ts";

/** What looking at one kind of request costs. */
export interface FirewallCost {
  readonly kind: string;
  readonly bytes: number;
  readonly microsPerKb: number;
  /** Held against the bar. */
  readonly counts: boolean;
}

/** µs a kB (1024 bytes) of an ordinary invoice in JSON. */
export const FIREWALL_BAR = 15;

const KB = 1024;
const SIZES = [2 * KB, 20 * KB, 200 * KB, 2000 * KB];
const ROUNDS = 5;
/** A round judges about so many bytes. */
const ROUND_BYTES = 4000 * KB;

const ASCII = ["Hex bolt M8 x 40 zinc plated", "Copy paper A4 80 g white", "Consulting services November", "Smith & Sons Ltd.", "12 High Street, Cork", "Cable 10 m", "Monthly fee (12/2026)", "Delivery charge", "O'Brien Hardware", "payable within 30 days"];
const CHINESE = ["六角螺栓 M8×40 镀锌", "复印纸 A4 80克", "信息技术服务费十一月", "北京某某科技有限公司", "朝阳区建国路88号", "网线10米", "月服务费（2026年12月）", "运费", "上海联合五金商行", "请于三十日内付款"];

interface Kind {
  readonly kind: string;
  readonly counts: boolean;
  write(size: number): Sent[];
}

const KINDS: readonly Kind[] = [
  { kind: "JSON, ASCII", counts: true, write: (size) => poolOf(size, (texts) => genericInvoice(texts), ASCII) },
  { kind: "JSON, Chinese", counts: true, write: (size) => poolOf(size, (texts) => genericInvoice(texts), CHINESE) },
  { kind: "JSON, awkward texts", counts: false, write: (size) => poolOf(size, (texts) => genericInvoice(texts), null) },
  { kind: "UBL, ASCII", counts: false, write: (size) => poolOf(size, xmlOf, ASCII) },
  { kind: "UBL, awkward texts", counts: false, write: (size) => poolOf(size, xmlOf, null) },
  { kind: "UBL in base64 in JSON", counts: false, write: (size) => poolOf(size, (texts) => ({ ...xmlOf(texts), headers: ["content-type", "application/json"], body: Buffer.from(JSON.stringify({ invoice: Buffer.from(ublXml(texts)).toString("base64") })) }), ASCII) },
];

/** Measures every kind at every size. */
export function measureFirewall(sizes: readonly number[] = SIZES): readonly FirewallCost[] {
  const { plain } = openFirewalls();
  return KINDS.flatMap(({ kind, counts, write }) => sizes.map((size): FirewallCost => {
    const pool = write(size);
    const bytes = pool.reduce((sum, { body }) => sum + body.length, 0) / pool.length;
    return { kind, counts, bytes, microsPerKb: medianMicros(plain.judge, pool) / (bytes / KB) };
  }));
}

/** The table, with a verdict beside what the bar is for. */
export function firewallCostTable(costs: readonly FirewallCost[]): string {
  const row = ({ kind, bytes, microsPerKb, counts }: FirewallCost): string[] => [kind, (bytes / KB).toFixed(1), microsPerKb.toFixed(1), counts ? (microsPerKb <= FIREWALL_BAR ? "met" : "missed") : ""];
  return columns([["firewall", "kB", "µs/kB", `≤ ${FIREWALL_BAR}`], ...costs.map(row)]);
}

/** µs a request, in this thread's own time, where no request is like the one before: nobody's memory helps. */
function medianMicros(judge: Judge, pool: readonly Sent[]): number {
  const rounds = Array.from({ length: ROUNDS + 2 }, () => {
    const before = process.threadCpuUsage();
    for (const sent of pool) judge(sent);
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / pool.length;
  });
  // The first two are for the compiler.
  return rounds.slice(2).toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? NaN;
}

/** Requests of about this size, enough of them for a round. Lines are added until the first one is large enough. */
function poolOf(size: number, write: (texts: Texts) => Sent, words: readonly string[] | null): Sent[] {
  const of = (seed: number, lines: number): Sent => write(textsOf(seed, lines, words));
  let lines = 1;
  for (let tries = 0; tries < 12 && of(0, lines).body.length < size * 0.9; tries++) lines = Math.max(lines + 1, Math.floor((lines * size) / of(0, lines).body.length));
  return Array.from({ length: Math.max(2, Math.round(ROUND_BYTES / size)) }, (_, seed) => of(seed, lines));
}

/** Null: the texts that honest invoices have at worst. A number goes with each of the others, so that none comes twice. */
function textsOf(seed: number, lines: number, words: readonly string[] | null): Texts {
  const texts = createTexts(seededRandom(seed));
  const word = words === null ? {} : Object.fromEntries((["name", "goods", "note"] as const).map((kind) => [kind, () => `${pick(words, texts.random)} ${texts.digits(6)}`]));
  return { ...texts, ...word, chance: () => false, lines: () => lines };
}

function xmlOf(texts: Texts): Sent {
  return { method: "POST", path: "/submit", headers: ["content-type", "application/xml"], body: Buffer.from(ublXml(texts)) };
}

if (import.meta.main) {
  const costs = measureFirewall();
  process.stdout.write(`${firewallCostTable(costs)}\n`);
  process.exitCode = costs.every(({ counts, microsPerKb }) => !counts || microsPerKb <= FIREWALL_BAR) ? 0 : 1;
}
