import type { Clock } from "../../base/clock.ts";
import { OperatorError } from "../../base/errors.ts";
import { hostMatcher, isHost, plainHost } from "../../base/host-names.ts";
import type { KeyPair } from "../key-pair.ts";
import type { AuthorityOptions } from "../options.ts";
import type { Signer } from "../x509/signer.ts";
import type { AuthorityCertificate } from "./authority-file.ts";
import { authorityState, CLOCK_SKEW, type AuthorityState } from "./authority-state.ts";
import { leafCache } from "./leaf-cache.ts";
import { makeStored, openStored, type OpenedAuthority } from "./open-files.ts";
import { isPermitted, notPermitted, permittedText } from "./permitted.ts";

/** What an authority is like now. */
export interface AuthorityView {
  readonly name: string;
  readonly certificate: AuthorityCertificate;
  /** Names (with all below them) and addresses that clients accept certificates for. */
  readonly permitted: readonly string[];
  /** Listed hosts that its certificate does not permit: nothing is made for them until another authority is. */
  readonly uncovered: readonly string[];
  readonly state: AuthorityState;
}

/** A private authority that makes certificates for hosts that Taxgate answers for. */
export interface Authority {
  /** PEM: its root, which applications have to trust. */
  cert(): string;
  view(): AuthorityView;
  /**
   * The certificate for a host, made where there is none yet; the same object until it is renewed, at two thirds of its life.
   * Null for hosts that are not listed or not permitted, and once the authority has ended. Rejects only on a fault.
   */
  mint(host: string): Promise<KeyPair | null>;
  /** Takes another list of hosts; what is kept for others is not given any more. */
  configure(hosts: readonly string[]): void;
  /** Reads the files again, and takes up another authority that somebody put there. What cannot be used changes nothing. */
  reload(): Promise<{ readonly ok: true; readonly changed: boolean } | { readonly ok: false; readonly why: string }>;
}

/** What an authority needs. */
export interface AuthorityEnv {
  readonly name: string;
  readonly options: AuthorityOptions;
  /** Hosts and wildcards of one label; nothing is made for others. */
  readonly hosts: readonly string[];
  /** See `authorityDirectory`. */
  readonly directory: string;
  readonly clock: Clock;
}

/** Certificates that are kept; a wildcard may stand for any number of hosts. Some 2 kB each. */
const MOST_KEPT = 1000;
/** Of the life that it has left when it is made. */
const RENEWED_AT = 2 / 3;

/** Opens an authority, making it where there is none. Throws an OperatorError where what is there cannot be used. */
export async function openAuthority({ name, options, hosts, directory, clock }: AuthorityEnv): Promise<Authority> {
  const place = { name, options, directory };
  const [{ mintLeaf }, { readSigner }] = await Promise.all([import("./mint-leaf.ts"), import("../x509/signer.ts")]);
  const opened = openStored(place) ?? (await makeStored({ ...place, hosts, now: clock.wall() }));
  let current = issuerOf(opened, readSigner(opened.issuing));
  let list = hosts;
  let isListed = hostMatcher(hosts);
  const kept = leafCache(MOST_KEPT);
  const underWay = new Map<string, Promise<KeyPair | null>>();

  async function make(host: string, issuer: Issuer): Promise<KeyPair | null> {
    const span = spanOf(issuer.certificate, options.leafLifetime, clock.wall());
    if (span === null) return null;
    const pair = await mintLeaf({ host, issuing: issuer.issuing, signer: issuer.signer, signingKey: issuer.key, notBefore: span.notBefore, notAfter: span.notAfter });
    if (issuer === current) kept.put(host, { pair, from: span.from, until: span.until });
    return pair;
  }

  return {
    cert: () => current.certificate.pem,
    view: () => ({
      name,
      certificate: current.certificate,
      permitted: current.signer.permitted === null ? [] : permittedText(current.signer.permitted),
      uncovered: current.signer.permitted === null ? [] : notPermitted(current.signer.permitted, list),
      state: authorityState(current.certificate.leaf, clock.wall()),
    }),
    async mint(host) {
      const plain = plainHost(host);
      const { permitted } = current.signer;
      if (!isHost(plain) || !isListed(plain) || (permitted !== null && !isPermitted(permitted, plain))) return null;
      const known = kept.get(plain, clock.wall()) ?? underWay.get(plain);
      if (known !== undefined) return known;
      const making = make(plain, current).finally(() => {
        if (underWay.get(plain) === making) underWay.delete(plain);
      });
      underWay.set(plain, making);
      return making;
    },
    configure(next) {
      list = next;
      isListed = hostMatcher(next);
    },
    async reload() {
      try {
        const found = openStored(place);
        if (found === null) return { ok: false, why: `authority '${name}': its file is gone; what was read before stays in use` };
        if (found.certificate.pem === current.certificate.pem) return { ok: true, changed: false };
        current = issuerOf(found, readSigner(found.issuing));
        kept.clear();
        underWay.clear();
        return { ok: true, changed: true };
      } catch (fault) {
        if (fault instanceof OperatorError) return { ok: false, why: fault.message };
        throw fault;
      }
    },
  };
}

interface Issuer extends OpenedAuthority {
  readonly signer: Signer;
}

function issuerOf(opened: OpenedAuthority, signer: Signer): Issuer {
  return { ...opened, signer };
}

/** When a new certificate lasts and is used; null: its authority has ended. */
function spanOf({ leaf }: AuthorityCertificate, lifetime: number, now: number): { readonly notBefore: number; readonly notAfter: number; readonly from: number; readonly until: number } | null {
  if (now >= leaf.notAfter) return null;
  const notBefore = Math.max(now - CLOCK_SKEW, leaf.notBefore);
  const notAfter = Math.min(now + lifetime, leaf.notAfter);
  // Where our own clock is behind the authority's beginning there is nothing better to give.
  return { notBefore, notAfter: Math.max(notAfter, notBefore + 1000), from: Math.min(notBefore, now), until: now + (notAfter - now) * RENEWED_AT };
}
