import { Resolver } from "node:dns/promises";
import { codeOf } from "../../base/fault-code.ts";

/** What a name server says: the values of a name's TXT records, or why there are none. */
export type DnsSight = { readonly values: readonly string[] } | { readonly fault: string };

/** Asks a name server (`ADDRESS`, `ADDRESS:PORT`, `[IPV6]:PORT`) for a name's TXT records. Never rejects. */
export type DnsLook = (server: string, name: string, signal: AbortSignal) => Promise<DnsSight>;

/** For one question; it is asked twice. */
const TIMEOUT_MS = 3000;
/** In words that people look for. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such name (NXDOMAIN)",
  ENODATA: "no TXT record",
  ESERVFAIL: "a failure of its own (SERVFAIL)",
  EREFUSED: "a refusal (REFUSED)",
  ETIMEOUT: "nothing in time",
  ECONNREFUSED: "nothing: nobody listens there",
  ECANCELLED: "nothing: it was stopped",
  ERR_INVALID_IP_ADDRESS: "nothing: it is no address",
};

/** Asks by the network. A resolver a question, because one remembers what it was told. */
export const lookTxt: DnsLook = async (server, name, signal) => {
  if (signal.aborted) return { fault: "nothing: it was stopped" };
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  const stop = (): void => resolver.cancel();
  signal.addEventListener("abort", stop);
  try {
    resolver.setServers([server]);
    const records = await resolver.resolveTxt(name);
    return { values: records.map((parts) => parts.join("")) };
  } catch (fault) {
    const code = codeOf(fault);
    return { fault: FAULTS[code] ?? (code === "" ? String(fault) : code) };
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
