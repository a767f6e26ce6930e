import type { ChainableCommander } from "ioredis";
import { randomHex } from "../../base/random.ts";
import type { EntryAddress, Invalidation } from "../entry.ts";
import type { RedisClient } from "../../redis/client.ts";
import { replies } from "../../redis/replies.ts";
import { shortHash } from "./keys.ts";
import type { RedisKeys } from "./keys.ts";

/*
 * Marks are random tokens; no clock is asked. An entry is stored with the marks that stood before it was fetched and counts
 * where they still stand. They come in pairs: the first of each voids, the second makes stale. Every path has a base mark,
 * made by the first look-up and never written twice, so marks that ran out or were evicted void too instead of coming back
 * to what they were.
 */

/** How two lists of marks differ. */
export type MarkDifference = "none" | "soft" | "hard";

/** Compares the marks of an entry with those that stand. */
export function compareMarks(stored: readonly string[], standing: readonly string[]): MarkDifference {
  if (stored.length !== standing.length) return "hard";
  let difference: MarkDifference = "none";
  for (const [i, mark] of stored.entries()) {
    if (mark === standing[i]) continue;
    if (i % 2 === 0) return "hard";
    difference = "soft";
  }
  return difference;
}

const BASE = "b";
const SOFT = "s";
/** Until something is stored under a new base mark, it stays so long (ms): longer than any fetch. */
const NEW_MARKS = 600_000;
/** Of a path's queries, so many have marks of their own; one more voids the whole path. */
const MOST_QUERIES = 1000;

function fieldsOf(query: string): string[] {
  const name = shortHash(query);
  return [BASE, SOFT, `h:${name}`, `s:${name}`];
}

/** Adds the reading of a path's marks to a pipeline; see {@link pathMarks}. */
export function readMarks(pipeline: ChainableCommander, keys: RedisKeys, { site, path }: EntryAddress, query: string): ChainableCommander {
  return pipeline.hmget(keys.marks(site, path), ...fieldsOf(query));
}

/** The marks out of the reply to {@link readMarks}; null where the path has no base mark. */
export function pathMarks(reply: unknown): readonly string[] | null {
  const marks = reply as (string | null)[];
  return marks[0] === null ? null : marks.map((mark) => mark ?? "");
}

/** Gives a path its base mark, and reads its marks. */
export async function establishMarks(client: RedisClient, keys: RedisKeys, address: EntryAddress): Promise<readonly string[] | null> {
  const key = keys.marks(address.site, address.path);
  const pipeline = client.pipeline().hsetnx(key, BASE, randomHex(8)).pexpire(key, NEW_MARKS);
  const [, , marks] = await replies(readMarks(pipeline, keys, address, address.query));
  return pathMarks(marks);
}

/** Moves the marks of a URL or a path. `maxAge` in ms. Rejects where that failed. */
export async function moveMarks(client: RedisClient, keys: RedisKeys, what: Extract<Invalidation, { kind: "url" }>, maxAge: number): Promise<void> {
  const key = keys.marks(what.site, what.path);
  if (what.query === null && !what.soft) {
    await client.del(key); // the base mark goes, and with it all that counts under it
    return;
  }
  const field = what.query === null ? SOFT : `${what.soft ? "s" : "h"}:${shortHash(what.query)}`;
  const [, , size] = await replies(client.pipeline().hset(key, field, randomHex(8)).pexpire(key, maxAge).hlen(key));
  if (Number(size) > MOST_QUERIES) await client.del(key);
}
