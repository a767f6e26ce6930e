import { join } from "node:path";
import { pebbleProcess } from "./pebble-process.ts";
import { quietPorts } from "./quiet-ports.ts";

/** Name server of a test (pebble-challtestsrv): knows every name, at an address that is chosen here, and TXT records that are set here. */
export interface ChallengeDns {
  /** Address of the name server, for pebble's `-dnsserver` and for resolvers of our own: `127.0.0.1:PORT`. */
  readonly address: string;
  /** Base address of its management interface, for hooks that set records themselves. */
  readonly management: string;
  /** Adds a TXT record to those of a whole name, such as `_acme-challenge.gate.example`. */
  setTxt(name: string, value: string): Promise<void>;
  /** Removes all TXT records of a name. */
  clearTxt(name: string): Promise<void>;
  /** Gives a name addresses of its own. */
  addA(name: string, addresses: readonly string[]): Promise<void>;
  /** The address of all other names; 127.0.0.1 at first, empty: none. */
  setDefaultIpv4(address: string): Promise<void>;
  /** Every query for a name fails, or no longer. */
  setServfail(name: string, fails: boolean): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; its output goes into a file in `folder`. Names have no IPv6 address. */
export async function startChallengeDns(folder: string): Promise<ChallengeDns> {
  const [port = 0, managed = 0] = await quietPorts(2);
  const address = `127.0.0.1:${port}`;
  const args = ["-dns01", address, "-management", `127.0.0.1:${managed}`, "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""];
  const server = pebbleProcess({ command: "pebble-challtestsrv", args, env: {}, log: join(folder, "challtestsrv.log"), ports: [port, managed] });
  await server.start();
  const management = `http://127.0.0.1:${managed}`;
  const tell = (action: string, body: object): Promise<void> => post(`${management}/${action}`, body);
  return {
    address,
    management,
    setTxt: (name, value) => tell("set-txt", { host: whole(name), value }),
    clearTxt: (name) => tell("clear-txt", { host: whole(name) }),
    addA: (name, addresses) => tell("add-a", { host: whole(name), addresses }),
    setDefaultIpv4: (ip) => tell("set-default-ipv4", { ip }),
    setServfail: (name, fails) => tell(fails ? "set-servfail" : "clear-servfail", { host: whole(name) }),
    stop: () => server.signal("SIGKILL"),
  };
}

/** Records are kept under names with a closing dot. */
function whole(name: string): string {
  return name.endsWith(".") ? name : `${name}.`;
}

async function post(url: string, body: object): Promise<void> {
  const answer = await fetch(url, { method: "POST", body: JSON.stringify(body) });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`posting to '${url}': got ${answer.status}`);
}
