import { withoutFields } from "./headers.ts";
import type { Headers } from "./message.ts";

/** What describes the stored body, whatever a 304 says about its own. */
const ABOUT_THE_BODY: ReadonlySet<string> = new Set(["content-length", "content-encoding", "content-range", "content-type", "transfer-encoding"]);

/** The fields of a stored answer with those of a 304 in their place (RFC 9111 section 3.2). */
export function updatedFields(stored: Headers, fresh: Headers): string[] {
  const news = withoutFields(fresh, ABOUT_THE_BODY);
  const replaced = new Set(news.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase()));
  return [...withoutFields(stored, replaced), ...news];
}
