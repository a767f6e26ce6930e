import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { PaceFacts } from "../../../src/limits/pace/group.ts";
import { createPaces, type Paces, type SitePace } from "../../../src/limits/pace/paces.ts";
import { paceOptions, type PaceOptions } from "../../../src/limits/pace/options.ts";
import type { NoTurn, PacedCall } from "../../../src/limits/pace/paced-call.ts";
import type { CallControl } from "../../../src/upstream/call.ts";

/** What pacing told, a line each. */
export interface Scene {
  readonly clock: ManualClock;
  readonly limits: Paces;
  readonly events: string[];
  /** The limits of a site as a configuration writes them; `routes` by name. */
  open(shared: unknown, routes?: Readonly<Record<string, unknown>>): SitePace;
  /** Lets a call take its turn, and notes what becomes of it. */
  go(site: SitePace, facts?: Partial<PaceFacts> & { readonly route?: string; readonly patience?: number }): Going;
  /** Lets everything run that is due now. */
  settle(): Promise<void>;
}

/** A call on its way. */
export interface Going {
  readonly call: PacedCall;
  readonly control: CallControl;
  /** "waits", "goes", "told N" (seconds) or "gave up". */
  state: string;
  /** Monotonic ms of the turn; null: none yet. */
  at: number | null;
}

const FACTS: PaceFacts = { routeClass: "read", region: "r", taxpayer: null, principal: null, address: "10.0.0.1", source: { headers: [], pathVariables: {}, query: "" } };

/** Paces as written, checked. */
export function paces(written: unknown): PaceOptions[] {
  return paceOptions.parse(written);
}

/** Limits on a clock that stands still. */
export function scene(): Scene {
  const clock = manualClock();
  const events: string[] = [];
  const limits = createPaces({
    clock,
    random: { ...seededRandom(1), next: () => 0 },
    events: {
      went: (site, group, ms) => void events.push(`${site} ${group} went after ${ms}`),
      told: (site, group) => void events.push(`${site} ${group} told`),
      heard: (site, group, ms, refused) => void events.push(`${site} ${group} heard ${ms}${refused ? " refused" : ""}`),
      allowed: (site, group, windows) => void events.push(`${site} ${group} allowed ${windows.map(({ count, per }) => `${count}/${per}`).join(" ")}`),
    },
  });
  const regions = ["r", "s"];
  return {
    clock, limits, events,
    open: (shared, routes = {}) => limits.open({ site: "main", shared: regions.map((region) => ({ region, pace: paces(shared) })), routes: Object.entries(routes).map(([name, pace]) => ({ name, pace: paces(pace) })) }),
    go(site, { route, patience = Infinity, ...facts } = {}) {
      const call = site.of(route ?? null)?.call({ ...FACTS, ...facts }, { patience: () => patience, granted: null });
      if (call === null || call === undefined) throw new Error("nothing counts it");
      const control: CallControl = { abort: null };
      const going: Going = { call, control, state: "waits", at: null };
      const note = (none: NoTurn | null): void => {
        going.state = none === null ? "goes" : none.kind === "told" ? `told ${none.retryAfter}` : "gave up";
        going.at = none === null ? clock.now() : null;
      };
      const taken = call.take(control);
      if (taken instanceof Promise) void taken.then(note);
      else note(taken);
      return going;
    },
    settle: () => new Promise((resolve) => void setImmediate(resolve)),
  };
}

/** It is sent now and answered at once. */
export function through({ call }: Going, status = 200, headers: readonly string[] = []): void {
  call.handed();
  call.answered({ status, headers });
}
