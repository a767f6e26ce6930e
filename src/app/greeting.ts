import type { Config } from "../config/config.ts";
import { DEFAULT_KIND } from "../sandbox/kinds/kinds.ts";
import type { Listener } from "../server/listener.ts";
import type { PlainListener } from "../server/plain.ts";

type Sandboxed = readonly { readonly name: string; readonly control: string }[];

/** What is said to the person who started Taxgate by hand: where it listens, and one request to try. */
export function greeting(config: Config, listeners: readonly Listener[], admin: PlainListener, sandboxes: Sandboxed): string {
  const lines = listeners.map(({ name, address }) => `  ${name.padEnd(10)} ${originOf(config, name, address)}`);
  lines.push(`  ${"admin".padEnd(10)} ${origin(config.admin.tls !== undefined, admin.address)}/metrics`);
  return `taxgate is ready\n${lines.join("\n")}\n${trial(config, listeners)}${troubles(sandboxes)}`;
}

function originOf(config: Config, name: string, address: Listener["address"]): string {
  return origin(config.listeners.find((one) => one.name === name)?.tls !== undefined, address);
}

function origin(secure: boolean, { host, port }: Listener["address"]): string {
  const shown = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return `${secure ? "https" : "http"}://${shown}:${port}`;
}

/** Only a simulated platform may be asked to issue an invoice for trying out. */
function trial(config: Config, listeners: readonly Listener[]): string {
  const site = config.sites.find((one) => one.regions.every((region) => region.endpoints.every((endpoint) => endpoint.url.startsWith("sandbox:"))));
  // Its order is one of the plain platform; the others have forms of their own.
  const isPlain = (site?.platform?.sandbox ?? DEFAULT_KIND) === DEFAULT_KIND;
  const route = !isPlain ? undefined : site?.routes.find((one) => one.class === "submit" && !one.match.path.includes("{"));
  const first = listeners[0];
  if (site === undefined || route === undefined || first === undefined) return "";
  const body = `{"orderNo":"A-1001","sellerTaxNo":"91440300MA5FTEU0XQ","items":[{"name":"paper","quantity":2}],"amount":113}`;
  return `issue an invoice at the simulated platform:\n  curl -sSi ${originOf(config, first.name, first.address)}${route.match.path} -H 'content-type: application/json' -d '${body}'\n`;
}

/** How to make a simulated platform misbehave, and what it has issued. */
function troubles(sandboxes: Sandboxed): string {
  if (sandboxes.length === 0) return "";
  return `make a simulated platform misbehave (PUT …/_sandbox/faults) or look at what it issued (GET …/_sandbox/ledger):\n${sandboxes.map(({ name, control }) => `  ${name.padEnd(10)} ${control}\n`).join("")}`;
}
