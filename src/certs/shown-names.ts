import { readLeaf } from "./leaf.ts";

/** The names that a certificate (PEM) is shown for: its alternative names, its common name where it has none of them. */
export function shownNames(cert: string): readonly string[] {
  const leaf = readLeaf(cert);
  if (leaf === null || leaf.names.length > 0) return leaf?.names ?? [];
  const common = /(?:^|, )CN=([^,\s]+)$/.exec(leaf.subject)?.[1];
  return common === undefined ? [] : [common.toLowerCase()];
}
