import { randomHex } from "../../base/random.ts";
import type { EntryAddress, Invalidation } from "../entry.ts";
import { markOf } from "./invalidation-message.ts";
import type { Messages } from "./invalidation-message.ts";
import type { RedisClient } from "../../redis/client.ts";
import type { RedisKeys } from "./keys.ts";
import { replies } from "../../redis/replies.ts";
import { createWideMarks, EPOCH } from "./wide-marks.ts";

/*
 * Marks that reach over paths, kept in memory, and the stream of all invalidations by which every instance follows them.
 * Published messages are only the bell: what happened stands in the stream, so a message that is lost costs time alone.
 * The hash names the token of the last entry of the stream; where the two disagree, something was lost.
 */

/** What the instances tell each other. */
export interface RedisNews {
  /** Loads the marks, or reads what has come since the last time. Rejects where Redis fails. One at a time. */
  synchronise(client: RedisClient): Promise<void>;
  /** Moves the marks and tells the others. Rejects where Redis fails. */
  announce(client: RedisClient, what: Invalidation): Promise<void>;
  /** Marks over paths that an entry counts under, in pairs (see marks.ts). */
  marksFor(address: EntryAddress): string[];
}

/** What the news need. */
export interface NewsSetting {
  readonly keys: RedisKeys;
  readonly messages: Messages;
  /** Name of this instance: its own news are none to it. */
  readonly self: string;
  /** See `TierEvents.invalidated`. */
  readonly invalidated: (what: Invalidation | null) => void;
  /** Whether something may have been missed before the marks were first loaded. */
  readonly late: () => boolean;
}

const LAST = "last";
const STREAM_LENGTH = 10_000;
const MOST_MARKS = 10_000;
const PAGE = 500;

type Row = readonly [id: string, fields: readonly string[]];

/** Makes the news; nothing is loaded yet. */
export function createRedisNews({ keys, messages, self, invalidated, late }: NewsSetting): RedisNews {
  const marks = createWideMarks();
  let position: { id: string; token: string } | null = null;
  let busy: Promise<void> | null = null;
  let waiting: Promise<void> | null = null;

  const append = async (client: RedisClient, token: string, mark: string, message: string): Promise<number> => {
    const transaction = client.multi();
    if (mark === EPOCH) transaction.del(keys.globalMarks);
    if (mark !== "") transaction.hset(keys.globalMarks, mark, token);
    transaction
      .hset(keys.globalMarks, LAST, token)
      .xadd(keys.stream, "MAXLEN", "~", STREAM_LENGTH, "*", "t", token, "f", self, "k", mark, "m", message)
      .publish(keys.bell, "")
      .hlen(keys.globalMarks);
    const settle = marks.send(mark, token);
    try {
      const size = (await replies(transaction)).at(-1);
      marks.move(mark, token);
      settle();
      return Number(size);
    } catch (fault) {
      // First the tier goes down; it is not up again before this has been announced under another token.
      setImmediate(settle);
      throw fault;
    }
  };
  const follow = ([id, fields]: Row): void => {
    const { t: token = "", k: mark = "" } = named(fields);
    position = { id, token };
    marks.move(mark, token);
  };
  const load = async (client: RedisClient, again = true): Promise<void> => {
    const transaction = client.multi().hsetnx(keys.globalMarks, EPOCH, randomHex(8)).hgetall(keys.globalMarks).xrevrange(keys.stream, "+", "-", "COUNT", 1);
    const [, kept, rows] = (await replies(transaction)) as [unknown, Record<string, string>, Row[]];
    const row = rows[0];
    const token = row === undefined ? undefined : named(row[1]).t;
    if (row === undefined || token === undefined || token !== kept[LAST]) {
      if (!again) throw new Error("loading invalidation marks: what was written is gone at once");
      await append(client, randomHex(8), "", ""); // an entry to count from
      return load(client, false);
    }
    marks.replace(Object.entries(kept).filter(([mark]) => mark !== LAST));
    position = { id: row[0], token };
  };
  /** Reads on from `position`; false where the stream or the marks are not what was left there. */
  const readOn = async (client: RedisClient): Promise<boolean> => {
    for (let more = true; more; ) {
      const transaction = client.multi().hmget(keys.globalMarks, EPOCH, LAST).xrange(keys.stream, position?.id ?? "-", "+", "COUNT", PAGE);
      const [[epoch, last], rows] = (await replies(transaction)) as [[string | null, string | null], Row[]];
      if (rows[0]?.[0] !== position?.id) return false;
      const fresh = rows.slice(1);
      // All marks at once, and judged at once: an older row must not come after what is announced meanwhile.
      for (const row of fresh) follow(row);
      more = rows.length === PAGE;
      const whole = more || (last === position?.token && epoch === marks.epoch);
      await tell(fresh, { self, messages, invalidated });
      if (!whole) return false;
    }
    return true;
  };
  const catchUp = async (client: RedisClient): Promise<void> => {
    const first = position === null;
    if (!first && (await readOn(client))) return;
    await load(client);
    if (!first || late()) invalidated(null);
  };
  const synchronise = (client: RedisClient): Promise<void> => {
    if (busy === null) return (busy = catchUp(client).finally(() => (busy = null)));
    // Whoever comes while one reads needs another reading; one is enough for all of them.
    return (waiting ??= busy.then(noop, noop).then(() => ((waiting = null), synchronise(client))));
  };
  return {
    synchronise,
    async announce(client, what) {
      const mark = what.kind === "all" && !what.soft ? EPOCH : markOf(what);
      const size = await append(client, randomHex(8), mark === null || mark === EPOCH ? (mark ?? "") : `${what.soft ? "s" : "h"}:${mark}`, messages.write(what));
      if (size > MOST_MARKS) await append(client, randomHex(8), EPOCH, "");
    },
    marksFor: marks.of,
  };
}

function noop(): void {}

/** Told one by one, with a turn for others after each: one may go through the whole memory tier, and thousands may have been missed. */
async function tell(rows: readonly Row[], { self, messages, invalidated }: Pick<NewsSetting, "self" | "messages" | "invalidated">): Promise<void> {
  for (const [, fields] of rows) {
    const { f: from, m: message = "" } = named(fields);
    const what = from === self || message === "" ? "ignored" : messages.read(message);
    if (what === "ignored") continue;
    invalidated(what === "lost" ? null : what);
    await new Promise(setImmediate);
  }
}

/** Fields of a stream's entry, of which the known ones are texts of ours or absent. */
function named(fields: readonly string[]): Readonly<Record<string, string | undefined>> {
  const values = Object.create(null) as Record<string, string>;
  for (let i = 0; i + 1 < fields.length; i += 2) values[fields[i] as string] = fields[i + 1] as string;
  return values;
}
