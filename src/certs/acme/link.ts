/** Longest field that is looked at, and how many links are. */
const LONGEST = 8192;
const MOST = 20;

/**
 * Targets of the links of one relation (RFC 8288) in Link fields, as absolute addresses; what is no address is left out.
 */
export function linksOf(fields: readonly string[], relation: string, base: string): string[] {
  const links = fields.flatMap((field) => [...field.slice(0, LONGEST).matchAll(/<([^<>]*)>([^<]*)/g)]);
  return links.slice(0, MOST).flatMap(([, target = "", parameters = ""]) => (relationsOf(parameters).includes(relation) && URL.canParse(target, base) ? [new URL(target, base).href] : []));
}

function relationsOf(parameters: string): string[] {
  const [, quoted, bare] = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,"]+))/i.exec(parameters) ?? [];
  return (quoted ?? bare ?? "").toLowerCase().split(/\s+/);
}
