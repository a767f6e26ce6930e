import { hostMatcher, plainHost } from "../base/host-names.ts";
import type { Path } from "../document/yaml-node.ts";
import { certificateUses } from "./check-names.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";
import { isPrivateName, isPublicAuthority } from "./public-names.ts";
import { canMeet } from "./site-hosts.ts";

/** What is said of certificates and of hosts that are intercepted, and can never act. */
export function warnOfCertificates(draft: Draft, config: Config): void {
  const used = new Set(certificateUses(draft).map((path) => draft.text(path)));
  for (const [name, options] of Object.entries(config.certificates)) {
    const path = ["certificates", name];
    if (!used.has(name)) draft.warn(path, "can never act: nothing uses this certificate");
    const { acme } = options;
    if (acme === undefined) continue;
    if (acme.challenge !== "dns-01" && acme.dns !== undefined) draft.warn([...path, "acme", "dns"], `can never act: the challenge is ${acme.challenge}`);
    if (acme.challenge === "tls-alpn-01" && acme.store !== undefined) draft.warn([...path, "acme", "store"], "with tls-alpn-01 the process that orders alone can answer the authority: behind a balancer use http-01 or dns-01");
    if ([acme, ...acme.fallback].some(({ directory }) => isPublicAuthority(directory))) {
      for (const [at, domain] of acme.domains.entries()) {
        if (isPrivateName(domain)) draft.warn([...path, "acme", "domains", at], `no public authority signs '${domain}', which belongs to nobody alone: take a name of your own domain, or an authority of your own in acme.directory`);
      }
    }
    const { before, emergency } = acme.renew;
    if (before !== undefined && emergency !== undefined && emergency >= before) draft.warn([...path, "acme", "renew", "emergency"], "renewal begins with less than this left: blackouts never count");
    if (acme.renew.blackouts.length === 0 && isChosen(draft, [...path, "acme", "renew", "emergency"])) draft.warn([...path, "acme", "renew", "emergency"], "can never act: there are no blackouts");
  }
  warnOfIntercepted(draft, config);
  warnOfAddresses(draft, config);
}

/** Where sites answer to intercepted names alone, whoever is told to call a plain listener by its address is answered 421; a listener may be there for an authority to look at. */
function warnOfAddresses(draft: Draft, { listeners, sites, certificates }: Config): void {
  const intercepted = listeners.flatMap(({ intercept }) => (intercept?.hosts ?? []).map(plainHost));
  const named = sites.flatMap(({ hosts }) => hosts);
  if (Object.values(certificates).some(({ acme }) => acme?.challenge === "http-01") || !named.every((pattern) => pattern !== "*" && intercepted.some((host) => canMeet(pattern, host)))) return;
  for (const [index, { bind, mode, tls, intercept }] of listeners.entries()) {
    const host = callable(bind.host);
    if (mode !== "reverse" || tls !== undefined || intercept !== undefined || named.some((pattern) => canMeet(pattern, plainHost(host)))) continue;
    draft.warn(["listeners", index, "bind"], `no site answers to ${host}: who calls this listener by its address gets 421; add it to hosts, beside the names`);
  }
}

function warnOfIntercepted(draft: Draft, { listeners, sites }: Config): void {
  for (const [index, { intercept, mode, proxy }] of listeners.entries()) {
    const path: Path = ["listeners", index];
    for (const [at, host] of (intercept?.hosts ?? []).entries()) {
      if (!sites.some(({ hosts }) => hosts.some((pattern) => canMeet(pattern, plainHost(host))))) draft.warn([...path, "intercept", "hosts", at], "can never act: no site answers to this host; see sites[].hosts");
    }
    if (mode === "forward-proxy" && proxy?.others === "refuse" && isChosen(draft, [...path, "proxy", "ports"])) draft.warn([...path, "proxy", "ports"], "can never act: with others: refuse nothing is passed on");
  }
  warnOfLoops(draft, { listeners, sites });
}

/** Where clients find Taxgate under the platform's name, Taxgate may find itself there too. */
function warnOfLoops(draft: Draft, { listeners, sites }: Pick<Config, "listeners" | "sites">): void {
  const overridden = hostMatcher(listeners.flatMap(({ mode, intercept }) => (mode === "reverse" ? (intercept?.hosts ?? []) : [])));
  const paths = sitePaths(draft);
  for (const [index, { regions }] of sites.entries()) {
    for (const { name, endpoints, upstream } of regions) {
      for (const [at, { url, address }] of endpoints.entries()) {
        if (url.startsWith("sandbox:") || address !== undefined || upstream.nameServers.length > 0) continue;
        if (overridden(plainHost(new URL(url).hostname))) draft.warn([...(paths[index] ?? []), "regions", name, "endpoints", at], "a listener intercepts this name: where the hosts file of this machine leads it to Taxgate, Taxgate calls itself; say address here, or upstream.nameServers");
      }
    }
  }
}

/** An address to call for one to listen on. */
function callable(host: string): string {
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}
