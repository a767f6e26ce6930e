/**
 * One thing that went wrong in a case. `safety` holds for every proxy: something ambiguous was passed on, a
 * request was smuggled or changed, a valid one refused, an answer misattributed. `contract` is what Taxgate
 * promises beyond that: its codes, its statuses, the fields it strips.
 */
export interface Violation {
  readonly rule: "safety" | "contract";
  readonly text: string;
}

/** A violation of what every proxy owes its users. */
export function safety(text: string): Violation {
  return { rule: "safety", text };
}

/** A violation of what Taxgate promises. */
export function contract(text: string): Violation {
  return { rule: "contract", text };
}
