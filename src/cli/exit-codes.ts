/** How a command ends: one table for every command, the README and `taxgate --help`. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: "done" },
  fault: { code: 1, meaning: "a fault inside Taxgate; of journal verify and reconcile: something was found; of cert renew: no certificate came" },
  wrong: { code: 2, meaning: "wrong configuration or wrong usage" },
  unavailable: { code: 3, meaning: "no running Taxgate answered, it is not ready, or it could not reach those it shares the cache with" },
  denied: { code: 4, meaning: "the token is missing, unknown, or its role does not allow this" },
  stopped: { code: 5, meaning: "of waf test: the request is stopped" },
} as const;

/** A name of {@link EXIT_CODES}. */
export type Exit = keyof typeof EXIT_CODES;

/** The table in Markdown, for the README. */
export function exitCodesMarkdown(): string {
  const lines = Object.values(EXIT_CODES).map(({ code, meaning }) => `| ${code} | ${meaning} |`);
  return ["| exit code | meaning |", "|---|---|", ...lines, ""].join("\n");
}
