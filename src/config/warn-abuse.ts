import { isLoopback, parseNetwork, type Network } from "../base/cidr.ts";
import type { BanOptions } from "../waf/bans/options.ts";
import type { Path } from "../document/yaml-node.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

const LOOPBACK = ["127.0.0.0/8", "::1/128"].map(parseNetwork).filter((one) => one !== null);
const BAN: Path = ["waf", "ban"];

/** What is said of bans and of listeners' bounds, and can never act. */
export function warnOfAbuse(draft: Draft, config: Config): void {
  for (const [index, { maxConnections, maxConnectionsPerClient }] of config.listeners.entries()) {
    const at = ["listeners", index, "maxConnectionsPerClient"];
    if (maxConnectionsPerClient >= maxConnections && isChosen(draft, at)) draft.warn(at, `can never act: maxConnections is ${maxConnections} for all clients together`);
  }
  const { ban } = config.waf;
  if (ban !== undefined) warnOfBans(draft, config, ban);
}

function warnOfBans(draft: Draft, { listeners, sites }: Config, ban: BanOptions): void {
  if (ban.tarpit === 0 && isChosen(draft, [...BAN, "maxTarpitted"])) draft.warn([...BAN, "maxTarpitted"], "can never act: without tarpit nothing is held back");
  const proxies = sites.flatMap(({ identity }) => identity.trustedProxies).map(parseNetwork).filter((one) => one !== null);
  for (const [index, text] of ban.include.entries()) {
    const network = parseNetwork(text);
    const means = network !== null && (isLoopback(text.replace(/\/\d+$/, "")) || proxies.some((proxy) => meet(proxy, network)));
    if (!means) draft.warn([...BAN, "include", index], "can never act: it is neither loopback nor a trusted proxy, and banned as it is");
  }
  const isLocal = listeners.every(({ bind }) => isLoopback(bind.host));
  // Behind a proxy of this machine clients are who it says.
  if (isLocal && ban.include.length === 0 && proxies.every((proxy) => !LOOPBACK.some((own) => meet(own, proxy)))) draft.warn(BAN, "can never act: all listeners are on loopback, whose clients are banned only where 'include' names them");
}

/** Do two networks have an address in common? Then one holds the other. */
function meet(one: Network, other: Network): boolean {
  const bits = Math.min(one.bits, other.bits);
  return one.base.v4 === other.base.v4 && one.base.words.every((word, index) => {
    const shift = 32 - Math.max(0, Math.min(32, bits - 32 * index));
    return shift === 32 || (word ^ (other.base.words[index] ?? 0)) >>> shift === 0;
  });
}
