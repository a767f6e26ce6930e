import type { Rate } from "../../base/units.ts";
import type { LimitOptions, QuotaOptions } from "./options.ts";

/** One rule of a limit, in units of cost; all of them hold together. Times in ms. */
export type Rule =
  /** At most `most` in any span of `per`. */
  | { readonly kind: "window"; readonly most: number; readonly per: number }
  /** A steady `most` in `per`, of which up to `burst` may come at once. */
  | { readonly kind: "burst"; readonly most: number; readonly per: number; readonly burst: number }
  /** At most `most` in each period of a calendar. */
  | ({ readonly kind: "quota" } & QuotaOptions)
  /** What came before, and `headroom` more. */
  | { readonly kind: "learnt"; readonly window: number; readonly headroom: number; readonly floor: Rate; readonly ceiling: Rate | null };

/** The rules of a limit in the order in which callers are told of them. */
export function rulesOf({ windows, burst, quota, baseline, floor, ceiling }: LimitOptions): readonly Rule[] {
  const rules: Rule[] = windows.map(({ count, per }, index) =>
    index === 0 && burst !== undefined ? { kind: "burst", most: count, per, burst } : { kind: "window", most: count, per });
  rules.push(...quota.map((one) => ({ kind: "quota", ...one }) as const));
  if (baseline !== undefined && floor !== undefined) rules.push({ kind: "learnt", ...baseline, floor, ceiling: ceiling ?? null });
  return rules;
}
