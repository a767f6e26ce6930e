import type { QueryAnswer } from "./plan.ts";
import type { SubmissionPolicy } from "./policy.ts";

/** The platform's own number in an answer; null where the route does not say where it stands, or it does not. */
export function readReference({ policy: { reference } }: { readonly policy: Pick<SubmissionPolicy, "reference"> }, { headers, body, contentType }: QueryAnswer): string | null {
  const found = reference?.read({ headers, pathVariables: {}, query: "", body, contentType });
  return found?.kind === "found" && found.text !== "" ? found.text : null;
}
