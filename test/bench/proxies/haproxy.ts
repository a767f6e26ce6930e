import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../port.ts";
import { programVersion, serve } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** HAProxy, one thread, connections to the origin reused always, a cache for `/hit/**`, no log. */
export const haproxy: Proxy = {
  name: "haproxy",
  caches: true,
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
cache hits
  total-max-size 16
  max-object-size 100000
  max-age 3600
frontend in
  bind 127.0.0.1:${port}
  use_backend cached if { path_beg /hit/ }
  default_backend out
backend cached
  http-request cache-use hits
  http-response set-header Cache-Control max-age=3600
  http-response cache-store hits
  server origin 127.0.0.1:${origin}
backend out
  server origin 127.0.0.1:${origin}
`;
}
