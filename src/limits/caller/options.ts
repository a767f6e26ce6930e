import { z } from "zod";
import { bytes, duration, name, rate, share, whole } from "../../base/fields.ts";
import { zoneName } from "../../base/zone.ts";
import { eachPart } from "../../document/each-part.ts";
import type { ExtractorOptions } from "../../document/extractor-options.ts";
import { extractor } from "../../document/extractor.ts";

/*
 * What callers are allowed. Unlike `pace`, which keeps to what a platform allows, these limits are the administrator's own.
 */

const WORDS = ["client", "principal", "taxpayer", "region", "route", "site"] as const;
const KEY_WANTED = `${WORDS.join(", ")}, { client: 24 }, a place in the request such as { header: x-app }, or a list of them`;
const WINDOW_WANTED = "a rate such as 10/s, 30/min or 180/h, of at most 1000000000";
const ZONE_WANTED = "a time zone such as Asia/Shanghai or UTC";
const COST_WANTED = "exactly one of bytes, items";
const INSURANCE_WANTED = "a share above 0% and at most 100%";
const LIMIT_WANTED = "windows, a quota or a baseline";
const MOST_IN_WINDOW = 1_000_000_000;

/** What a limit counts apart by a word; see {@link limitOptions}. */
export type KeyWord = (typeof WORDS)[number];

const network = z.strictObject({
  /** Bits of an IPv4 address that count. */
  client: whole(1, 32),
  /** Bits of an IPv6 address that count. */
  v6: whole(1, 128).prefault(64),
});

const keyPart = z.union([z.enum(WORDS), network, extractor()], { error: () => KEY_WANTED });

/** What is counted apart. */
export type KeyOptions = KeyWord | z.output<typeof network> | ExtractorOptions;

const windowOf = rate().refine((one) => one.count <= MOST_IN_WINDOW, { error: () => WINDOW_WANTED });

/** So many units in a day, a month or an hour of a calendar. */
const quota = z.strictObject({
  most: whole(1, 1_000_000_000_000),
  per: z.enum(["hour", "day", "month"]),
  /** Whose calendar: days begin at midnight there. */
  zone: z.string({ error: () => ZONE_WANTED }).refine((zone) => zoneName(zone) !== null, { error: () => ZONE_WANTED }).prefault("UTC"),
});

/** See {@link quota}. */
export type QuotaOptions = z.output<typeof quota>;

const cost = z
  .strictObject({
    /** One unit for each started piece of the body of this size. */
    bytes: bytes().refine((size) => size > 0, { error: () => "a size above 0 such as 1KiB" }).optional(),
    /** One unit for each element of a list in the body, and one at least. */
    items: eachPart().optional(),
  })
  .check(({ value, issues }) => {
    if (issues.some(({ code }) => code === "unrecognized_keys")) return;
    if ((value.bytes === undefined) === (value.items === undefined)) issues.push({ code: "custom", path: [], message: COST_WANTED, input: value, continue: true });
  });

/** See {@link cost}. */
export type CostOptions = z.output<typeof cost>;

const baseline = z.strictObject({
  /** The rate of what was let through is averaged over this time. */
  window: duration("10s", "7d").prefault("10min"),
  /** So much above the average is allowed, and so much a window may bring it up. */
  headroom: share().prefault("30%"),
});

/** A limit of callers, by its name. */
export const limitOptions = z
  .strictObject({
    /** What is counted apart: requests with the same values count together, and so do those that lack one. */
    key: z.union([keyPart, z.array(keyPart).min(1).max(8)], { error: () => KEY_WANTED }).transform((key) => (Array.isArray(key) ? key : [key])),
    /** Sliding windows that must all hold. */
    windows: z.array(windowOf).max(8).prefault([]),
    /** The first window is a steady rate instead, of which so many may come at once. */
    burst: whole(1, MOST_IN_WINDOW).optional(),
    quota: z.array(quota).max(4).prefault([]),
    /** A rate that is learnt; see floor and ceiling. */
    baseline: baseline.optional(),
    /** What is allowed however little came before. */
    floor: windowOf.optional(),
    /** What is not exceeded however much came before. */
    ceiling: windowOf.optional(),
    /** What a request counts; 1 unless written. */
    cost: cost.optional(),
    /** What becomes of a request that is too much: refused with 429, or made to wait. */
    onExcess: z.enum(["reject", "queue"]).prefault("reject"),
    /** Longest wait; whoever would wait longer is refused at once. 2s unless written; needs onExcess: queue. */
    maxWait: duration("1ms", "10min").optional(),
    /** So many wait with the same key; more are refused. 1000 unless written; needs onExcess: queue. */
    queue: whole(1, 100_000).optional(),
    /** Counts and tells what it would have done, and does nothing. */
    dryRun: z.boolean().prefault(false),
    /** Instances that share a Redis count together. */
    shared: z.boolean().prefault(false),
    /** So much of the limit each instance has for itself while Redis does not answer; 100% unless written. Needs shared: true. */
    insurance: share().refine((part) => part > 0 && part <= 1, { error: () => INSURANCE_WANTED }).optional(),
  })
  .check(({ value, issues }) => {
    const refuse = (path: string[], message: string): void => void issues.push({ code: "custom", path, message, input: value, continue: true });
    if (value.windows.length === 0 && value.quota.length === 0 && value.baseline === undefined) refuse([], LIMIT_WANTED);
    if (value.burst !== undefined && value.windows.length === 0) refuse(["burst"], "'windows' beside it");
    for (const key of ["maxWait", "queue"] as const) if (value[key] !== undefined && value.onExcess !== "queue") refuse([key], "'onExcess: queue' beside it");
    for (const key of ["floor", "ceiling"] as const) if (value[key] !== undefined && value.baseline === undefined) refuse([key], "'baseline' beside it");
    if (value.insurance !== undefined && !value.shared) refuse(["insurance"], "'shared: true' beside it");
    if (value.baseline !== undefined && value.shared) refuse(["shared"], "false: what one Taxgate learns is its own");
    if (value.baseline !== undefined && value.floor === undefined) refuse(["baseline"], "a 'floor' beside it");
    if (value.floor !== undefined && value.ceiling !== undefined && value.ceiling.count / value.ceiling.per < value.floor.count / value.floor.per) refuse(["ceiling"], "a rate that is not below 'floor'");
  });

/** See {@link limitOptions}. */
export type LimitOptions = z.output<typeof limitOptions>;

/** Schema of all limits by their names. */
export const limitsOptions = z.record(name(), limitOptions);

/** Schema of what a site or a route names. */
export const limitNames = z.array(name()).max(20);

/** Ms; see {@link limitOptions}. */
export const USUAL_MAX_WAIT = 2000;
/** See {@link limitOptions}. */
export const USUAL_QUEUE = 1000;
