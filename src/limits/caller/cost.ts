import { compileEach } from "../../document/each-part.ts";
import type { CallerFacts } from "./key.ts";
import type { CostOptions } from "./options.ts";

/** Gives how many units a request counts: whole ones, and one at least. */
export interface CostReader {
  readonly needsSource: boolean;
  readonly read: (facts: CallerFacts) => number;
}

const ONE: CostReader = { needsSource: false, read: () => 1 };

/** Makes a limit's cost ready. A body that nobody knows the size of, and a list that cannot be read, counts as one. */
export function compileCost(options: CostOptions | undefined): CostReader {
  if (options?.bytes !== undefined) {
    const size = options.bytes;
    return { needsSource: false, read: ({ bodyBytes }) => Math.max(1, Math.ceil((bodyBytes ?? 0) / size)) };
  }
  if (options?.items === undefined) return ONE;
  const parts = compileEach(options.items);
  return {
    needsSource: true,
    read({ source }) {
      if (source === null || source.body === null) return 1;
      const list = parts({ bytes: source.body, contentType: source.contentType });
      return Array.isArray(list) ? Math.max(1, list.length) : 1;
    },
  };
}
