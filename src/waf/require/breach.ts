/** What of a request is not as it must be. */
export const BREACH_REASONS = ["header", "query", "type", "body", "depth", "members", "json", "xml", "file"] as const;

/** See {@link BREACH_REASONS}. */
export type BreachReason = (typeof BREACH_REASONS)[number];

/** The first thing that is not as it must be. Never holds a value of the request; names that its sender chose are cut and made printable. */
export interface Breach {
  readonly reason: BreachReason;
  /** `header:x-app`, `query:page`, a JSON pointer, an XML path of local names, `body`, `file 2`. */
  readonly where: string;
  /** Which rule, in the words of the configuration or the schema. */
  readonly rule: string;
}

const LONGEST = 200;

/** Makes a breach. */
export function breach(reason: BreachReason, where: string, rule: string): Breach {
  return { reason, where: plain(where), rule: plain(rule) };
}

/** For log lines and answers: what is not printable ASCII is a question mark. */
function plain(text: string): string {
  const cut = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return cut.replaceAll(/[^ -~…]/g, "?");
}
