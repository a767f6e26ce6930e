import { OperatorError } from "../base/errors.ts";
import { readPem } from "./key-pairs.ts";
import { readAuthorities } from "./read-authorities.ts";
import { clientJudge, readRevocationList, revocationGaps, type RevocationGap, type RevocationList } from "./revocation-list.ts";

/** Whose certificates a listener asks its clients for, read from its files. */
export interface ReadDemands {
  /** PEM of the authorities. */
  readonly ca: string;
  /** PEM of the revocation lists, each by itself. */
  readonly lists: readonly string[];
  readonly stillWelcome: (chain: readonly Uint8Array[]) => boolean;
  /** What makes OpenSSL refuse clients at this moment. */
  readonly gaps: readonly RevocationGap[];
}

/** Reads what a listener demands of clients; null: nothing. `now` is wall time. Throws an OperatorError where a file is broken. */
export function readClientDemands(tls: { readonly clientCa?: string | undefined; readonly clientCrl?: string | undefined }, now: number): ReadDemands | null {
  if (tls.clientCa === undefined) return null;
  const ca = readAuthorities(tls.clientCa);
  const lists = tls.clientCrl === undefined ? [] : listsOf(tls.clientCrl);
  return { ca, lists: lists.map(({ pem }) => pem), stillWelcome: judgeOf(tls.clientCa, ca, lists), gaps: tls.clientCrl === undefined ? [] : revocationGaps(ca, lists, now) };
}

function listsOf(path: string): RevocationList[] {
  const lists = readRevocationList(readPem(path));
  if (lists === null) throw new OperatorError(`reading '${path}': it has no revocation list in PEM, or a broken one; openssl crl -inform der -in LIST turns one of another form into it`);
  return lists;
}

function judgeOf(path: string, ca: string, lists: readonly RevocationList[]): ReadDemands["stillWelcome"] {
  try {
    return clientJudge(ca, lists);
  } catch {
    throw new OperatorError(`reading '${path}': it holds a certificate that cannot be read`);
  }
}
