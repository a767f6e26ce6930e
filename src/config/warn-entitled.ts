import type { Path } from "../document/yaml-node.ts";
import type { IdentityOptions } from "../identity/options.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { Draft } from "./draft.ts";

/** A table of who may submit for whom that nobody reads, that names nobody, or that callers can get round. */
export function warnOfEntitled(draft: Draft, identity: Path, { identity: options, routes }: SiteOptions): void {
  const { entitled, principal, taxpayer } = options;
  const at = [...identity, "entitled"];
  if (entitled.length === 0) return;
  if (!routes.some(({ submission }) => submission !== undefined)) return draft.warn(at, "can never act: no route of the site has a submission");
  for (const [index, { principal: who }] of entitled.entries()) {
    if (!principal.some((source) => canBe(source, who))) draft.warn([...at, index, "principal"], `can never act: identity.principal gives nothing like it (${principal.map(shapeOf).join(", ") || "it is empty"})`);
  }
  for (const [index, source] of taxpayer.entries()) {
    const anybodys = (source.header !== undefined && source.jwt === undefined && source.from === undefined) || source.query !== undefined;
    if (anybodys) draft.warn([...identity, "taxpayer", index], "risky: beside 'entitled' a caller could name one taxpayer here and submit for another; take the number from the body, or say 'from' whom the header is believed");
  }
}

type Principal = IdentityOptions["principal"][number];

function kindOf(source: Principal): string {
  return "header" in source ? source.header.toLowerCase() : "address" in source ? "address" : "certificate";
}

/** What a source of principals gives, in short. */
export function shapeOf(source: Principal): string {
  return `${kindOf(source)}:${"header" in source && source.hash ? "DIGEST" : "…"}`;
}

/** Can a source give a principal that fits a pattern? A digest has 22 characters of base64url; what is shorter, longer or has others in it is the value itself. */
export function canBe(source: Principal, pattern: string): boolean {
  const kind = `${kindOf(source)}:`;
  if (pattern.endsWith("*") && kind.startsWith(pattern.slice(0, -1))) return true;
  if (!pattern.startsWith(kind)) return false;
  const rest = pattern.slice(kind.length);
  return !("header" in source && source.hash) || /^[A-Za-z0-9_-]{0,22}\*$|^[A-Za-z0-9_-]{22}$/.test(rest);
}
