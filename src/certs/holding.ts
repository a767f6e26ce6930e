import type { Authority, AuthorityView } from "./authority/authority.ts";
import { covers } from "./covers.ts";
import type { KeyPair } from "./key-pair.ts";
import { readLeaf, type Leaf } from "./leaf.ts";
import type { AuthorityOptions } from "./options.ts";
import type { Ordered } from "./ordered.ts";
import type { KeeperStatus } from "./renewal/keeper-status.ts";
import { shownNames } from "./shown-names.ts";
import { succession } from "./succession.ts";
import { weaknessesOf } from "./weaknesses.ts";

/** What stands in the files and has not proven itself yet, and why. */
export interface Waiting {
  readonly pair: KeyPair;
  readonly why: string;
}

/** What stands behind a certificate's name. */
export type Holding =
  | { readonly kind: "files"; readonly pair: KeyPair; readonly leaf: Leaf | null; readonly doubts: readonly string[]; readonly waiting: Waiting | null }
  /** `meanwhile` is shown until the first one is there: what the name stood for before. */
  | { readonly kind: "acme"; readonly ordered: Ordered; readonly domains: readonly string[]; readonly meanwhile: KeyPair | null }
  /** `options` are those that it was opened with. */
  | { readonly kind: "authority"; readonly authority: Authority; readonly options: AuthorityOptions };

/** Makes the certificate of a host; null for a host that is not listed. */
export type Mint = (host: string) => Promise<KeyPair | null>;

/** What is shown under a name of the configuration. */
export interface Shown {
  /** Null: nothing yet. */
  readonly pair: KeyPair | null;
  /** Hosts that it is shown for, as certificates write them; of one that is not there yet those that are ordered. */
  readonly names: readonly string[];
}

/** How a certificate stands. */
export interface CertificateStatus {
  readonly name: string;
  readonly kind: "files" | "acme" | "authority";
  /** What is in use, an authority's own among them; null: nothing that may be shown. */
  readonly leaf: Leaf | null;
  /** Of one that is ordered here. */
  readonly renewal: KeeperStatus | null;
  readonly authority: AuthorityView | null;
  /** Of one that stands in files. */
  readonly files: FilesStatus | null;
}

/** How the files of a certificate stand. */
export interface FilesStatus {
  /** Why what stands in them is not used; null: it is. */
  readonly unused: string | null;
  /** What peers may object to in the pair that is used. */
  readonly doubts: readonly string[];
}

/** A pair that stands in files, with what waits behind it. */
export function heldPair(pair: KeyPair, waiting: Waiting | null): Extract<Holding, { kind: "files" }> {
  return { kind: "files", pair, leaf: readLeaf(pair.cert), doubts: weaknessesOf(pair.cert, "unknown"), waiting };
}

/** What a listener shows; null: it is an authority, or nothing. */
export function shownOf(holding: Holding | undefined): Shown | null {
  if (holding === undefined || holding.kind === "authority") return null;
  if (holding.kind === "files") return shownPair(holding.pair, []);
  return shownPair(holding.ordered.keeper.pair() ?? holding.meanwhile, holding.domains);
}

/** What a pair is shown for. One that is ordered for `domains` is shown for nothing else, whatever its authority has written into it; while a new name is being ordered, the old pair is there for the old ones. */
export function shownPair(pair: KeyPair | null, domains: readonly string[]): Shown {
  const names = pair === null ? domains : shownNames(pair.cert);
  return { pair, names: domains.length === 0 ? names : names.filter((name) => covers(domains, name)) };
}

/** PEM of the certificate in use, an authority's own among them; null: none. */
export function certOf(holding: Holding | undefined): string | null {
  return holding?.kind === "authority" ? holding.authority.cert() : (shownOf(holding)?.pair?.cert ?? null);
}

/** What an authority makes; null: it is none. */
export function mintOf(holding: Holding | undefined): Mint | null {
  return holding?.kind === "authority" ? holding.authority.mint : null;
}

/** With what waits in its files in use, where that has proven itself since or what it was to follow has run out; null: nothing changes. */
export function reconsidered(holding: Holding, now: number): Extract<Holding, { kind: "files" }> | null {
  if (holding.kind !== "files" || holding.waiting === null) return null;
  const { pair, kept } = succession(holding.waiting.pair, holding.pair, now);
  return kept === null ? heldPair(pair, null) : null;
}

/** See {@link CertificateStatus}. `refused` says why the files were refused when they were last read; null: they were not. */
export function statusOf(name: string, holding: Holding, refused: string | null): CertificateStatus {
  if (holding.kind === "files") return { name, kind: "files", leaf: holding.leaf, renewal: null, authority: null, files: { unused: unusedOf(holding.waiting, refused), doubts: holding.doubts } };
  if (holding.kind === "acme") {
    const renewal = holding.ordered.keeper.status();
    const leaf = renewal.leaf ?? (holding.meanwhile === null ? null : readLeaf(holding.meanwhile.cert));
    return { name, kind: "acme", leaf, renewal, authority: null, files: null };
  }
  const authority = holding.authority.view();
  return { name, kind: "authority", leaf: authority.certificate.leaf, renewal: null, authority, files: null };
}

function unusedOf(waiting: Waiting | null, refused: string | null): string | null {
  return refused === null ? (waiting?.why ?? null) : `${refused}; a start would fail with it`;
}
