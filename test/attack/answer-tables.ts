import type { AnswerCase } from "./answer-case.ts";
import { ANSWER_CUTS } from "./tables/answer-cuts.ts";
import { ANSWER_FRAMING } from "./tables/answer-framing.ts";
import { ANSWER_HEADS } from "./tables/answer-heads.ts";

/** All attacks from the upstream's side, by family. */
export const ANSWER_TABLES: Readonly<Record<string, readonly AnswerCase[]>> = {
  "answer framing": ANSWER_FRAMING,
  "answer cuts": ANSWER_CUTS,
  "answer heads": ANSWER_HEADS,
};
