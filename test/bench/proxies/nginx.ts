import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../port.ts";
import { programVersion, serve } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** nginx, one process, kept-alive connections to the origin, no access log. */
export const nginx: Proxy = {
  name: "nginx",
  version: () => programVersion("nginx", ["-v"]),
  async start({ folder, origin }) {
    const port = await freePort();
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, port, origin));
    return serve(port, { command: "nginx", args: ["-p", folder, "-c", file] });
  },
};

/** Opening of a configuration that keeps nginx in one process and all its files in the folder; the `http` block stays open. */
export function nginxPreamble(folder: string, name: string): string {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `daemon off; master_process off; worker_processes 1;
pid ${own}/pid; error_log ${own}/error.log;
events { worker_connections 4096; }
http {
  access_log off; keepalive_timeout 600s; keepalive_requests 100000000; client_max_body_size 0;
  ${temporary.map((kind) => `${kind}_temp_path ${own}/${kind};`).join(" ")}`;
}

function configuration(folder: string, port: number, origin: number): string {
  return `${nginxPreamble(folder, "nginx")}
  upstream origin { server 127.0.0.1:${origin}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection ""; }
  }
}
`;
}
