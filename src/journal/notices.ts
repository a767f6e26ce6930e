import type { Clock } from "../base/clock.ts";
import type { Entry } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { SIGNATURE_HEADER, signNotice } from "./webhook-signature.ts";

/** Sends a POST; resolves with the status, or rejects where nothing answered. Bounded in time by whoever implements it. */
export type Post = (url: string, headers: readonly string[], body: string) => Promise<number>;

/** Where notices go. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
}

/** Tells a webhook what became of submissions that were accepted for later. */
export interface Notices {
  send(webhook: Webhook, entry: Entry): void;
  stop(): void;
}

/** Before each try, in ms. */
const PAUSES_MS = [0, 1000, 5000, 30_000, 120_000, 600_000];
const MOST_WAITING = 10_000;
/** Sent at once. */
const ABREAST = 8;
/** Larger answers are not in the notice: the admin API has them. */
const MOST_BYTES = 65_536;

/** Makes one; a notice that nobody takes is tried six times in about a quarter of an hour, and then reported. */
export function createNotices(post: Post, clock: Clock, events: Pick<JournalEvents, "fault">): Notices {
  const waiting: (() => Promise<void>)[] = [];
  let kept = 0;
  let sending = 0;
  let stopped = false;

  async function attempt(webhook: Webhook, body: string, entry: Entry, tries: number): Promise<void> {
    const signature = signNotice(body, webhook.secret, Math.floor(clock.wall() / 1000));
    const status = await post(webhook.url, ["content-type", "application/json", SIGNATURE_HEADER, signature], body).catch(() => 0);
    if (status >= 200 && status < 300) kept--;
    else later(webhook, body, entry, tries + 1);
  }

  function later(webhook: Webhook, body: string, entry: Entry, tries: number): void {
    const pause = PAUSES_MS[tries];
    if (pause === undefined) {
      kept--;
      return events.fault("telling a webhook", `nobody took the notice of entry ${entry.id}`);
    }
    clock.after(pause, () => {
      waiting.push(() => attempt(webhook, body, entry, tries));
      next();
    }, true);
  }

  function next(): void {
    if (stopped || sending >= ABREAST) return;
    const work = waiting.shift();
    if (work === undefined) return;
    sending++;
    void work().finally(() => {
      sending--;
      next();
    });
  }

  return {
    send(webhook, entry) {
      if (kept >= MOST_WAITING) return events.fault("telling a webhook", "too many notices wait");
      kept++;
      later(webhook, JSON.stringify(noticeOf(entry)), entry, 0);
    },
    stop() {
      stopped = true;
    },
  };
}

/** What a receiver gets; it holds no content of the invoice but the platform's answer. */
function noticeOf(entry: Entry): object {
  const { state, answer } = entry;
  return {
    id: entry.id, revision: entry.revision, site: entry.site, route: entry.route, key: entry.key, scope: entry.scope,
    state: state.kind,
    reference: "reference" in state ? (state.reference ?? null) : null,
    number: state.kind === "accepted" ? (state.number ?? null) : null,
    status: answer?.status ?? null,
    answer: answer === null || answer.body.byteLength > MOST_BYTES ? null : Buffer.from(answer.body).toString("base64"),
    at: entry.updatedAt,
  };
}
