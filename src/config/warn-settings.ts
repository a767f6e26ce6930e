import { isDeepStrictEqual } from "node:util";
import type { Path } from "../document/yaml-node.ts";
import { identityOptions } from "../identity/options.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { RegionOptions, UpstreamOptions } from "../upstream/options.ts";
import { bindAt, isOpen, sandboxEndpoints } from "./check-exposure.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Settings that are written and can never act. Defaults never warn, and neither does what only might be useless. */
export function warnOfSettings(draft: Draft, config: Config): void {
  warnOfSandbox(draft);
  const askForClients = config.listeners.some((listener) => listener.tls?.clientCa !== undefined);
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    warnOfUpstream(draft, [...path, "upstream"], site.regions);
    for (const region of site.regions) {
      const own = [...path, "regions", region.name];
      warnOfUpstream(draft, [...own, "upstream"], [region]);
      const weight = [...own, "endpoints", 0, "weight"];
      if (region.endpoints.length === 1 && isChosen(draft, weight)) draft.warn(weight, "can never act: the region has one endpoint");
    }
    warnOfIdentity(draft, path, site, askForClients);
  }
}

function warnOfSandbox(draft: Draft): void {
  if (draft.value(["sandbox"]) !== true) return;
  const open = draft.items(["listeners"]).some((path) => isOpen(bindAt(draft, [...path, "bind"])));
  if (sandboxEndpoints(draft).length === 0) draft.warn(["sandbox"], "can never act: no endpoint is a sandbox");
  else if (!open) draft.warn(["sandbox"], "can never act: every listener is on loopback, where sandboxes are allowed");
}

/** `path` leads to an `upstream` as written; `regions` are those it is for. A warning stands only where all of them agree. */
function warnOfUpstream(draft: Draft, path: Path, regions: readonly RegionOptions[]): void {
  const warn = (key: string, why: string, never: (options: UpstreamOptions, region: RegionOptions) => boolean): void => {
    const at = [...path, ...key.split(".")];
    if (isChosen(draft, at) && regions.every((region) => never(region.upstream, region))) draft.warn(at, `can never act: ${why}`);
  };
  for (const key of ["health.outlierAfter", "health.outlierFor", "health.slowStart"]) {
    warn(key, "with one endpoint there is none to take its requests", (_, region) => region.endpoints.length === 1);
  }
  for (const key of ["health.every", "health.healthyAfter", "health.unhealthyAfter"]) {
    warn(key, "nothing probes with connect: false and no path", ({ health }) => !health.connect && health.path === undefined);
  }
  warn("timeouts.response", "timeouts.total ends the request before", ({ timeouts }) => timeouts.response > timeouts.total);
  warn("timeouts.connect", "timeouts.total ends the request before", ({ timeouts }) => timeouts.connect > timeouts.total);
  warn("breaker.slowCall", "timeouts.response ends the request before", ({ breaker, timeouts }) => breaker.slowCall > timeouts.response);
  for (const key of ["retry.budget", "retry.backoff"]) warn(key, "with attempts: 1 nothing is tried again", ({ retry }) => retry.attempts === 1);
  warn("queueTimeout", "with queue: 0 nothing waits", ({ queue }) => queue === 0);
  for (const key of ["tls.ca", "tls.clientCertificate", "tls.serverName", "tls.minVersion"]) {
    warn(key, "no endpoint is https", (_, region) => region.endpoints.every((endpoint) => !endpoint.url.startsWith("https:")));
  }
}

function warnOfIdentity(draft: Draft, path: Path, site: SiteOptions, askForClients: boolean): void {
  const { principal, region } = site.identity;
  const byDefault = isDeepStrictEqual(principal, identityOptions.parse({}).principal);
  const address = principal.findIndex((source) => "address" in source);
  for (const [index, source] of principal.entries()) {
    const at = [...path, "identity", "principal", index];
    if (byDefault) break;
    if (address >= 0 && index > address) draft.warn(at, "can never act: there always is an address, and it stands before");
    else if ("clientCertificate" in source && !askForClients) draft.warn(at, "can never act: no listener has tls.clientCa");
  }
  const byTaxpayer = region.some((source) => "taxpayer" in source) && site.identity.taxpayer.length > 0;
  const byClient = region.some((source) => "client" in source);
  for (const { name } of site.regions) {
    const own = [...path, "regions", name];
    if (!byTaxpayer && draft.items([...own, "taxpayers"]).length > 0) draft.warn([...own, "taxpayers"], "can never act: identity.taxpayer does not say where the number stands, or identity.region does not ask for it");
    if (!byClient && draft.items([...own, "clients"]).length > 0) draft.warn([...own, "clients"], "can never act: identity.region does not ask for the client");
  }
}
