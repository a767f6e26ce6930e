import type { Rate } from "../../base/units.ts";
import { compileCondition } from "../../document/answer-condition.ts";
import { compileExtractor, type Extractor } from "../../document/extractor.ts";
import { headerValue } from "../../http/headers.ts";
import type { HeardAnswer } from "./learn.ts";
import { MOST_IN_WINDOW, type WindowsRuleOptions } from "./options.ts";

/*
 * What a platform says that it allows, on a route of its own: so many in a second, a minute, an hour, a day. It takes the place
 * of what is configured, within bounds: a slip of the platform's neither stops everything nor lets everything go.
 */

/** How many in each window that was said. */
export type SaidWindows = readonly Rate[];

/** A rule that is ready. */
export interface WindowsRule {
  /** The route whose answers say it. */
  readonly route: string;
  readonly needsBody: boolean;
  /** How long it is believed, in ms. */
  readonly holds: number;
  /** What an answer says; null where it says nothing that can be read. */
  readonly hear: (answer: HeardAnswer) => SaidWindows | null;
  /** What holds instead of what is configured. */
  readonly within: (configured: readonly Rate[], said: SaidWindows) => readonly Rate[];
}

const PERIODS = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

/** Makes a rule ready; its options have passed the schema. */
export function compileWindowsRule({ route, when, windows, for: holds, floor, ceiling }: WindowsRuleOptions): WindowsRule {
  const condition = when === undefined ? null : compileCondition(when);
  const places = (Object.keys(PERIODS) as (keyof typeof PERIODS)[]).flatMap((period) => {
    const place = windows[period];
    return place === undefined ? [] : [{ per: PERIODS[period], extractor: compileExtractor(place) }];
  });
  return {
    route, holds,
    needsBody: (condition?.needsBody ?? false) || places.some(({ extractor }) => extractor.needsBody),
    hear(answer) {
      const contentType = headerValue(answer.headers, "content-type");
      const fits = condition === null ? answer.status === 200 : condition.matches({ status: answer.status, contentType, body: answer.body });
      if (!fits) return null;
      const said = places.flatMap(({ per, extractor }) => {
        const count = countIn(extractor, answer, contentType);
        return count === null ? [] : [{ count, per }];
      });
      return said.length === 0 ? null : said;
    },
    within(configured, said) {
      const told = said.map((one) => {
        const usual = configured.find(({ per }) => per === one.per);
        // Where nothing is configured there is nothing to hold it against.
        const [least, most] = usual === undefined ? [1, MOST_IN_WINDOW] : [Math.max(1, Math.ceil(usual.count * floor)), Math.max(1, Math.floor(usual.count * ceiling))];
        return { count: Math.min(MOST_IN_WINDOW, Math.max(least, Math.min(most, one.count))), per: one.per };
      });
      return [...configured.filter(({ per }) => !said.some((one) => one.per === per)), ...told];
    },
  };
}

function countIn(extractor: Extractor, { headers, body }: HeardAnswer, contentType: string | undefined): number | null {
  const read = extractor.read({ headers, pathVariables: {}, query: "", body, contentType });
  if (read.kind !== "found") return null;
  const text = read.text.trim();
  return /^\d{1,12}$/.test(text) ? Number(text) : null;
}
