import { hash } from "node:crypto";
import { parseAddress } from "../../base/cidr.ts";
import type { KeyLookUp } from "../../base/secret-keys.ts";
import { compileExtractor, type ExtractorSource } from "../../document/extractor.ts";
import type { KeyOptions, KeyWord } from "./options.ts";

/** What a request is counted by. */
export interface CallerFacts {
  readonly site: string;
  readonly route: string;
  /** Class of its route: submissions go before polls, polls before reads. */
  readonly routeClass: string;
  readonly region: string | null;
  readonly taxpayer: string | null;
  readonly principal: string | null;
  /** Address of the client. */
  readonly client: string;
  /** Bytes of its body; null where nobody knows. */
  readonly bodyBytes: number | null;
  /** Null where no limit of the route looks into the request. */
  readonly source: ExtractorSource | null;
}

/** Gives what a request is counted under: the same text for the same values and for no others. */
export interface KeyReader {
  readonly needsSource: boolean;
  readonly read: (facts: CallerFacts) => string;
}

/** Longer values count by their digest: callers choose them, and a table of them has an end. */
const LONGEST = 200;
/** An IPv6 client has a network of so many bits for itself. */
const USUAL_V6 = 64;

/** Makes a limit's key ready for a site; `keys` are those that the site decodes with. */
export function compileKey(options: readonly KeyOptions[], keys?: KeyLookUp): KeyReader {
  const parts = options.map((part) => compilePart(part, keys));
  const needsSource = options.some((part) => typeof part !== "string" && !isNetwork(part));
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return { needsSource, read: (facts) => marked(only(facts)) };
  return {
    needsSource,
    read(facts) {
      let key = "";
      for (const part of parts) {
        const value = marked(part(facts));
        key += `${value.length}:${value}`;
      }
      return key;
    },
  };
}

/** What is no value begins with it. A value that does counts by its digest. */
const MARK = "\uD800";

/** All that lack a value count together, and apart from any value. */
function marked(value: string | null): string {
  if (value === null) return `${MARK}?`;
  return value.length <= LONGEST && !value.startsWith(MARK) ? value : `${MARK}#${hash("sha256", JSON.stringify(value), "base64url")}`;
}

const WORDS: Readonly<Record<Exclude<KeyWord, "client">, (facts: CallerFacts) => string | null>> = {
  principal: ({ principal }) => principal,
  taxpayer: ({ taxpayer }) => taxpayer,
  region: ({ region }) => region,
  // Of two sites two routes may have the same name.
  route: ({ site, route }) => `${site}/${route}`,
  site: ({ site }) => site,
};

function compilePart(part: KeyOptions, keys: KeyLookUp | undefined): (facts: CallerFacts) => string | null {
  if (part === "client") return ({ client }) => networkOf(client, 32, USUAL_V6);
  if (typeof part === "string") return WORDS[part];
  if (isNetwork(part)) return ({ client }) => networkOf(client, part.client, part.v6);
  const extractor = compileExtractor(part, keys);
  return ({ source }) => {
    const read = source === null ? null : extractor.read(source);
    return read?.kind === "found" ? read.text : null;
  };
}

function isNetwork(part: Exclude<KeyOptions, string>): part is Extract<KeyOptions, { readonly client: number }> {
  return "client" in part;
}

/** The network of a client, so that nobody gets around a limit by the addresses that are his anyhow. */
function networkOf(client: string, v4Bits: number, v6Bits: number): string {
  if (v4Bits === 32 && !client.includes(":")) return client;
  const address = parseAddress(client);
  if (address === null) return client;
  let bits = address.v4 ? v4Bits + 96 : v6Bits;
  let network = address.v4 ? "4" : "6";
  for (const word of address.words) {
    network += `:${(bits >= 32 ? word : bits <= 0 ? 0 : (word >>> (32 - bits)) << (32 - bits)).toString(16)}`;
    bits -= 32;
  }
  return network;
}
