import type { EntryAddress, Selecting, StoredAnswer } from "../../src/cache/entry.ts";
import type { CacheRequest } from "../../src/cache/key.ts";
import { routeCacheOptions, type RouteCacheOptions } from "../../src/cache/options.ts";
import { compilePolicy, type CachePolicy, type PolicyPlace } from "../../src/cache/policy.ts";
import { residentOf, type Resident } from "../../src/cache/resident.ts";
import { NO_BODY, type Body, type Headers } from "../../src/http/message.ts";

/** Wall time that manual clocks of tests start at. */
export const NOW = 1_790_000_000_000;

/** A route's options as they are after reading: defaults beside what is written here. */
export function options(written: unknown = {}): RouteCacheOptions {
  return routeCacheOptions.parse(written);
}

/** A compiled policy of site `main`, route `read`. */
export function policy(written: unknown = {}, { keepsHost = false, credentials = [], trustsAddress = true }: Partial<Pick<PolicyPlace, "keepsHost" | "credentials" | "trustsAddress">> = {}): CachePolicy {
  return compilePolicy(options(written), { site: "main", route: "read", regions: ["r1", "r2"], keepsHost, credentials, rewritten: [], trustsAddress });
}

/** A request as the cache sees it. */
export function request(more: Partial<Omit<CacheRequest, "head">> & { readonly method?: string; readonly headers?: Headers } = {}): CacheRequest {
  const { method = "GET", headers = [], ...rest } = more;
  return { head: { method, headers }, body: NO_BODY, host: "tax.example", path: "/codes", query: "", region: "r1", taxpayer: null, principal: null, ...rest };
}

/** Text as a body that is all there. */
export function bytes(text: string): Body {
  return { kind: "bytes", bytes: Buffer.from(text) };
}

/** Where a test's entry stands. */
export function address(path: string, more: Partial<EntryAddress> = {}): EntryAddress {
  return { key: `main\nrules\nr1\n\n${path}`, site: "main", route: "read", home: "r1", path, query: "", tags: [], ...more };
}

/** A stored answer of 200, fresh for a minute. */
export function stored(of: EntryAddress, body = "ok", selecting: readonly Selecting[] = [], more: Partial<StoredAnswer> = {}): StoredAnswer {
  return {
    address: of, region: of.home, status: 200, headers: [], body: Buffer.from(body), selecting, bornAt: NOW, lifetime: 60_000, staleWhileRevalidate: 0, staleIfError: 0,
    ...more,
  };
}

/** An entry of the memory tier made of it. */
export function resident(key: string, answer: StoredAnswer, encodable = false): Resident {
  return residentOf(key, answer, 0, [], encodable);
}
