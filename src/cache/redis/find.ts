import type { Clock } from "../../base/clock.ts";
import { decodeRecord } from "./codec.ts";
import type { SharedRecord } from "./codec.ts";
import type { EntryAddress, Selecting, StoredAnswer } from "../entry.ts";
import type { Envelope } from "./envelope.ts";
import type { RedisKeys } from "./keys.ts";
import type { Asked, RedisLink } from "../../redis/link.ts";
import { compareMarks, establishMarks, pathMarks, readMarks } from "./marks.ts";
import { replies } from "../../redis/replies.ts";
import type { SharedFound, TierFault } from "../shared-tier.ts";
import { within } from "../../redis/within.ts";

/** What a look-up gave, and how it counts in the statistics. */
export interface Finding {
  readonly found: SharedFound;
  readonly result: "hit" | "miss" | TierFault;
}

/** Looks an answer up; see `SharedTier.get`. Never rejects. */
export type Find = (address: EntryAddress, selecting: (name: string) => Selecting[1], encrypted: boolean) => Promise<Finding>;

/** What a look-up needs. `timeout` is for all its steps together, in ms. */
export interface FindSetting {
  readonly keys: RedisKeys;
  readonly link: RedisLink;
  readonly envelope: Envelope;
  readonly clock: Clock;
  readonly timeout: number;
  readonly marksFor: (address: EntryAddress) => readonly string[];
}

type Step<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: TierFault };

/** One look-up on its way: how long it may still take, and what it is about. */
interface Quest {
  readonly address: EntryAddress;
  readonly selecting: (name: string) => Selecting[1];
  readonly encrypted: boolean;
  readonly left: () => number;
}

/** One trip to Redis for an entry with its marks; another one where Vary chooses, or where nothing has been kept of the path yet. */
export function createFind({ keys, link, envelope, clock, timeout, marksFor }: FindSetting): Find {
  const read = async (key: string, value: Buffer | null, { address, encrypted, left }: Quest): Promise<Step<SharedRecord | null>> => {
    if (value === null) return { ok: true, value: null };
    const unwrapped = await within(clock, left(), envelope.unwrap(value, key));
    if (!unwrapped.ok) return { ok: false, fault: unwrapped.fault };
    const opened = unwrapped.value;
    if (!opened.ok) return opened;
    const record = decodeRecord(opened.content, address.key);
    if (record === null) return { ok: false, fault: "corrupt" };
    // The names of the choosing fields say nothing about anybody, and stand there plainly.
    return encrypted && record.kind === "answer" && !opened.sealed ? { ok: false, fault: "undecryptable" } : { ok: true, value: record };
  };
  /** Follows the names of the choosing fields to the answer itself. */
  const chosen = async (found: Step<SharedRecord | null>, quest: Quest): Promise<Step<AnswerRecord | null>> => {
    if (!found.ok || found.value === null) return found as Step<null>;
    if (found.value.kind === "answer") return { ok: true, value: found.value };
    const pairs = found.value.names.map((name): Selecting => [name, quest.selecting(name)]);
    const key = keys.variant(quest.address, pairs);
    const asked = await link.ask((client) => client.getBuffer(key), quest.left());
    const variant = asked.ok ? await read(key, asked.value, quest) : asked;
    return variant.ok && variant.value?.kind === "vary" ? { ok: false, fault: "corrupt" } : (variant as Step<AnswerRecord | null>);
  };
  /** Marks under which an answer counts: those of its own URL, which need not be the one that was asked for. */
  const standingFor = async ({ address }: StoredAnswer, quest: Quest, asked: readonly string[]): Promise<Step<readonly string[] | null>> => {
    if (address.query === quest.address.query) return { ok: true, value: asked };
    const own = await link.ask((client) => replies(readMarks(client.pipeline(), keys, quest.address, address.query)), quest.left());
    return own.ok ? { ok: true, value: pathMarks(own.value[0]) } : own;
  };
  return async (address, selecting, encrypted) => {
    const until = clock.now() + timeout;
    const quest: Quest = { address, selecting, encrypted, left: () => until - clock.now() };
    const key = keys.entry(address);
    // Marks in memory are read before the trip: whatever moves meanwhile has to void what is fetched afterwards.
    const over = marksFor(address);
    const asked = await link.ask((client) => replies(readMarks(client.pipeline().getBuffer(key), keys, address, address.query)), quest.left());
    if (!asked.ok) return nothing(asked.fault);
    const marks = pathMarks(asked.value[1]);
    if (marks === null) return first(await link.ask((client) => establishMarks(client, keys, address), quest.left()), over);
    const miss: SharedFound = { answer: null, purged: false, ticket: { marks: [...marks, ...over] } };
    const record = await chosen(await read(key, asked.value[0] as Buffer | null, quest), quest);
    if (!record.ok) return { found: miss, result: record.fault };
    if (record.value === null || !fits(record.value.answer, selecting)) return { found: miss, result: "miss" };
    const standing = await standingFor(record.value.answer, quest, marks);
    if (!standing.ok) return { found: miss, result: standing.fault };
    const difference = standing.value === null ? "hard" : compareMarks(record.value.marks, [...standing.value, ...marksFor(record.value.answer.address)]);
    if (difference === "hard") return { found: miss, result: "miss" };
    // An invalidation that did not get through takes the link down: what is on its way may be what it voids.
    if (link.state === "down") return nothing("down");
    return { found: { ...miss, answer: record.value.answer, purged: difference === "soft" }, result: "hit" };
  };
}

type AnswerRecord = Extract<SharedRecord, { kind: "answer" }>;

function fits(answer: StoredAnswer, selecting: Quest["selecting"]): boolean {
  return answer.selecting.every(([name, value]) => selecting(name) === value);
}

function nothing(result: "miss" | TierFault): Finding {
  return { found: { answer: null, purged: false, ticket: null }, result };
}

/** Nothing is kept of the path: what is fetched now is stored under its first marks. */
function first(asked: Asked<readonly string[] | null>, over: readonly string[]): Finding {
  if (!asked.ok) return nothing(asked.fault);
  return { found: { answer: null, purged: false, ticket: asked.value === null ? null : { marks: [...asked.value, ...over] } }, result: "miss" };
}
