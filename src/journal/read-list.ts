import type { Seen } from "./ask.ts";
import type { EntryFacts } from "./entry.ts";
import type { ListLook } from "./list-look.ts";
import type { QueryAnswer, QueryRequest, Sight } from "./plan.ts";
import type { Recalled } from "./recalled.ts";

/** What a list is read with. */
export interface ListQuestion {
  readonly facts: EntryFacts;
  readonly recalled: Recalled;
  /** Whether a part is an earlier revision of it. */
  readonly isFormer: (part: QueryAnswer) => boolean;
  /** What the first page was asked with. */
  readonly asked: QueryRequest;
  readonly first: Seen;
  /** Asks for another page, at the pace of the route; null where no answer came. */
  readonly turn: (request: QueryRequest) => Promise<Seen | null>;
}

/**
 * Reads a list page by page until it shows the submission, or its end. A list that leads back to a page that was read, has too
 * many of them, or breaks off shows nothing.
 */
export async function readList(list: ListLook, { facts, recalled, isFormer, asked, first, turn }: ListQuestion): Promise<{ readonly sight: Sight; readonly seen: Seen }> {
  const tokens = new Set<string>();
  let page = first;
  for (let pages = 1; ; pages++) {
    const shown = list.look(page.read, facts, recalled, isFormer);
    if (shown.kind === "found") return { sight: "found", seen: { ...page, read: shown.part } };
    const token = shown.kind === "none" ? list.token(page.read, pages, shown.parts) : null;
    if (token === "") return { sight: list.isAbsent(page.read) ? "absent" : "unknown", seen: page };
    const request = token === null || tokens.has(token) || pages >= list.pages ? null : list.turn(asked, token);
    const next = request === null ? null : await turn(request);
    if (next === null) return { sight: "unknown", seen: page };
    tokens.add(token ?? "");
    page = next;
  }
}
