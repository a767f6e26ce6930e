import { unitOf } from "./back-off.ts";
import type { Decision } from "./decide.ts";
import type { Desk } from "./desk.ts";
import { emergencyAt } from "./keeper-state.ts";
import { untilAborted } from "./nap.ts";
import { placeOrder, type Outcome } from "./place-order.ts";
import { PLACES } from "./renewal-memory.ts";
import { namesOf } from "./wish.ts";

const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;
const POLL_MS = 10_000;

/**
 * One round of a certificate's life: takes over what others did, asks the authority for news, decides, orders. Gives the ms
 * until the next one: never more than an hour, as the wall clock may be set at any time. Never rejects.
 */
export async function round(desk: Desk, stopped: AbortSignal): Promise<number> {
  try {
    catchUp(desk);
    let decision = desk.outlook.decide();
    if (decision.kind === "wait" && (await hearNews(desk, stopped))) decision = desk.outlook.decide();
    if (decision.why === "not-due") forgetFailures(desk);
    const outcome = decision.kind === "order" && !stopped.aborted ? await order(desk, decision, stopped) : null;
    return napAfter(desk, outcome);
  } catch (fault) {
    return mishap(desk, fault);
  } finally {
    desk.report();
  }
}

/** What another process wrote, what could not be written, and what our clock stood in the way of. */
function catchUp({ memory, outlook, shown, settings, report }: Desk): void {
  if (shown.look(namesOf(settings().options))) report();
  memory.refresh(outlook.room());
  if (shown.unwritten() !== null) shown.save();
  memory.save();
}

/** What is needed is there, by whatever way: that it once failed to come is history. */
function forgetFailures({ book, memory }: Desk): void {
  if (book.since() === null) return;
  book.forget();
  memory.change({});
}

/** True: the authority was asked. */
async function hearNews({ shown, memory, news, settings }: Desk, stopped: AbortSignal): Promise<boolean> {
  const [pair, leaf] = [shown.pair(), shown.leaf()];
  if (pair === null || leaf === null || news.waitFor(leaf) > 0) return false;
  const { issuers, options } = settings();
  const from = memory.notesOf(leaf).ordered?.issuer;
  const issuer = issuers.find(({ directory }) => directory === from) ?? issuers[0];
  await untilAborted(news.ask(issuer, pair, leaf, options.renew.check, stopped), stopped);
  return true;
}

async function order(desk: Desk, decision: Extract<Decision, { kind: "order" }>, stopped: AbortSignal): Promise<Outcome> {
  const job = desk.begin();
  const outcome = await placeOrder(desk.orders, decision.why, AbortSignal.any([stopped, job]));
  desk.end(outcome);
  return outcome;
}

function napAfter({ outlook, shown, news, clock, settings }: Desk, outcome: Outcome | null): number {
  const wall = clock.wall();
  const decision = outlook.decide();
  const unit = unitOf(outlook.room().life);
  const leaf = shown.leaf();
  const waits = [
    HOUR_MS,
    // Whatever goes round in circles does so slowly; after a failure it is another place's turn, and that is noted where it fails.
    decision.kind === "wait" ? decision.until - wall : outcome?.kind === "failed" ? SECOND_MS : unit,
    outcome?.kind === "locked" ? Math.min(POLL_MS, unit) : Infinity,
    shown.unwritten() === null ? Infinity : unit,
    // The state changes by itself when the emergency begins, and when there is nothing left to show.
    ...(leaf === null ? [] : [emergencyAt(leaf, settings().options.renew), leaf.notAfter + 1].filter((at) => at > wall).map((at) => at - wall)),
    // News are asked for while there is time to wait.
    leaf === null || wall > leaf.notAfter || decision.kind === "order" ? Infinity : news.waitFor(leaf),
  ];
  return Math.max(1, Math.min(...waits));
}

/** A fault of the program must not end a certificate's life: it counts as a failure, and is tried again. */
function mishap({ book, outlook, end, clock }: Desk, fault: unknown): number {
  const detail = fault instanceof Error ? fault.message : String(fault);
  book.note(PLACES.program, { kind: "fault", retryAfter: null }, outlook.room());
  end({ kind: "failed", failure: { at: clock.wall(), issuer: null, kind: "fault", detail } });
  return Math.max(1, Math.min(HOUR_MS, book.waitFor(PLACES.program)));
}
