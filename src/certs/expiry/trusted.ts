import { readBounded } from "../../base/files.ts";
import { leafOf } from "../leaf.ts";
import { readRevocationList } from "../revocation-list.ts";
import { readCertificates } from "./chain-end.ts";
import { revocationFiles, trustedFiles, type ExpiryConfig } from "./uses.ts";
import type { Watched } from "./watched.ts";

/** A file of more is a system's collection: whoever cares for the system renews it, and one root more or less tells nothing. */
const MOST_AUTHORITIES = 20;
const MOST_BYTES = 1024 * 1024;

/** What is to be watched of a file of trusted authorities: the one that ends first, unless another one of its name follows it. Null: nothing of it. */
export function bundleOf(file: string, pem: string, users: readonly string[]): Watched | null {
  const all = readCertificates(pem).map(leafOf);
  if (all.length === 0 || all.length > MOST_AUTHORITIES) return null;
  const last = new Map(all.toSorted((one, other) => one.notAfter - other.notAfter).map((leaf) => [leaf.subject, leaf]));
  const [first] = [...last.values()].toSorted((one, other) => one.notAfter - other.notAfter);
  if (first === undefined) return null;
  return { kind: "bundle", name: file, where: users.join(", "), notBefore: first.notBefore, notAfter: first.notAfter, detail: all.length === 1 ? first.subject : `'${first.subject}' ends first of ${all.length}`, renewedAhead: null, remind: null };
}

/** The same of a file of revocation lists: of each authority its latest one counts. Null: none of them ends, or the file is broken. */
export function revocationOf(file: string, pem: string, users: readonly string[]): Watched | null {
  const latest = new Map<string, { readonly issuer: string; readonly from: number; readonly until: number }>();
  for (const { issuer, issuerId, thisUpdate, nextUpdate } of readRevocationList(pem) ?? []) {
    const until = nextUpdate ?? Infinity;
    if (until > (latest.get(issuerId)?.until ?? 0)) latest.set(issuerId, { issuer, from: thisUpdate, until });
  }
  const [first] = [...latest.values()].toSorted((one, other) => one.until - other.until);
  if (first === undefined || first.until === Infinity) return null;
  return { kind: "revocation-list", name: file, where: users.join(", "), notBefore: first.from, notAfter: first.until, detail: `of '${first.issuer}'`, renewedAhead: null, remind: null };
}

/** All of them. A file that cannot be read is passed over: whoever trusts it has said so already. */
export function trustedThings(config: ExpiryConfig): Watched[] {
  const read = (file: string): string => {
    const reading = readBounded(file, MOST_BYTES);
    return reading.ok ? Buffer.from(reading.bytes).toString("utf8") : "";
  };
  const bundles = [...trustedFiles(config)].map(([file, users]) => bundleOf(file, read(file), users));
  const lists = [...revocationFiles(config)].map(([file, users]) => revocationOf(file, read(file), users));
  return [...bundles, ...lists].filter((one) => one !== null);
}
