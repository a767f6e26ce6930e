/**
 * Whether a request is of the kind that a route is for. Unclear: some readers would say so, and others not; then it is
 * nobody's, because the next route may be one with fewer rules. `why` never holds a value of the request.
 */
export type Fit = "holds" | "fails" | Unclear;

/** See {@link Fit}. */
export interface Unclear {
  readonly why: string;
}

/** Joins what is asked of one request: what certainly fails, fails; else what is unclear makes the whole so. */
export function allOf<T>(parts: readonly T[], fitOf: (part: T) => Fit): Fit {
  let joined: Fit = "holds";
  for (const part of parts) {
    const fit = fitOf(part);
    if (fit === "fails") return fit;
    if (joined === "holds") joined = fit;
  }
  return joined;
}
