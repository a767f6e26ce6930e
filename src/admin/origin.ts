import { headerValues } from "../http/headers.ts";
import type { OwnRequest } from "../http/own-message.ts";

/** Names that every browser takes for this very machine, whatever a name server says. */
const OWN_NAMES: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/;

/** In brackets, or four numbers: no name server has a say in these. */
const ADDRESS = /^(?:\[[0-9a-f:.]+\]|\d{1,3}(?:\.\d{1,3}){3})$/;

/** The host part of an authority in lower case, without its port; null where it is none. */
function hostOf(authority: string): string | null {
  return HOST.exec(authority.toLowerCase())?.[1] ?? null;
}

/**
 * Makes the check of the Host field against rebinding: a page on the Internet whose name is made to resolve to this
 * machine reaches the listener, but under its own name. Where the listener is bound to every address, any address
 * literal will do, since only names can be rebound.
 */
export function hostCheck(bound: string, hosts: readonly string[]): (request: OwnRequest) => boolean {
  const boundHost = bound.includes(":") ? `[${bound.toLowerCase()}]` : bound.toLowerCase();
  const names = new Set([...OWN_NAMES, boundHost, ...hosts.map((host) => host.toLowerCase())]);
  const everywhere = bound === "0.0.0.0" || bound === "::";
  return (request) => {
    const fields = headerValues(request.headers, "host");
    const host = fields.length === 1 ? hostOf(fields[0] as string) : null;
    return host !== null && (names.has(host) || (everywhere && ADDRESS.test(host)));
  };
}

/**
 * May this request change something? Browsers send Origin with everything but GET and HEAD: it must be the page of this
 * very listener. Programs send none.
 */
export function originAllowed(request: OwnRequest): boolean {
  const fetchSite = headerValues(request.headers, "sec-fetch-site")[0] ?? "none";
  if (fetchSite !== "none" && fetchSite !== "same-origin") return false;
  const origins = headerValues(request.headers, "origin");
  const own = `${request.peer.secure ? "https" : "http"}://${headerValues(request.headers, "host")[0] ?? ""}`;
  return origins.length === 0 || (origins.length === 1 && origins[0]?.toLowerCase() === own.toLowerCase());
}

/** Did it come from this machine itself, not through a proxy that runs here? */
export function isLocal(request: OwnRequest): boolean {
  const passedOn = ["forwarded", "via", "x-forwarded-for", "x-real-ip"].some((name) => headerValues(request.headers, name).length > 0);
  return request.peer.loopback && !passedOn;
}
