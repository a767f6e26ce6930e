import { RATES } from "../../src/sandbox/kinds/pl-ksef/limits.ts";
import { sampleOf, type Caller, type Wish } from "./pace-caller.ts";
import { LIMIT_OF, type Kind, type PacePlan } from "./pace-plan.ts";
import { isDone, isToldToWait, type PaceSample } from "./pace-record.ts";

/** A task, and not a look that the next one makes up for. */
const INSISTED: ReadonlySet<Kind> = new Set<Kind>(["send", "open", "close"]);

/** Every kind at its rate for so many ms, begun by a burst of three times the second's window; settles once all have their answer. */
export async function underLoad(caller: Caller, ms: number, { kinds, overload }: PacePlan): Promise<PaceSample[]> {
  const samples: PaceSample[] = [];
  const until = performance.now() + ms;
  await Promise.all(kinds.map((kind) => {
    const { perSecond, perMinute } = RATES[LIMIT_OF[kind]];
    return atRate({ burst: 3 * perSecond, every: 60_000 / (overload * perMinute), ms }, (number) => insist(caller, caller.wish(kind, number), until, samples));
  }));
  return samples;
}

/** Sends invoices for so many ms, ten at once and then four a second; settles once all have their answer. */
export async function sending(caller: Caller, ms: number): Promise<PaceSample[]> {
  const samples: PaceSample[] = [];
  const until = performance.now() + ms;
  await atRate({ burst: 10, every: 250, ms }, (number) => insist(caller, caller.wish("send", number), until, samples));
  return samples;
}

interface Rhythm {
  /** So many at once at the begin. */
  readonly burst: number;
  /** Ms from one to the next. */
  readonly every: number;
  /** Length. */
  readonly ms: number;
}

async function atRate({ burst, every, ms }: Rhythm, begin: (number: number) => Promise<void>): Promise<void> {
  const begun = Array.from({ length: burst }, (_, number) => begin(number));
  const timer = setInterval(() => void begun.push(begin(begun.length)), every);
  await new Promise((resolve) => setTimeout(resolve, ms));
  clearInterval(timer);
  await Promise.all(begun);
}

/** A caller that comes back with his task when he is told to, as long as the load lasts; what he opens he closes. */
async function insist(caller: Caller, wish: Wish, until: number, samples: PaceSample[]): Promise<void> {
  for (let isFirst = true; ; isFirst = false) {
    const sentAt = performance.now();
    const answer = await wish.ask();
    const sample = sampleOf(wish, answer, { context: caller.context, isFirst, sentAt });
    samples.push(sample);
    if (wish.kind === "open" && isDone(sample)) return insist(caller, caller.closing(answer), until, samples);
    const wait = (sample.retryAfter ?? 0) * 1000;
    if (!isToldToWait(sample) || !INSISTED.has(wish.kind) || performance.now() + wait > until) return;
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}
