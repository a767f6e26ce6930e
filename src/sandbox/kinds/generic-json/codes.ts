import { type Answer, conditional, jsonAnswer } from "../../answer.ts";

/** Kinds of document and of tax treatment; leading zeros are part of the codes, as on real platforms. */
const CODES = [
  ["01", "special VAT invoice"], ["02", "ordinary VAT invoice"], ["03", "motor vehicle invoice"], ["08", "credit note"],
  ["044", "exempt"], ["045", "zero rate"], ["046", "reduced rate"], ["047", "standard rate"],
] as const;

/** The code table of a region: the same bytes for as long as the platform runs. */
export function codesAnswer(region: string, ifNoneMatch: string | undefined): Answer {
  const codes = CODES.map(([code, name]) => ({ code, name }));
  const answer = jsonAnswer(200, { code: 0, region, version: "2026.11", codes }, { "cache-control": "public, max-age=3600" });
  return conditional(answer, ifNoneMatch);
}
