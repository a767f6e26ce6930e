import type { Headers } from "../http/message.ts";
import type { Manner } from "./ask.ts";
import type { EntryFacts } from "./entry.ts";
import type { Flight } from "./flight.ts";
import { ownFields, sizeOf } from "./verdicts/provisional-credentials.ts";

/*
 * Credentials for questions about doubts, which may live longer than any token: the newest that the platform let in on any
 * route, for the same taxpayer where they say themselves whose they are, else of the same caller. In memory alone, and only
 * while somebody is in doubt.
 */

/** Whose a request was that the platform let in. */
export interface Passer extends Pick<EntryFacts, "site" | "region" | "taxpayer" | "principal"> {
  /** Its credentials themselves say the taxpayer, so that the platform has looked at it. */
  readonly isProven: boolean;
}

/** See the top of this file. */
export interface NewestCredentials {
  /** Somebody is in doubt: credentials are kept for it. */
  wait(facts: EntryFacts): void;
  /** It is not any more. */
  leave(facts: EntryFacts): void;
  /** The platform let a request in. */
  passed(who: Passer, headers: () => Headers): void;
  /** The platform did not let in a question with these, which were given by `of`. */
  refused(facts: EntryFacts, headers: Headers): void;
  /** Null where none are known. */
  of(facts: EntryFacts): Headers | null;
  /** Characters that are kept, all together. */
  readonly size: number;
}

/** Of all fields together; beyond it nothing new is kept. */
const MOST_CHARACTERS = 16_000_000;
/** Many callers may have one address. */
const ADDRESS = "address:";

interface Kept {
  waiting: number;
  headers: Headers | null;
  /** Raised with each that comes. */
  order: number;
}

/** Makes an empty one. */
export function createNewestCredentials(): NewestCredentials {
  const kept = new Map<string, Kept>();
  let size = 0;
  let order = 0;

  function put(one: Kept, headers: Headers | null): void {
    size += sizeOf(headers) - sizeOf(one.headers);
    one.headers = headers;
    one.order = ++order;
  }

  const known = (facts: EntryFacts): Kept[] => namesOf(facts).flatMap((name) => kept.get(name) ?? []);

  return {
    wait(facts) {
      for (const name of namesOf(facts)) {
        const one = kept.get(name) ?? { waiting: 0, headers: null, order: 0 };
        one.waiting++;
        kept.set(name, one);
      }
    },
    leave(facts) {
      for (const name of namesOf(facts)) {
        const one = kept.get(name);
        if (one === undefined || --one.waiting > 0) continue;
        put(one, null);
        kept.delete(name);
      }
    },
    passed(who, headers) {
      const name = kept.size === 0 ? null : nameOf(who);
      const one = name === null ? undefined : kept.get(name);
      if (one === undefined) return;
      const own = ownFields(headers());
      if (size + sizeOf(own) - sizeOf(one.headers) <= MOST_CHARACTERS) put(one, own);
    },
    refused(facts, headers) {
      for (const one of known(facts)) if (one.headers === headers) put(one, null);
    },
    of(facts) {
      const [newest] = known(facts).filter(({ headers }) => headers !== null).toSorted((a, b) => b.order - a.order);
      return newest?.headers ?? null;
    },
    get size() {
      return size;
    },
  };
}

/** What the next question about a doubt is asked with, and what becomes of it where that is not let in. */
export function fieldsFor(flight: Flight, credentials: NewestCredentials): Pick<Manner, "headers" | "refused"> {
  const newest = credentials.of(flight.facts);
  const headers = flight.fieldsInTurn(newest);
  if (headers === null) return {};
  return headers === newest ? { headers, refused: () => credentials.refused(flight.facts, newest) } : { headers };
}

/** Under which name a request's are kept; null: under none, because nothing says whose they are. */
function nameOf({ site, region, taxpayer, principal, isProven }: Passer): string | null {
  if (isProven && taxpayer !== null) return taxpayersOwn(site, region, taxpayer);
  return principal === null || principal.startsWith(ADDRESS) ? null : callersOwn(site, region, principal, taxpayer);
}

/** Under which names those for an entry may be. */
function namesOf({ site, region, taxpayer, principal }: EntryFacts): string[] {
  const own = taxpayer === null ? [] : [taxpayersOwn(site, region, taxpayer)];
  return principal === null ? own : [...own, callersOwn(site, region, principal, taxpayer)];
}

function taxpayersOwn(site: string, region: string, taxpayer: string): string {
  return JSON.stringify([site, region, "of", taxpayer]);
}

function callersOwn(site: string, region: string, principal: string, taxpayer: string | null): string {
  return JSON.stringify([site, region, "by", principal, taxpayer]);
}
