import { columns } from "../bench/table.ts";
import { atLeast, atMost, type Claim } from "./claim.ts";
import { expectedHitRate } from "./zipf-odds.ts";
import { hitRate, type ZipfRecord, type ZipfRow } from "./zipf-record.ts";

/** What the process may take beside the entries, in megabytes. */
const BESIDE = 60;
/** How much more the last third may take than the second: the collector's mood, not a leak. */
const GROWTH = 15;
/** Points below the hit rate of a plain store of so many entries that uses the same order. */
const POINTS_BELOW = 2;

/** Every claim of the Zipf drill, judged. */
export function judgeZipf(record: ZipfRecord): readonly Claim[] {
  const { plan, idle, resident, rows, failures, requests } = record;
  const bound = (plan.maxMebibytes * 2 ** 20) / 1e6;
  const third = Math.floor(resident.length / 3);
  const middle = rows[Math.floor(rows.length / 2)] as ZipfRow;
  const last = rows.at(-1) as ZipfRow;
  return [
    atMost("resident above the process that was idle after 1,000 requests, largest", Math.max(...resident) - idle, bound + BESIDE, "MB"),
    atMost("resident: largest of the last third above largest of the second", Math.max(...resident.slice(2 * third)) - Math.max(...resident.slice(third, 2 * third)), GROWTH, "MB"),
    atMost("entries by the cache's own reckoning, largest", Math.max(...rows.map((row) => row.entriesMegabytes)), bound, "MB"),
    atLeast("evictions: the bound was reached", last.evictions, 1),
    atLeast("hit rate in the second half", 100 * hitRate(middle, last), 100 * expectedHitRate(plan.keys, plan.exponent, last.entries) - POINTS_BELOW, "%"),
    atMost(`requests that failed, of ${requests}`, requests === 0 ? Number.NaN : failures, 0),
  ];
}

/** How size, entries and hits went over the time, and the figures in short. */
export function zipfTable({ plan, idle, resident, rows, requests }: ZipfRecord): string {
  const lines = rows.slice(1).map((row, index) => {
    const before = rows[index] as ZipfRow;
    return [
      `${row.second} s`, ...[row.resident, row.heap, row.external, row.entriesMegabytes].map((megabytes) => megabytes.toFixed(1)), String(row.entries), String(row.evictions - before.evictions),
      `${(100 * hitRate(before, row)).toFixed(1)} %`, ((row.lookUps - before.lookUps) / (row.second - before.second)).toFixed(0),
    ];
  });
  const last = rows.at(-1) as ZipfRow;
  const [first, whole] = [rows[0] as ZipfRow, expectedHitRate(plan.keys, plan.exponent, last.entries)];
  return [
    columns([["after", "resident MB", "heap MB", "external MB", "entries MB", "entries", "evicted", "hits", "requests/s"], ...lines]),
    `resident: ${idle.toFixed(1)} MB at the start (idle after 1,000 requests), ${Math.max(...resident).toFixed(1)} MB at most, ${(resident.at(-1) ?? Number.NaN).toFixed(1)} MB at the end`,
    `${requests} requests in ${plan.seconds} s, ${(100 * hitRate(first, last)).toFixed(1)} % hits in all; ${last.entries} entries of ${plan.keys} keys, drawn with exponent ${plan.exponent}: ${(100 * whole).toFixed(1)} % is what they can give`,
  ].join("\n\n");
}
