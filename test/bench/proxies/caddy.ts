import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../port.ts";
import { programVersion, serve } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** Caddy on one scheduler thread, as one core is all that any proxy gets here. */
export const caddy: Proxy = {
  name: "caddy",
  caches: false,
  version: () => programVersion("caddy", ["version"]),
  async start({ folder, origin }) {
    const port = await freePort();
    const file = join(folder, "Caddyfile");
    writeFileSync(file, configuration(port, origin));
    return serve(port, {
      command: "caddy",
      args: ["run", "--config", file, "--adapter", "caddyfile"],
      env: { GOMAXPROCS: "1", XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    });
  },
};

function configuration(port: number, origin: number): string {
  return `{
  admin off
  auto_https off
}
http://127.0.0.1:${port} {
  reverse_proxy 127.0.0.1:${origin} {
    transport http {
      keepalive_idle_conns_per_host 128
    }
  }
}
`;
}
