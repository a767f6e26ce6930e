import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { handshakes } from "./handshakes.ts";
import { INVOICE, invoicePath, invoiceScript } from "./invoice.ts";
import { wrk, type Drive } from "./load.ts";

/** A kind of request that is measured by itself. */
export type LaneName = "get" | "post" | "read" | "cacheHit" | "submission" | "tlsGet" | "handshake" | "resumed";

/** What is sent in a lane. */
export interface Lane {
  readonly name: LaneName;
  readonly title: string;
  readonly path: string;
  /** A wrk script (Lua), where a plain GET is not enough. */
  readonly script?: string;
  /** Proxies that Taxgate is compared with. */
  readonly peers: readonly ("nginx" | "http-proxy")[];
  /**
   * What must become of a request. `forwarded`: the origin answers. `cached`: every answer comes from the proxy's own
   * cache; a proxy without one sits out. `journalled`: sent once, and its outcome is durable; Taxgate alone can.
   */
  readonly kind: "forwarded" | "cached" | "journalled";
  /**
   * Over TLS 1.3. `kept`: requests on connections that stay open. `new`: connections with a full handshake each and
   * nothing else. `resumed`: connections that offer a ticket of the one before, and send one request each (a client has the
   * ticket only once it has read what follows the handshake). Absent: plain.
   */
  readonly tls?: "kept" | "new" | "resumed";
}

const postScript = `wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"note":"' .. string.rep("x", 2037) .. '"}'
`;

// Every target is new, so that a cache can never answer.
const readScript = `local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", "/read/item?n=" .. n)
end
`;

const forwarded = { peers: ["nginx", "http-proxy"], kind: "forwarded" } as const;
const secure = { peers: ["nginx"], kind: "forwarded" } as const;

/** The lanes, in the table's order. */
export const lanes: readonly Lane[] = [
  { name: "get", title: "GET 1.1 kB", path: "/pass/item", ...forwarded },
  { name: "post", title: "POST 2 kB", path: "/pass/item", script: postScript, ...forwarded },
  { name: "read", title: "read miss", path: "/read/item", script: readScript, ...forwarded },
  { name: "cacheHit", title: "cache hit 1.1 kB", path: "/hit/item", peers: ["nginx"], kind: "cached" },
  { name: "submission", title: "submission 2 kB", path: invoicePath, script: invoiceScript(INVOICE), peers: [], kind: "journalled" },
  { name: "tlsGet", title: "TLS GET 1.1 kB", path: "/pass/item", ...secure, tls: "kept" },
  { name: "handshake", title: "full handshake", path: "/pass/item", ...secure, tls: "new" },
  { name: "resumed", title: "resumed handshake, GET", path: "/pass/item", ...secure, tls: "resumed" },
];

/** Writes the lanes' scripts into the folder and gives what drives a lane on a port. */
export function drivers(folder: string): (lane: Lane, port: number) => Drive {
  const wrkTarget = wrkArguments(folder);
  return (lane, port) => {
    if (lane.tls === undefined || lane.tls === "kept") return (seconds) => wrk(wrkTarget(lane, port), seconds);
    const mode = lane.tls === "new" ? ["-new"] : ["-reuse", "-www", lane.path];
    return (seconds) => handshakes(["-connect", `127.0.0.1:${port}`, ...mode], seconds);
  };
}

/** Writes the lanes' scripts into the folder and gives the arguments of wrk for each lane on a port. */
export function wrkArguments(folder: string): (lane: Lane, port: number) => string[] {
  for (const { name, script } of lanes) {
    if (script !== undefined) writeFileSync(join(folder, `${name}.lua`), script);
  }
  return ({ name, path, script, tls }, port) => [
    ...(script === undefined ? [] : ["-s", join(folder, `${name}.lua`)]),
    `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}${path}`,
  ];
}
