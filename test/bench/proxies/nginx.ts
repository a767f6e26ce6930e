import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../port.ts";
import { programVersion, serve, serverCertificate } from "./program.ts";
import type { Proxy } from "./proxy.ts";

/** nginx, one process, kept-alive connections to the origin, no access log, and for `/hit/**` a cache in memory with its defaults, which the budgets were set against. */
export const nginx: Proxy = {
  name: "nginx",
  caches: true,
  version: () => programVersion("nginx", ["-v"]),
  async start({ folder, origin }) {
    const port = await freePort();
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration({ folder, port, origin, cache: memoryFolder(folder) }));
    return serve(port, { command: "nginx", args: ["-p", folder, "-c", file] });
  },
  async startSecure({ folder, origin }) {
    const [port, secure] = [await freePort(), await freePort()];
    const file = join(folder, "nginx-tls.conf");
    writeFileSync(file, secureConfiguration({ folder, port, secure, origin }));
    return { ...(await serve(port, { command: "nginx", args: ["-p", folder, "-c", file] })), port: secure };
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

/** A folder whose files cost no disk, so that a cache of files stands as one of memory; removed with this process. */
function memoryFolder(otherwise: string): string {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : otherwise, "taxgate-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** TLS with its defaults: tickets, no cache of sessions. */
function secureConfiguration({ folder, port, secure, origin }: Omit<Places, "cache"> & { readonly secure: number }): string {
  return `${nginxPreamble(folder, "nginx-tls")}
  upstream origin { server 127.0.0.1:${origin}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096; listen 127.0.0.1:${secure} ssl backlog=4096;
    ssl_certificate ${serverCertificate.cert}; ssl_certificate_key ${serverCertificate.key}; ssl_protocols TLSv1.2 TLSv1.3;
    proxy_http_version 1.1; proxy_set_header Connection "";
    location / { proxy_pass http://origin; }
  }
}
`;
}

interface Places {
  readonly folder: string;
  readonly port: number;
  readonly origin: number;
  readonly cache: string;
}

function configuration({ folder, port, origin, cache }: Places): string {
  return `${nginxPreamble(folder, "nginx")}
  proxy_cache_path ${cache} levels=1:2 keys_zone=hits:1m max_size=64m inactive=1h use_temp_path=off;
  upstream origin { server 127.0.0.1:${origin}; keepalive 128; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    proxy_http_version 1.1; proxy_set_header Connection "";
    location / { proxy_pass http://origin; }
    location /hit/ { proxy_pass http://origin; proxy_cache hits; proxy_cache_valid 200 1h; }
  }
}
`;
}
