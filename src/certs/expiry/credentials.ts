import { parseInstant } from "../../base/instant.ts";
import type { Leaf } from "../leaf.ts";
import type { ExpirySite, ProfileCredential } from "./uses.ts";
import type { Watched } from "./watched.ts";

/** Something that a person renews at a platform, with the day on which it ends. */
export interface DatedCredential {
  readonly site: string;
  readonly profile: string;
  readonly credential: ProfileCredential;
  /** Ms since 1970. */
  readonly ends: number;
  /** So many ms before that it has to be begun. */
  readonly remind: number;
  /** Name of the certificate that says when it ends; null: the configuration does. */
  readonly certificate: string | null;
}

/** A step of a renewal; `begin` is the latest time to begin it with, ms since 1970. */
export interface DatedStep {
  readonly begin: number;
  readonly en: string;
  readonly zh: string;
}

const DAY = 86_400_000;
/** Of those whose certificate says when they end. */
const USUAL_REMIND = 60 * DAY;
/** The last step has to be done by then. */
const SPARE = 2 * DAY;

/** What a person has to renew at the platforms of a site, as far as the day is known: from the configuration, or from the certificate that the platform is shown. */
export function datedCredentials({ name, platform, credentials = {}, regions }: ExpirySite, leafOf: (certificate: string) => Leaf | null): DatedCredential[] {
  if (platform === null) return [];
  const shown = [...new Set(regions.flatMap(({ upstream }) => upstream.tls.clientCertificate ?? []))];
  return platform.credentials.filter(({ human }) => human).flatMap((credential): DatedCredential[] => {
    const common = { site: name, profile: platform.name, credential };
    const written = credentials[credential.name];
    const ends = written === undefined ? null : parseInstant(written.ends);
    if (written !== undefined && ends !== null) return [{ ...common, ends, remind: written.remind, certificate: null }];
    const leaves = credential.clientCertificate ? shown.flatMap((certificate) => ({ certificate, leaf: leafOf(certificate) })) : [];
    const [first] = leaves.flatMap(({ certificate, leaf }) => (leaf === null ? [] : [{ certificate, ends: leaf.notAfter }])).toSorted((one, other) => one.ends - other.ends);
    return first === undefined ? [] : [{ ...common, ...first, remind: USUAL_REMIND }];
  });
}

/** `SITE/CREDENTIAL`, as it is listed. */
export function credentialName({ site, credential }: DatedCredential): string {
  return `${site}/${credential.name}`;
}

/** What is to be watched of it. */
export function credentialThing(dated: DatedCredential): Watched {
  const { site, profile, ends, remind, certificate } = dated;
  return { kind: "credential", name: credentialName(dated), where: `site ${site}`, notBefore: null, notAfter: ends, detail: certificate === null ? `renewed by a person: profile ${profile}` : `certificate ${certificate}, renewed by a person: profile ${profile}`, renewedAhead: null, remind };
}

/** The steps, each with the latest time to begin it with: spread evenly from the reminder to shortly before the end. */
export function datedSteps({ credential, ends, remind }: DatedCredential): DatedStep[] {
  const from = ends - remind;
  const each = Math.max(0, remind - SPARE) / Math.max(1, credential.renew.length);
  return credential.renew.map(({ en, zh }, index) => ({ begin: from + index * each, en, zh }));
}
