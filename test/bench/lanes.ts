import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { INVOICE, invoicePath, invoiceScript } from "./invoice.ts";

/** A kind of request that is measured by itself. */
export type LaneName = "get" | "post" | "read" | "cacheHit" | "submission";

/** What wrk sends in a lane. */
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

/** The lanes, in the table's order. */
export const lanes: readonly Lane[] = [
  { name: "get", title: "GET 1.1 kB", path: "/pass/item", ...forwarded },
  { name: "post", title: "POST 2 kB", path: "/pass/item", script: postScript, ...forwarded },
  { name: "read", title: "read miss", path: "/read/item", script: readScript, ...forwarded },
  { name: "cacheHit", title: "cache hit 1.1 kB", path: "/hit/item", peers: ["nginx"], kind: "cached" },
  { name: "submission", title: "submission 2 kB", path: invoicePath, script: invoiceScript(INVOICE), peers: [], kind: "journalled" },
];

/** Writes the lanes' scripts into the folder and gives the arguments of wrk for each lane on a port. */
export function wrkArguments(folder: string): (lane: Lane, port: number) => string[] {
  for (const { name, script } of lanes) {
    if (script !== undefined) writeFileSync(join(folder, `${name}.lua`), script);
  }
  return ({ name, path, script }, port) => [
    ...(script === undefined ? [] : ["-s", join(folder, `${name}.lua`)]),
    `http://127.0.0.1:${port}${path}`,
  ];
}
