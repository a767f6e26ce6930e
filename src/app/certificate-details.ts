import type { AcmeView, AuthorityDetailView, LeafView } from "../admin/certificate-views.ts";
import { instantText } from "../base/instant.ts";
import type { AuthorityView } from "../certs/authority/authority.ts";
import { authorityDirectory } from "../certs/authority/authority-file.ts";
import type { Leaf } from "../certs/leaf.ts";
import { ACME_DIRECTORIES, type AcmeOptions } from "../certs/options.ts";
import type { KeeperStatus } from "../certs/renewal/keeper-status.ts";
import { certificateFolder, ownStore } from "../certs/store/file-names.ts";

/** What a certificate says of itself. */
export function leafView({ subject, issuer, names, serial, fingerprint, notBefore, notAfter }: Leaf): LeafView {
  return { subject, issuer, names, serial, fingerprint, notBefore: instantText(notBefore), notAfter: instantText(notAfter) };
}

/** How a certificate that is ordered here stands. `now` is wall time. */
export function acmeView({ name, state, doing, names, issuer, window, explanation, next, failures, lastFailure, unwritten }: KeeperStatus, options: AcmeOptions, stateDir: string, now: number): AcmeView {
  const root = options.store ?? ownStore(stateDir);
  return {
    state, doing,
    domains: names,
    challenge: options.challenge,
    issuedBy: issuer,
    authorities: [options, ...options.fallback].map(({ directory }) => ACME_DIRECTORIES[directory] ?? directory),
    window: window === null ? null : { start: instantText(window.start), end: instantText(window.end), chosen: instantText(window.chosen), movedUp: window.movedUp, explanation },
    next: { at: instantText(next.at), inSeconds: Math.max(0, Math.round((next.at - now) / 1000)), why: next.why },
    failures,
    lastFailure: lastFailure === null ? null : { at: instantText(lastFailure.at), authority: lastFailure.issuer, kind: lastFailure.kind, detail: lastFailure.detail },
    unwritten,
    directory: certificateFolder(root, name) ?? root,
  };
}

/** How a private authority stands. */
export function authorityView({ name, state, permitted, uncovered }: AuthorityView, stateDir: string): AuthorityDetailView {
  return { state, permitted, uncovered, directory: authorityDirectory(stateDir, name) };
}
