import { spawn, spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, waitForExit, waitForPort } from "./child-process.ts";
import type { ProxyUnderTest } from "./proxy-under-test.ts";

/** Starts nginx with its usual reverse-proxy settings; undefined where it is not installed. */
export function startNginx(upstreamPort: number): Promise<ProxyUnderTest | undefined> {
  return startForeign("nginx", ["-v"], (folder, port) => ({
    text: nginxConfiguration(folder, port, upstreamPort),
    args: ["-p", folder, "-e", "stderr", "-c", join(folder, "proxy.conf"), "-g", "daemon off;"],
  }));
}

/** Starts HAProxy with its usual settings; undefined where it is not installed. */
export function startHaproxy(upstreamPort: number): Promise<ProxyUnderTest | undefined> {
  return startForeign("haproxy", ["-v"], (folder, port) => ({
    text: haproxyConfiguration(port, upstreamPort),
    args: ["-db", "-f", join(folder, "proxy.conf")],
  }));
}

type Plan = (folder: string, port: number) => { text: string; args: string[] };

async function startForeign(binary: string, probe: string[], plan: Plan): Promise<ProxyUnderTest | undefined> {
  if (spawnSync(binary, probe).error !== undefined) return undefined;
  const folder = await mkdtemp(join(tmpdir(), `attack-${binary}-`));
  const port = await freePort();
  const { text, args } = plan(folder, port);
  await writeFile(join(folder, "proxy.conf"), text);
  const child = spawn(binary, args, { stdio: "ignore" });
  await waitForPort(port);
  return {
    name: binary,
    port,
    stop: async () => {
      child.kill("SIGTERM");
      await waitForExit(child, 2000);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function nginxConfiguration(folder: string, port: number, upstreamPort: number): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((one) => `${one}_temp_path ${folder}/${one};`).join(" ");
  return `worker_processes 1; pid ${folder}/pid; events { worker_connections 512; }
http {
  access_log off; ${temporary}
  upstream platform { server 127.0.0.1:${upstreamPort}; keepalive 8; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://platform; proxy_http_version 1.1; proxy_next_upstream off;
      proxy_set_header Host $http_host; proxy_set_header Connection ""; proxy_request_buffering off;
    }
  }
}
`;
}

function haproxyConfiguration(port: number, upstreamPort: number): string {
  return `defaults
  mode http
  timeout connect 2s
  timeout client 5s
  timeout server 5s
listen edge
  bind 127.0.0.1:${port}
  http-reuse always
  server platform 127.0.0.1:${upstreamPort}
`;
}
