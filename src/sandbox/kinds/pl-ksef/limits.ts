import type { LimitSpec, PlatformRequest } from "../../kind.ts";
import type { World } from "../../world.ts";
import { contextOf } from "./tokens.ts";

/** How often per second, minute and hour; the names are those of `GET /rate-limits`. */
interface Rates {
  readonly perSecond: number;
  readonly perMinute: number;
  readonly perHour: number;
}

/** The platform's limits by group, as `x-rate-limits` of open-api.json of 2026-05-19 tells them. */
export const RATES = {
  onlineSession: rates(10, 30, 120),
  batchSession: rates(10, 20, 60),
  invoiceSend: rates(10, 30, 180),
  invoiceStatus: rates(30, 120, 1200),
  sessionList: rates(5, 10, 60),
  sessionInvoiceList: rates(10, 20, 200),
  sessionMisc: rates(10, 120, 1200),
  invoiceMetadata: rates(8, 16, 20),
  invoiceExport: rates(8, 16, 20),
  invoiceExportStatus: rates(10, 60, 600),
  invoiceDownload: rates(8, 16, 64),
  other: rates(10, 30, 120),
} as const;

/** Operations without a group: each has a counter of its own at the rates of `other`. */
export const OTHERS = ["rate-limits", "limits-context", "limits-subject"] as const;

/** Calls without a token: 60 a second for one address. */
export const PUBLIC_LIMIT = "public";

/** Every limit, in its three windows; counted for a context at an address. */
export const LIMITS: readonly LimitSpec[] = [
  ...Object.entries(RATES).map(([name, values]) => limit(name, values)),
  ...OTHERS.map((name) => limit(`other ${name}`, RATES.other)),
  { name: PUBLIC_LIMIT, windows: [{ count: 60, ms: 1000 }], scope: ({ address }) => address },
];

/** What `GET /rate-limits` answers: the fault set may say other windows, in the order second, minute, hour. */
export function ratesInForce(world: World): Readonly<Record<string, Rates>> {
  const told = world.faults.set().limits?.windows ?? {};
  return Object.fromEntries(Object.entries(RATES).map(([name, usual]) => {
    const [second, minute, hour] = told[name] ?? [];
    return [name, { perSecond: second?.count ?? usual.perSecond, perMinute: minute?.count ?? usual.perMinute, perHour: hour?.count ?? usual.perHour }];
  }));
}

function limit(name: string, { perSecond, perMinute, perHour }: Rates): LimitSpec {
  const windows = [{ count: perSecond, ms: 1000 }, { count: perMinute, ms: 60_000 }, { count: perHour, ms: 3_600_000 }];
  return { name, windows, scope: (request: PlatformRequest) => `${contextOf(request.headers)} ${request.address}` };
}

function rates(perSecond: number, perMinute: number, perHour: number): Rates {
  return { perSecond, perMinute, perHour };
}
