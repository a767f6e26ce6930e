import { isHost, isHostPattern, plainHost } from "../base/host-names.ts";
import { parseAddress } from "../base/cidr.ts";
import { zoneName } from "../base/zone.ts";
import type { Path } from "../document/yaml-node.ts";
import { certificateUses } from "./check-names.ts";
import type { Draft } from "./draft.ts";

const NEEDS_EAB = /^zerossl$|^google(-staging)?$/;

/** Certificates that are ordered can be: their names, the way they are shown to be ours, and when they are renewed. */
export function checkCertificates(draft: Draft): void {
  for (const name of draft.keys(["certificates"])) {
    const acme: Path = ["certificates", name, "acme"];
    if (draft.has(acme)) checkAcme(draft, acme);
    const authority: Path = ["certificates", name, "authority", "domains"];
    for (const path of draft.items(authority)) checkHost(draft, path, "a host name or an IP address, without '*.': names below it are permitted too", isHost);
  }
  checkUses(draft);
  checkPermitted(draft);
}

function checkAcme(draft: Draft, acme: Path): void {
  const domains = draft.items([...acme, "domains"]);
  const seen = new Set<string>();
  for (const path of domains) {
    checkHost(draft, path, "a host name such as gate.example.com, *.example.com or an IP address", isHostPattern);
    const plain = plainHost(draft.text(path) ?? "");
    if (seen.has(plain)) draft.refuse(path, "each name once");
    seen.add(plain);
  }
  checkChallenge(draft, acme, domains);
  for (const path of draft.items([...acme, "renew", "blackouts"])) checkBlackout(draft, path);
  for (const path of [acme, ...draft.items([...acme, "fallback"])]) {
    if (NEEDS_EAB.test(draft.text([...path, "directory"]) ?? "") && !draft.has([...path, "eab"])) draft.refuse([...path, "eab"], `{ kid, hmacKey } as ${draft.show([...path, "directory"])} gives them out`, "nothing");
  }
}

function checkHost(draft: Draft, path: Path, want: string, sound: (host: string) => boolean): void {
  const text = draft.text(path);
  if (text !== null && !sound(plainHost(text))) draft.refuse(path, want);
}

function checkChallenge(draft: Draft, acme: Path, domains: readonly Path[]): void {
  const challenge = draft.text([...acme, "challenge"]) ?? "http-01";
  const written = draft.has([...acme, "challenge"]) ? draft.show([...acme, "challenge"]) : '"http-01" by default';
  for (const path of domains) {
    const text = draft.text(path) ?? "";
    if (text.startsWith("*.") && challenge !== "dns-01") draft.refuse(path, "challenge: dns-01 beside a wildcard, which no other one can show");
    if (parseAddress(plainHost(text)) !== null && challenge === "dns-01") draft.refuse(path, "challenge: http-01 or tls-alpn-01 beside an IP address");
  }
  const hooks = ["command", "webhook"].filter((key) => draft.has([...acme, "dns", key]));
  if (challenge === "dns-01" && hooks.length !== 1) draft.refuse([...acme, "dns"], "command or webhook, one of them, to write the record with", hooks.length === 0 ? "neither" : "both");
  const listeners = draft.items(["listeners"]).filter((path) => draft.text([...path, "mode"]) !== "forward-proxy");
  const secure = listeners.filter((path) => draft.has([...path, "tls"]));
  if (challenge === "http-01" && draft.has(["listeners"]) && secure.length === listeners.length) draft.refuse([...acme, "challenge"], "a listener without tls, to which port 80 of these names leads; or another challenge", written);
  if (challenge === "tls-alpn-01" && secure.length === 0) draft.refuse([...acme, "challenge"], "a listener with tls, to which port 443 of these names leads; or another challenge", written);
}

function checkBlackout(draft: Draft, path: Path): void {
  const zone = draft.text([...path, "zone"]);
  if (zone !== null && zoneName(zone) === null) draft.refuse([...path, "zone"], "a time zone such as Asia/Shanghai");
  const days = draft.text([...path, "days"]);
  const [first = 0, last = first] = (days ?? "1").split("..").map(Number);
  if (days !== null && /^\d+(\.\.\d+)?$/.test(days) && (first < 1 || last > 31 || last < first)) draft.refuse([...path, "days"], "days from 1 to 31, the earlier one first");
}

/** An authority makes certificates for others; it is none to be shown itself. */
function checkUses(draft: Draft): void {
  const isAuthority = (name: string): boolean => draft.has(["certificates", name, "authority"]);
  for (const path of certificateUses(draft)) {
    const name = draft.text(path) ?? "";
    const wantsOne = path.includes("intercept");
    if (draft.has(["certificates", name]) && isAuthority(name) !== wantsOne) draft.refuse(path, wantsOne ? "a certificate with authority, which makes certificates for these hosts" : "a certificate with files or acme; hosts of an authority stand under a listener's intercept");
  }
}

/** What is to be intercepted lies within what the authority is permitted. */
function checkPermitted(draft: Draft): void {
  for (const listener of draft.items(["listeners"])) {
    const name = draft.text([...listener, "intercept", "authority"]);
    const domains = name === null ? [] : draft.items(["certificates", name, "authority", "domains"]).flatMap((path) => draft.text(path) ?? []);
    if (domains.length === 0) continue;
    for (const path of draft.items([...listener, "intercept", "hosts"])) {
      const host = plainHost(draft.text(path) ?? "").replace(/^\*\./, "");
      if (!domains.some((domain) => host === plainHost(domain) || host.endsWith(`.${plainHost(domain)}`))) draft.refuse(path, `a host within certificates.${name}.authority.domains`);
    }
  }
}
