import { amountOf, isRecord, isText } from "../../json-record.ts";
import type { World } from "../../world.ts";
import { MALFORMED } from "./uploads.ts";

/** Invoice numbers and quota that taxpayers draw. Nothing here recognises a repetition: drawn twice is gone twice. */
export interface Allotments {
  /** Hands out the next invoice numbers. */
  numbers(value: unknown): object;
  /** Draws quota, or gives it back. */
  drawQuota(value: unknown): object;
  /** What is left this month. */
  quota(value: unknown): object;
  /** Numbers handed out and draws of quota so far. */
  counts(): { readonly numbersDrawn: number; readonly quotaDraws: number };
}

const MOST_NUMBERS = 5000;
const MONTHLY_QUOTA = 1_000_000_000;
const GOOD = { returncode: "00", returnmsg: "成功" };

/** Makes allotments of which nothing is drawn. */
export function createAllotments(world: World): Allotments {
  const drawn = new Map<string, number>();
  let numbersDrawn = 0;
  let quotaDraws = 0;

  function numbers(value: unknown): object {
    if (!isRecord(value) || !isText(value.nsrsbh, 20) || !isText(value.ywlsh, 64)) return MALFORMED;
    const count = amountOf(value.lysl);
    if (!Number.isInteger(count) || count < 1 || count > MOST_NUMBERS) return MALFORMED;
    const first = numbersDrawn + 1;
    numbersDrawn += count;
    return { ...GOOD, ywlsh: value.ywlsh, fpqshm: numberOf(first), fpzzhm: numberOf(numbersDrawn), fpsl: String(count) };
  }

  // Year, region, channel, sequence: twenty digits.
  function numberOf(sequence: number): string {
    const region = Buffer.from(world.name).reduce((sum, byte) => (sum * 31 + byte) % 9000, 0);
    return `26${String(region + 1000)}0000${String(sequence).padStart(10, "0")}`;
  }

  function drawQuota(value: unknown): object {
    if (!isRecord(value) || !isText(value.nsrsbh, 20) || !isText(value.ywlsh, 64)) return MALFORMED;
    const amount = amountOf(value.sqed);
    if (!(amount > 0) || (value.sqlx !== "0" && value.sqlx !== "1")) return MALFORMED;
    quotaDraws += 1;
    const now = (drawn.get(value.nsrsbh) ?? 0) + (value.sqlx === "0" ? amount : -amount);
    drawn.set(value.nsrsbh, now);
    return { ...GOOD, ywlsh: value.ywlsh, yxzed: now.toFixed(2) };
  }

  function quota(value: unknown): object {
    if (!isRecord(value) || !isText(value.nsrsbh, 20)) return MALFORMED;
    const taken = drawn.get(value.nsrsbh) ?? 0;
    return { ...GOOD, bysxed: MONTHLY_QUOTA.toFixed(2), yxzed: taken.toFixed(2), kysyed: (MONTHLY_QUOTA - taken).toFixed(2) };
  }

  return { numbers, drawQuota, quota, counts: () => ({ numbersDrawn, quotaDraws }) };
}
