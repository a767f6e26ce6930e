import type { CertificateLineView } from "../admin/certificate-views.ts";
import type { Clock } from "../base/clock.ts";
import { instantText } from "../base/instant.ts";
import type { Certificates } from "../certs/certs.ts";
import { sentence } from "../certs/expiry/sentence.ts";
import { interceptedBy, shownBy, shownToPlatformsBy } from "../certs/expiry/uses.ts";
import type { Standing } from "../certs/expiry/watched.ts";
import type { CertificateStatus } from "../certs/holding.ts";
import type { Config } from "../config/config.ts";
import type { Expiry } from "./expiry.ts";

/** What lines are made of. */
export interface LineParts {
  readonly clock: Clock;
  readonly certificates: Pick<Certificates, "status">;
  readonly expiry: Pick<Expiry, "status">;
}

const MOST_NOTES = 20;
const LONGEST_DETAIL = 300;
const MOST_HOSTS = 5;

/** One line of the list. `status` is that of the certificate it is about; `now` is wall time. */
export function lineView({ kind, name, stage, notAfter, where, detail }: Standing, status: CertificateStatus | null, now: number): CertificateLineView {
  const renewal = status?.renewal ?? null;
  return {
    kind, name, stage,
    notAfter: instantText(notAfter),
    secondsLeft: Math.floor((notAfter - now) / 1000),
    where,
    renewal: renewal?.state ?? null,
    note: [detail, unusedOf(status), uncoveredOf(status), failureOf(status)].filter((part) => part !== "").join("; "),
  };
}

/** The line of a certificate that is not watched: nothing uses it, or there is none yet. */
export function missingLine(status: CertificateStatus, now: number, config: Config): CertificateLineView {
  const { name, leaf, kind, renewal } = status;
  const common = { kind: kind === "authority" ? "authority" : "own", name, renewal: renewal?.state ?? null } as const;
  if (leaf === null) return { ...common, stage: "none", notAfter: null, secondsLeft: null, where: usersOf(name, config), note: failureOf(status) || "there is none yet" };
  return { ...common, stage: now > leaf.notAfter ? "expired" : "fine", notAfter: instantText(leaf.notAfter), secondsLeft: Math.floor((leaf.notAfter - now) / 1000), where: "nothing", note: unusedOf(status) || uncoveredOf(status) || failureOf(status) };
}

/** All of them: what is not there, then what ends first. */
export function orderedLines({ clock, certificates, expiry, config }: LineParts & { readonly config: () => Config }): CertificateLineView[] {
  const now = clock.wall();
  const statuses = new Map(certificates.status().map((status) => [status.name, status]));
  const standings = expiry.status();
  const watched = new Set(standings.filter(({ kind }) => isHeld(kind)).map(({ name }) => name));
  const others = [...statuses.values()].filter(({ name }) => !watched.has(name)).map((status) => missingLine(status, now, config()));
  const lines = [...standings.map((one) => lineView(one, isHeld(one.kind) ? (statuses.get(one.name) ?? null) : null, now)), ...others];
  return lines.toSorted((one, other) => (one.secondsLeft ?? -Infinity) - (other.secondsLeft ?? -Infinity) || (one.name < other.name ? -1 : 1));
}

/** What somebody should see to, in words, the worst first: what runs out, and what cannot be renewed. */
export function expiryNotes({ clock, certificates, expiry }: LineParts): string[] {
  const now = clock.wall();
  const standings = expiry.status();
  const ending = standings.filter(({ stage }) => stage !== "fine");
  const statuses = certificates.status();
  const statusOf = (name: string): CertificateStatus | null => statuses.find((one) => one.name === name) ?? null;
  const told = new Set(ending.filter(({ kind }) => isHeld(kind)).map(({ name }) => name));
  const failing = statuses.filter(({ name, renewal }) => !told.has(name) && (renewal?.state === "alarm" || renewal?.state === "failing"));
  const [missing, unrenewed] = [failing.filter(({ leaf }) => leaf === null), failing.filter(({ leaf }) => leaf !== null)];
  const unused = statuses.filter(({ files }) => files !== null && files.unused !== null);
  const uncovered = statuses.filter((status) => uncoveredOf(status) !== "");
  const notes = [
    ...uncovered.map((status) => `authority ${status.name}: ${uncoveredOf(status)}`),
    ...unused.map((status) => `certificate ${status.name}: ${unusedOf(status)}`),
    ...missing.map((status) => joined(`certificate ${status.name} is not there`, failureOf(status))),
    ...ending.map((one) => joined(sentence(one, now), isHeld(one.kind) ? failureOf(statusOf(one.name)) : "")),
    ...unrenewed.map((status) => joined(`certificate ${status.name} is not renewed`, failureOf(status))),
  ];
  return notes.length <= MOST_NOTES ? notes : [...notes.slice(0, MOST_NOTES), `and ${notes.length - MOST_NOTES} more: see 'taxgate cert list'`];
}

/**
 * Listeners that can serve nobody, with why: all of their certificates are yet to come, and they intercept nothing. Not those
 * whose authority has to reach this process first: whoever is kept away because it is not ready never gets its certificate.
 */
export function bareListeners({ listeners, certificates }: Pick<Config, "listeners" | "certificates">, { shown }: Pick<Certificates, "shown">): string[] {
  const isComing = (name: string): boolean => {
    const acme = certificates[name]?.acme;
    return acme !== undefined && acme.challenge !== "dns-01";
  };
  return listeners.flatMap(({ name, tls, intercept }) => {
    if (tls === undefined || tls.certificates.length === 0 || intercept !== undefined || tls.certificates.some((one) => shown(one)?.pair != null || isComing(one))) return [];
    return [`listener ${name} has no certificate to show: ${tls.certificates.join(", ")} ${tls.certificates.length === 1 ? "is" : "are"} not there yet ('taxgate cert show ${tls.certificates[0] ?? ""}')`];
  });
}

/** Who waits for it. */
function usersOf(name: string, config: Config): string {
  return [...shownBy(config, name), ...shownToPlatformsBy(config, name), ...interceptedBy(config, name)].join(", ");
}

function isHeld(kind: Standing["kind"]): boolean {
  return kind === "own" || kind === "client" || kind === "authority";
}

function joined(text: string, failure: string): string {
  return failure === "" ? text : `${text}: ${failure}`;
}

/** That the files hold something else than what is used, and why. */
function unusedOf(status: CertificateStatus | null): string {
  const why = status?.files?.unused ?? null;
  return why === null ? "" : `what stands in its files is not used: ${why.slice(0, LONGEST_DETAIL)}`;
}

/** Hosts that an authority should make certificates for, and may not. */
function uncoveredOf(status: CertificateStatus | null): string {
  const hosts = status?.authority?.uncovered ?? [];
  const shown = hosts.length <= MOST_HOSTS ? hosts.join(", ") : `${hosts.slice(0, MOST_HOSTS).join(", ")} and ${hosts.length - MOST_HOSTS} more`;
  return hosts.length === 0 ? "" : `intercepted, but not permitted: ${shown}: see 'taxgate cert show ${status?.name ?? ""}'`;
}

/** Why it is not renewed, where tries have failed. */
function failureOf(status: CertificateStatus | null): string {
  const failure = status?.renewal?.lastFailure ?? null;
  return failure === null ? "" : `the last try failed: ${failure.kind}: ${failure.detail.slice(0, LONGEST_DETAIL)}`;
}
