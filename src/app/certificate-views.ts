import type { CertificateLineView, CertificateView, CertificateViews, CredentialView, RenewView } from "../admin/certificate-views.ts";
import { refused, type Read } from "../admin/parameters.ts";
import type { Clock } from "../base/clock.ts";
import { instantText } from "../base/instant.ts";
import type { Certificates } from "../certs/certs.ts";
import { credentialName, datedSteps, type DatedCredential } from "../certs/expiry/credentials.ts";
import { endpointName } from "../certs/expiry/uses.ts";
import type { Standing } from "../certs/expiry/watched.ts";
import type { CertificateStatus } from "../certs/holding.ts";
import type { RenewAnswer } from "../certs/renewal/keeper-status.ts";
import type { Config } from "../config/config.ts";
import { adviceOn, adviceOnOthers, type Addresses } from "./certificate-advice.ts";
import { acmeView, authorityView, leafView } from "./certificate-details.ts";
import type { Expiry } from "./expiry.ts";
import { lineView, missingLine, orderedLines } from "./expiry-lines.ts";

/** What the views of certificates look at. */
export interface CertificateViewParts {
  readonly clock: Clock;
  readonly certificates: Pick<Certificates, "status" | "renew">;
  readonly expiry: Pick<Expiry, "status" | "credentials" | "sightings">;
  readonly config: () => Config;
  readonly addresses: () => Addresses;
}

/** An order may take longer: DNS takes its time. */
const PATIENCE_MS = 100_000;

/** Makes the views of what can run out, and what can be done about it. */
export function certificateViews(parts: CertificateViewParts): CertificateViews {
  const { clock, certificates } = parts;
  return {
    list: () => ({ at: instantText(clock.wall()), certificates: orderedLines(parts) }),
    show: (name) => show(name, parts),
    async renew(name) {
      const under = certificates.renew(name);
      if (under === null) return refusedRenewal(name, parts);
      const late = new Promise<null>((resolve) => void clock.after(PATIENCE_MS, () => resolve(null), true));
      return { ok: true, value: renewView(await Promise.race([under, late])) };
    },
  };
}

function renewView(answer: RenewAnswer | null): RenewView {
  const said = (result: RenewView["result"], detail: string, notAfter: number | null = null): RenewView => ({ result, detail, notAfter: notAfter === null ? null : instantText(notAfter) });
  switch (answer?.kind) {
    case undefined:
      return said("under-way", "it is being ordered");
    case "issued":
      return said("issued", `issued by ${answer.issuer}, and in use`, answer.leaf.notAfter);
    case "taken-over":
      return said("taken-over", "another process had ordered one already: it is in use", answer.leaf.notAfter);
    case "locked":
      return said("locked", "another process that shares the store is ordering it");
    case "stopped":
      return said("stopped", "it is not ordered here any more");
    case "failed":
      return said("failed", `${answer.failure.kind}: ${answer.failure.detail}`);
  }
}

/** Says who renews it instead. */
function refusedRenewal(name: string, { certificates, expiry, config }: CertificateViewParts): Read<never> {
  const status = certificates.status().find((one) => one.name === name);
  if (status?.kind === "files") return refused(`certificate '${name}' stands in files ('${config().certificates[name]?.files?.cert ?? ""}'): whoever writes them renews it, and 'taxgate cert import ${name}' takes a new one in`);
  if (status?.kind === "authority") return refused(`'${name}' is a private authority: 'taxgate cert authority ${name} --next' prepares its successor; certificates for its hosts are renewed by themselves`);
  const thing = expiry.status().find((one) => one.name === name);
  if (thing !== undefined) return refused(`'${name}' is not ordered here: 'taxgate cert show ${name}' says what can be done`);
  const ordered = certificates.status().filter(({ kind }) => kind === "acme").map((one) => one.name);
  return refused(`there is no certificate '${name}'; ${ordered.length === 0 ? "none is ordered here" : `those that are ordered here: ${ordered.join(", ")}`}`);
}

function show(name: string, parts: CertificateViewParts): Read<CertificateView> {
  const status = parts.certificates.status().find((one) => one.name === name);
  const standings = parts.expiry.status();
  if (status !== undefined) return { ok: true, value: certificateView(status, standings.filter((one) => one.name === name && one.kind !== "credential"), parts) };
  const exact = standings.filter((one) => one.name === name);
  const found = exact.length > 0 ? exact : standings.filter((one) => one.kind === "credential" && one.name.endsWith(`/${name}`));
  const [first] = found;
  if (first !== undefined && found.length === 1) return { ok: true, value: otherView(first, parts) };
  if (found.length > 1) return refused(`several are called '${name}': ${found.map((one) => one.name).join(", ")}`);
  return refused(undated(name, parts.config()) ?? `nothing is called '${name}'; 'taxgate cert list' has the names`);
}

/** A credential of a profile whose day nobody has written. */
function undated(name: string, { sites }: Config): string | null {
  const site = sites.find((one) => one.platform?.credentials.some((credential) => credential.human && [credential.name, `${one.name}/${credential.name}`].includes(name)) === true);
  if (site === undefined) return null;
  const own = name.slice(name.indexOf("/") + 1);
  return `when '${own}' ends is not known: write 'credentials: { ${own}: { ends: "…" } }' in site '${site.name}', and Taxgate reminds of it`;
}

function certificateView(status: CertificateStatus, standings: readonly Standing[], { clock, config, addresses }: CertificateViewParts): CertificateView {
  const { name, leaf, renewal, authority, files } = status;
  const current = config();
  const options = current.certificates[name] ?? {};
  const [first] = standings;
  const { kind: _, ...line } = first === undefined ? missingLine(status, clock.wall(), current) : lineView(first, status, clock.wall());
  return {
    ...line,
    kinds: standings.map(({ kind }) => kind),
    note: [line.note, ...(files?.doubts ?? [])].filter((part) => part !== "").join("; "),
    where: standings.length === 0 ? line.where : [...new Set(standings.map(({ where }) => where))].join(", "),
    at: instantText(clock.wall()),
    leaf: leaf === null ? null : leafView(leaf),
    files: options.files ?? null,
    acme: options.acme === undefined || renewal === null ? null : acmeView(renewal, options.acme, current.stateDir, clock.wall()),
    authority: authority === null ? null : authorityView(authority, current.stateDir),
    credential: null,
    advice: adviceOn(status, options, current, addresses()),
  };
}

function otherView(thing: Standing, { clock, config, expiry }: CertificateViewParts): CertificateView {
  const { kind, ...line }: CertificateLineView = lineView(thing, null, clock.wall());
  const credential = kind === "credential" ? (expiry.credentials().find((one) => credentialName(one) === thing.name) ?? null) : null;
  const endpoints = config().sites.flatMap(({ regions }) => regions.flatMap((region) => region.endpoints.map(({ url }) => url)));
  const isKnown = kind === "platform" && endpoints.some((url) => url.startsWith("https:") && endpointName(url) === thing.name);
  const leaf = isKnown ? expiry.sightings.leaf(thing.name) : null;
  return {
    ...line,
    kinds: [kind],
    at: instantText(clock.wall()),
    leaf: leaf === null ? null : leafView(leaf),
    files: null, acme: null, authority: null,
    credential: credential === null ? null : credentialView(credential),
    advice: adviceOnOthers(kind, credential),
  };
}

function credentialView(dated: DatedCredential): CredentialView {
  const { site, profile, credential: { what, life }, ends, certificate } = dated;
  return { site, profile, what, life, ends: instantText(ends), certificate, steps: datedSteps(dated).map(({ begin, en, zh }) => ({ begin: instantText(begin), en, zh })) };
}
