const ALL = 2 ** 32;

/** Is a request among such a share of all requests? The same id always is or is not, and a larger share has all of a smaller one. */
export function isWithin(id: string, share: number): boolean {
  return share >= 1 || (share > 0 && spread(id) < share * ALL);
}

/** FNV-1a with a last mix, so that ids that count up are spread too. */
function spread(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
