import type { Random } from "../../../src/base/random.ts";
import { GRAMMARS } from "../corpus/benign.ts";
import { between, expand, pick } from "../corpus/grammar.ts";

/** What invoices are filled with. All of it follows from the chance that it was made with. */
export interface Texts {
  readonly random: Random;
  name(): string;
  goods(): string;
  note(): string;
  /** So many decimal digits. */
  digits(count: number): string;
  /** With two decimals. */
  amount(): string;
  /** `yyyy-mm-dd`. */
  date(): string;
  uuid(): string;
  /** A number as applications give them: `INV-2026/00017` and the like. */
  number(): string;
  /** Bytes that look like nothing. */
  bytes(count: number): Buffer;
  /** Base64 of a small file that begins as a PDF does. */
  pdf(): string;
  /** True in so many of a hundred cases. */
  chance(percent: number): boolean;
  /** So many lines: mostly few, at times a hundred. */
  lines(): number;
}

const NUMBER = ["INV-2026/‹#####›", "FV/‹###›/11/2026", "‹AA›‹######›", "2026-‹####›-‹A›", "R.‹##›/‹####›", "‹######›", "A&B-‹####›", "#‹####›"];

/** Makes them. */
export function createTexts(random: Random): Texts {
  const of = (grammar: string): string => {
    const { grammar: rules, start } = GRAMMARS[grammar] ?? { grammar: {}, start: "" };
    return expand(`‹${start}›`, rules, random);
  };
  const digits = (count: number): string => Array.from({ length: count }, () => between(0, 9, random)).join("");
  const bytes = (count: number): Buffer => Buffer.from(Array.from({ length: count }, () => between(0, 255, random)));
  const chance = (percent: number): boolean => random.next() * 100 < percent;
  return {
    random, digits, bytes, chance,
    name: () => of("names"),
    goods: () => of("goods"),
    note: () => of("prose"),
    amount: () => `${between(0, 99_999, random)}.${digits(2)}`,
    date: () => `2026-${String(between(1, 12, random)).padStart(2, "0")}-${String(between(1, 28, random)).padStart(2, "0")}`,
    uuid: () => bytes(16).toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
    number: () => expand(pick(NUMBER, random), {}, random),
    pdf: () => Buffer.concat([Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj <</Type /Catalog>> endobj\nstream\n", "latin1"), bytes(between(200, 2000, random)), Buffer.from("\nendstream\n%%EOF\n")]).toString("base64"),
    lines: () => (chance(2) ? between(50, 150, random) : between(1, 6, random)),
  };
}
