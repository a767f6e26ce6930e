import { parseAddress, isLoopback } from "../base/cidr.ts";
import { formatBind } from "../base/units-text.ts";
import { isWrongDirectory } from "../certs/acme/directory.ts";
import type { DatedCredential } from "../certs/expiry/credentials.ts";
import type { WatchedKind } from "../certs/expiry/watched.ts";
import type { CertificateStatus } from "../certs/holding.ts";
import type { AcmeOptions, CertificateOptions } from "../certs/options.ts";
import type { OrderFailure } from "../certs/renewal/place-order.ts";
import type { Config } from "../config/config.ts";

/** Where this process listens, by the listeners' names. */
export type Addresses = ReadonlyMap<string, { readonly host: string; readonly port: number }>;

const MOST_NAMED = 3;

/** What somebody can do about a certificate of the configuration, or should look at; a sentence each. */
export function adviceOn({ name, kind, renewal, authority }: CertificateStatus, options: CertificateOptions, config: Config, addresses: Addresses): string[] {
  if (kind === "authority") return authorityAdvice(name, authority);
  if (options.files !== undefined) return [`Taxgate does not renew it: whoever writes these files does, and what is written there is in use within seconds; 'taxgate cert import ${name}' proves a new pair first and puts it there`];
  if (options.acme === undefined || renewal === null) return [];
  const { lastFailure, unwritten, explanation } = renewal;
  return [
    ...(lastFailure === null ? [] : failureAdvice(lastFailure, options.acme, config, addresses)),
    ...(unwritten === null ? [] : ["the one in use stands in memory alone, and a restart would lose it: make room on the disk, or let this user write the directory; it is written as soon as that works"]),
    ...(explanation === null ? [] : [`the authority explains its times at ${explanation}`]),
    ...(renewal.state === "good" ? [] : [`once that is mended, 'taxgate cert renew ${name}' tries at once`]),
  ];
}

function authorityAdvice(name: string, view: CertificateStatus["authority"]): string[] {
  const isDue = view !== null && (view.state !== "good" || view.uncovered.length > 0);
  return [
    `applications have to trust it: 'taxgate cert export-ca ${name} --out taxgate-ca.pem' writes its certificate, 'taxgate attach' says where that goes`,
    ...(isDue ? [`'taxgate cert authority ${name} --next' prepares a successor, which applications learn to trust before it is used`] : []),
  ];
}

/** What to look at after an order failed that way. */
function failureAdvice({ kind, issuer, detail }: OrderFailure, acme: AcmeOptions, config: Config, addresses: Addresses): string[] {
  switch (kind) {
    case "unreachable":
      return [`nothing could be had from ${issuer ?? "the authority"}: from this machine, look at DNS, the way out, and at 'acme.ca' where it is no public authority`];
    case "rate-limited":
      return ["the authority wants fewer orders; Taxgate keeps to the time that it named, and asking sooner makes it longer"];
    case "refused":
      return ["the authority refuses these names, this account or this profile as they stand: look at CAA records of the names, at 'acme.eab' and 'acme.profile', and at what it says"];
    case "validation":
      return wayAdvice(acme, config, addresses);
    case "challenge":
      return acme.challenge === "dns-01" ? [`the record could not be written or seen: look at what ${writerOf(acme)} says when it is run by hand, and at 'acme.dns.resolvers'`] : wayAdvice(acme, config, addresses);
    case "server":
      if (isWrongDirectory(detail)) return [`look at 'acme.directory' (of 'rehearse' and 'fallback' too): ${issuer ?? "what it names"} is no directory of an authority`];
      return ["the fault is on the authority's side; Taxgate tries again by itself"];
    case "proof":
      return ["a certificate came and did not prove itself, so that the one before stays in use: look at this machine's clock, and at what was found"];
    case "store":
      return ["nothing is ordered that could not be kept: make room on the disk, or let this user write the directory"];
    case "fault":
      return ["a fault of Taxgate: the log has more; please report it"];
    case "stopped":
      return [];
  }
}

/** How the authority looks at whether the names are ours, and who here answers it. */
function wayAdvice(acme: AcmeOptions, config: Config, addresses: Addresses): string[] {
  const names = acme.domains.slice(0, MOST_NAMED);
  const more = acme.domains.length > names.length ? ` and ${acme.domains.length - names.length} more` : "";
  if (acme.challenge === "dns-01") {
    const records = names.map((name) => `_acme-challenge.${name.replace(/^\*\./, "")}`);
    return [`the authority must find the TXT record ${records.join(", ")}${more} from outside; ${writerOf(acme)} writes it: 'dig TXT ${records[0] ?? ""}' while an order runs shows whether it gets there`];
  }
  const [port, secure] = acme.challenge === "http-01" ? [80, false] : [443, true];
  const listeners = answering(config, secure, addresses);
  const who = listeners.length === 0 ? "no listener here" : listeners.join(", or ");
  const way = secure
    ? `the authority must reach port 443 of ${names.join(", ")}${more} from outside, and TLS must come through unopened, with its ALPN`
    : `the authority must reach http://${hostOf(names[0] ?? "")}/.well-known/acme-challenge/… at port 80 from outside${acme.domains.length > 1 ? `, and so with ${names.slice(1).join(", ")}${more}` : ""}`;
  const test = secure ? `openssl s_client -alpn acme-tls/1 -connect ${hostOf(names[0] ?? "")}:443` : `curl -v http://${hostOf(names[0] ?? "")}/.well-known/acme-challenge/test`;
  return [
    `${way}; here ${who} ${listeners.length > 1 ? "answer" : "answers"} it, so port ${port} of these names has to lead there`,
    `look whether the names lead to the right address (A and AAAA both: authorities prefer IPv6), whether a firewall or a redirect stands before it, and try '${test}' from outside`,
  ];
}

function hostOf(name: string): string {
  return parseAddress(name) !== null && name.includes(":") ? `[${name}]` : name;
}

function writerOf({ dns }: AcmeOptions): string {
  if (dns?.command !== undefined) return `'${dns.command[0] ?? ""}'`;
  return dns?.webhook === undefined ? "nobody" : `the webhook at ${new URL(dns.webhook).host}`;
}

/** Listeners that answer challenges, with the addresses that they have. */
function answering({ listeners }: Config, secure: boolean, addresses: Addresses): string[] {
  return listeners.flatMap(({ name, mode, tls, intercept }) => {
    if (mode === "forward-proxy" || (tls !== undefined || intercept !== undefined) !== secure) return [];
    const address = addresses.get(name);
    if (address === undefined) return [];
    return [`listener ${name} (${formatBind(address)}${isLoopback(address.host) ? ", this machine alone: something in front has to lead there" : ""})`];
  });
}

/** What somebody can do about what is not a certificate of the configuration. */
export function adviceOnOthers(kind: WatchedKind, credential: DatedCredential | null): string[] {
  switch (kind) {
    case "platform":
      return ["it is the platform's own: when it has ended, no call gets there any more (cause tls). Ask the platform's operator; where 'upstream.tls.ca' names authorities, that of the next one has to be among them before the change"];
    case "bundle":
      return ["get the authorities anew from where the file came, and put them in its place: it is read again by itself. What has ended and is not needed any more can be taken out of it"];
    case "revocation-list":
      return ["get the authority's new list and put it in the file's place: it is read again by itself. After its end every client of that authority is refused"];
    case "credential":
      return credential?.certificate == null
        ? ["when it is renewed, write the new day under the site's 'credentials'"]
        : [`when the new certificate is there, 'taxgate cert import ${credential.certificate}' proves it and takes it into use`];
    case "own":
    case "client":
    case "authority":
      return [];
  }
}
