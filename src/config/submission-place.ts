import type { Path } from "../document/yaml-node.ts";
import type { SubmissionOptions } from "../journal/options.ts";
import type { Draft } from "./draft.ts";

/** Where a route's `submission` stands, and what it says. */
export interface SubmissionPlace {
  readonly draft: Draft;
  /** Leads to `submission`. */
  readonly at: Path;
  readonly options: SubmissionOptions;
  /** Answers to the application's own questions settle its doubts. */
  readonly isOverheard: boolean;
}
