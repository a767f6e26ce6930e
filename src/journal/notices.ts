import type { Clock } from "../base/clock.ts";
import type { Entry } from "./entry.ts";
import type { JournalEvents } from "./events.ts";
import { signNotice } from "./webhook-signature.ts";

/** Sends a POST; resolves with the status, or rejects where nothing answered. Bounded in time by whoever implements it. */
export type Post = (url: string, headers: readonly string[], body: string) => Promise<number>;

/** Tells a webhook what became of submissions that were accepted for later. */
export interface Notices {
  send(webhook: { readonly url: string; readonly secret: string }, entry: Entry): void;
  stop(): void;
}

const PAUSES_MS = [0, 1000, 5000, 30_000, 120_000, 600_000];
const MOST_WAITING = 10_000;

/** Makes one; a notice that nobody takes is tried six times in about a quarter of an hour, and then reported. */
export function createNotices(post: Post, clock: Clock, events: Pick<JournalEvents, "fault">): Notices {
  let waiting = 0;
  let stopped = false;

  async function send(webhook: { readonly url: string; readonly secret: string }, entry: Entry): Promise<void> {
    const body = JSON.stringify(noticeOf(entry));
    for (const pause of PAUSES_MS) {
      if (pause > 0) await new Promise<void>((resolve) => void clock.after(pause, resolve, true));
      if (stopped) return;
      const signature = signNotice(body, webhook.secret, Math.floor(clock.wall() / 1000));
      const status = await post(webhook.url, ["content-type", "application/json", "taxgate-signature", signature], body).catch(() => 0);
      if (status >= 200 && status < 300) return;
    }
    events.fault("telling a webhook", `nobody took the notice of entry ${entry.id}`);
  }

  return {
    send(webhook, entry) {
      if (waiting >= MOST_WAITING) return events.fault("telling a webhook", "too many notices wait");
      waiting++;
      void send(webhook, entry).finally(() => waiting--);
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
    reference: state.kind === "accepted" ? state.reference : null,
    status: answer?.status ?? null,
    answer: answer === null ? null : Buffer.from(answer.body).toString("base64"),
    at: entry.updatedAt,
  };
}
