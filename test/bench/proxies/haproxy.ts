import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../port.ts";
import { programVersion, serve } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** HAProxy, one thread, connections to the origin reused always, no log. */
export const haproxy: Proxy = {
  name: "haproxy",
  version: () => programVersion("haproxy", ["-v"]),
  async start({ folder, origin }) {
    const port = await freePort();
    const file = join(folder, "haproxy.cfg");
    writeFileSync(file, configuration(port, origin));
    return serve(port, { command: "haproxy", args: ["-db", "-f", file] });
  },
};

function configuration(port: number, origin: number): string {
  return `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend in
  bind 127.0.0.1:${port}
  default_backend out
backend out
  server origin 127.0.0.1:${origin}
`;
}
