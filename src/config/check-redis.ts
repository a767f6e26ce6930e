import type { Path } from "../document/yaml-node.ts";
import { checkKeyIds } from "./check-key-ids.ts";
import type { Draft } from "./draft.ts";

const REDIS = ["cache", "redis"];
const WANTED = "redis://HOST:PORT or rediss://USER:PASSWORD@HOST:PORT/DATABASE; in a password write '/', '?', '#', '@' and '%' as %2F, %3F, %23, %40 and %25";

/** The shared tier: addresses that lead somewhere, nodes that belong together, keys that can be told apart. */
export function checkRedis(draft: Draft): void {
  const url = [...REDIS, "url"];
  const nodes = draft.items(url);
  checkNodes(draft, nodes);
  for (const path of nodes.length > 0 ? nodes : [url]) checkUrl(draft, path, nodes.length > 0);
  checkKeyIds(draft, [...REDIS, "encryption"]);
}

function checkUrl(draft: Draft, path: Path, cluster: boolean): void {
  const text = draft.text(path);
  if (text === null || !/^rediss?:\/\/\S+$/.test(text)) return;
  const url = parsed(text);
  if (url === null || url.search !== "" || url.hash !== "" || url.pathname.includes("@")) return draft.refuse(path, WANTED);
  const database = url.pathname.replace(/^\//, "");
  if (cluster && database !== "") draft.refuse(path, "a node without a database: a cluster has none");
  else if (!/^\d{0,4}$/.test(database)) draft.refuse(path, "the number of a database behind the address, such as /0");
}

/** Null where no host can be read from it. */
function parsed(text: string): URL | null {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url === null || url.hostname === "" || url.port === "0" ? null : url;
}

function checkNodes(draft: Draft, nodes: readonly Path[]): void {
  const first = parsed(draft.text(nodes[0] ?? []) ?? "");
  const seen = new Map<string, number>();
  for (const path of nodes) {
    const url = parsed(draft.text(path) ?? "");
    if (url === null) continue;
    const address = `${url.hostname}:${url.port}`;
    const line = seen.get(address);
    if (line !== undefined) draft.refuse(path, `each node once (line ${line} has this one)`);
    else seen.set(address, draft.spot(path).line);
    if (first === null || (url.protocol === first.protocol && url.username === first.username && url.password === first.password)) continue;
    draft.refuse(path, `the scheme, user and password of the first node (line ${draft.spot(nodes[0] ?? []).line}): a cluster has one login`);
  }
}
