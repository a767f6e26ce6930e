import { contains, parseAddress, parseNetwork } from "../../base/cidr.ts";
import { plainHost } from "../../base/host-names.ts";
import type { Subtrees } from "../x509/extensions.ts";

/*
 * What an authority may make certificates for. The limit stands in its own certificate (RFC 5280 section 4.2.1.10), so that
 * clients refuse whatever else its key might be made to sign.
 */

/** RFC 6761 section 6.4: nobody ever holds a name below it. */
const NOBODY = "invalid";
const EVERY_ADDRESS: readonly string[] = ["0.0.0.0/0", "::/0"];

/** The names and addresses of `domains`; where there are none, those of `hosts`. A wildcard stands for all below its name. */
export function permittedNames(domains: readonly string[], hosts: readonly string[]): Subtrees {
  const plain = [...new Set((domains.length > 0 ? domains : hosts).map((name) => plainHost(name).replace(/^\*\./, "")))];
  const isNetwork = (name: string): boolean => parseNetwork(name) !== null;
  return { dns: withoutCovered(plain.filter((name) => !isNetwork(name))), networks: plain.filter(isNetwork) };
}

/** A name below another one of them says nothing more. */
function withoutCovered(names: readonly string[]): string[] {
  return names.filter((name) => !names.some((other) => name.endsWith(`.${other}`)));
}

/** The constraints that permit exactly this and no further DNS name or IP address. */
export function constraintsFor({ dns, networks }: Subtrees): { readonly permitted: Subtrees; readonly excluded: Subtrees } {
  const families = new Set(networks.map((text) => parseNetwork(text)?.base.v4));
  return {
    // What no side mentions is free. All DNS names cannot be excluded in a form that Java reads: one that nobody has is permitted instead.
    permitted: { dns: dns.length > 0 ? dns : [NOBODY], networks },
    excluded: { dns: [], networks: EVERY_ADDRESS.filter((text) => !families.has(parseNetwork(text)?.base.v4)) },
  };
}

/** Is a plain host within what is permitted, as clients will judge it? */
export function isPermitted(permitted: Subtrees, host: string): boolean {
  const address = parseAddress(host);
  if (address === null) return permitted.dns.some((name) => host === name || host.endsWith(`.${name}`));
  return permitted.networks.some((text) => {
    const network = parseNetwork(text);
    return network !== null && contains(network, address);
  });
}

/** Patterns of a list that are not within what is permitted: certificates for them would be refused by clients. */
export function notPermitted(permitted: Subtrees, patterns: readonly string[]): string[] {
  return patterns.filter((pattern) => !isPermitted(permitted, plainHost(pattern).replace(/^\*\./, "")));
}

/** For people: names with what is below them, addresses; sorted. */
export function permittedText({ dns, networks }: Subtrees): string[] {
  return [...dns.filter((name) => name !== NOBODY), ...networks.map((text) => text.replace(/(\..*)\/32$|(:.*)\/128$/, "$1$2"))].toSorted();
}
