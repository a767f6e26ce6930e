import type { Standing } from "./decide.ts";
import type { Entry } from "./entry.ts";
import { isWithin, recallOf, type Recalled } from "./recalled.ts";
import type { Store } from "./store.ts";
import type { Try } from "./try.ts";

/** What a try gets where the first one was sent elsewhere: that, or a revision of its own. */
export type Elsewhere = { readonly kind: "elsewhere"; readonly entry: Entry; readonly recalled: Recalled | null } | Extract<Standing, { kind: "open" }>;

/**
 * Null where a try is where the first one was sent, or that does not matter to what it gets. A no of there is none for here: it
 * is sent. Rejects with a StoreFault.
 */
export async function elsewhere({ policy, submission }: Try, standing: Standing, newest: Entry, store: Pick<Store, "request">): Promise<Elsewhere | null> {
  if (policy.recall === null || policy.options.within.length === 0) return null;
  if (standing.kind !== "replay" && standing.kind !== "told" && standing.kind !== "wait") return null;
  const { entry } = standing;
  // An old no of another content, or one for good, is the same everywhere.
  if (entry.state.kind === "rejected" && (entry.state.closed === true || entry !== newest)) return null;
  const recalled = await recallOf(policy.recall, store, entry);
  // Long after, when neither request nor answer is kept, nobody knows where it was sent, and what is still said of it holds anywhere.
  if (recalled?.within === null && standing.kind === "replay" && entry.answer === null) return null;
  if (isWithin(recalled, policy.recall(submission.request))) return null;
  return entry.state.kind === "rejected" ? { kind: "open", revision: entry.revision + 1, closes: null } : { kind: "elsewhere", entry, recalled };
}
