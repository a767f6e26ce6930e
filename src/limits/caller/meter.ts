import type { Clock } from "../../base/clock.ts";
import { CalendarQuota } from "./calendar-quota.ts";
import { CellRate } from "./cell-rate.ts";
import { LearntRate } from "./learnt-rate.ts";
import type { Rule } from "./rules.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** What one rule has counted. Each kind takes, forgets and forecasts by itself; times are monotonic ms. */
export type Meter = SlidingWindow | CellRate | CalendarQuota | LearntRate;

/** A meter that has counted nothing. */
export function makeMeter(rule: Rule, clock: Clock): Meter {
  switch (rule.kind) {
    case "window":
      return new SlidingWindow(rule.most, rule.per);
    case "burst":
      return new CellRate(rule.most, rule.per, rule.burst);
    case "quota":
      return new CalendarQuota(rule, clock);
    case "learnt":
      return new LearntRate(rule);
  }
}

/** A meter for a changed limit: it goes on with what those before it have counted, as far back as they remember. */
export function carriedMeter(rule: Rule, before: readonly Meter[], now: number, clock: Clock): Meter {
  const meter = makeMeter(rule, clock);
  if (meter.kind === "quota") {
    for (const other of before) if (other.kind === "quota" && other.options.zone === meter.options.zone) meter.carry(other, now);
    return meter;
  }
  if (meter.kind === "burst") {
    const known = before.find((other) => other.kind === "burst");
    if (known !== undefined && known.level(now) > 0) meter.add(known.level(now), now);
    else if (known === undefined) nearest(before, meter.per)?.replay(now, Infinity, meter);
    return meter;
  }
  const window = meter.kind === "learnt" ? meter.window : meter;
  if (meter.kind === "learnt") for (const other of before) if (other.kind === "learnt") meter.carry(other, now);
  replayInto(window, before, now);
  return meter;
}

function replayInto(window: SlidingWindow, before: readonly Meter[], now: number): void {
  const source = nearest(before, window.per);
  if (source !== null) return source.replay(now, window.per, window);
  const level = Math.ceil(before.find((other) => other.kind === "burst")?.level(now) ?? 0);
  if (level > 0) window.add(level, now);
}

/** The window that remembers far enough and no further, or else the one that remembers most. */
function nearest(before: readonly Meter[], per: number): SlidingWindow | null {
  const windows = before.flatMap((meter) => (meter.kind === "window" ? [meter] : meter.kind === "learnt" ? [meter.window] : []));
  const [first = null] = windows.toSorted((a, b) => (a.per >= per && b.per >= per ? a.per - b.per : b.per - a.per));
  return first;
}
