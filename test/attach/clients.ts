import { execFile, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** How a client is attached. */
export interface Attachment {
  /** PEM file of the only authority that the client trusts. */
  readonly ca: string;
  /** For files of its own. */
  readonly folder: string;
  /** Names that lead to loopback, as in a hosts file. */
  readonly names: readonly string[];
  /** A forward proxy on loopback; `user` null: without credentials. */
  readonly proxy: { readonly port: number; readonly user: string | null; readonly password: string } | null;
}

/** An unmodified client: `call` posts "invoice" to each address, and gives a line for each, the status first or `ERROR`. */
export interface Client {
  readonly name: string;
  /** Why it cannot be run here; null: it can. */
  readonly missing: string | null;
  call(urls: readonly string[], attachment: Attachment): Promise<string[]>;
}

const file = (name: string): string => fileURLToPath(new URL(`callers/${name}`, import.meta.url));
const isThere = (command: string, args: readonly string[]): string | null => (spawnSync(command, args).status === 0 ? null : `${command} ${args.join(" ")} does not run here`);
const lines = (text: string): string[] => text.trim().split("\n");

/** Runs a program with none of the proxy settings of whoever runs the tests. */
function run(command: string, args: readonly string[], own: Readonly<Record<string, string>> = {}, { input = "", errors = "dropped" }: { readonly input?: string; readonly errors?: "kept" | "dropped" } = {}): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/_proxy$/i.test(name)));
  return new Promise((resolve) => {
    const child = execFile(command, args, { env: { ...env, ...own }, timeout: 60_000 }, (_fault, stdout, stderr) => resolve(stdout === "" ? `ERROR ${stderr.replaceAll("\n", " ")}` : stdout + (errors === "kept" ? stderr : "")));
    child.stdin?.on("error", () => undefined).end(input);
  });
}

const proxyUrl = ({ proxy }: Attachment): string => `http://${proxy?.user == null ? "" : `${proxy.user}:${proxy.password}@`}127.0.0.1:${proxy?.port ?? 0}`;
const hosts = ({ names }: Attachment): string => names.map((name) => `${name}=127.0.0.1`).join(",");
const proxyEnv = (attachment: Attachment): Record<string, string> => (attachment.proxy === null ? {} : { HTTP_PROXY: proxyUrl(attachment), HTTPS_PROXY: proxyUrl(attachment), http_proxy: proxyUrl(attachment), https_proxy: proxyUrl(attachment) });

async function each(urls: readonly string[], call: (url: string) => Promise<string>): Promise<string[]> {
  const told: string[] = [];
  for (const url of urls) told.push((await call(url)).trim().replaceAll("\n", " "));
  return told;
}

const curl: Client = {
  name: "curl",
  missing: isThere("curl", ["--version"]),
  call: (urls, attachment) => each(urls, async (url) => {
    const { hostname, port, protocol } = new URL(url);
    const named = attachment.names.includes(hostname) ? ["--resolve", `${hostname}:${port || (protocol === "https:" ? 443 : 80)}:127.0.0.1`] : [];
    // The status goes ahead of the body by a header line of its own, and what went wrong comes behind.
    const told = await run("curl", ["-sS", "--max-time", "20", "--cacert", attachment.ca, ...named, "-H", "Content-Type: text/plain", "-d", "invoice", "-w", "\nstatus=%{http_code} ", url], proxyEnv(attachment), { errors: "kept" });
    const status = /status=(\d{3})/.exec(told)?.[1] ?? "000";
    return status === "000" ? `ERROR ${told}` : `${status} ${told}`;
  }),
};

const openssl: Client = {
  name: "openssl s_client",
  missing: isThere("openssl", ["version"]),
  call: (urls, attachment) => each(urls, async (url) => {
    const { hostname, port, host, pathname } = new URL(url);
    const { proxy } = attachment;
    const at = attachment.names.includes(hostname) ? "127.0.0.1" : hostname;
    const through = proxy === null ? [] : ["-proxy", `127.0.0.1:${proxy.port}`, ...(proxy.user === null ? [] : ["-proxy_user", proxy.user, "-proxy_pass", `pass:${proxy.password}`])];
    const request = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 7\r\nConnection: close\r\n\r\ninvoice`;
    const told = await run("openssl", ["s_client", "-quiet", "-ign_eof", "-verify_return_error", "-verify_hostname", hostname, "-CAfile", attachment.ca, "-connect", `${at}:${port || 443}`, "-servername", hostname, ...through], {}, { input: request });
    const status = /^HTTP\/1\.1 (\d{3})/m.exec(told)?.[1];
    return status === undefined ? `ERROR ${told}` : `${status} ${told.slice(told.indexOf("\r\n\r\n") + 4)}`;
  }),
};

const python: Client = {
  name: "Python requests",
  missing: isThere("python3", ["-c", "import requests"]),
  call: async (urls, attachment) => lines(await run("python3", [file("caller.py"), ...urls], { REQUESTS_CA_BUNDLE: attachment.ca, HOSTS: hosts(attachment), ...proxyEnv(attachment) })),
};

const node: Client = {
  name: "Node's fetch",
  missing: null,
  call: async (urls, attachment) => lines(await run(process.execPath, ["--no-warnings", file("caller.mjs"), ...urls], { NODE_EXTRA_CA_CERTS: attachment.ca, HOSTS: hosts(attachment), ...(attachment.proxy === null ? {} : { NODE_USE_ENV_PROXY: "1" }), ...proxyEnv(attachment) })),
};

const java: Client = {
  name: "Java's HttpClient",
  missing: isThere("java", ["-version"]) ?? isThere("keytool", ["-help"]) ?? isThere("javac", ["-version"]),
  async call(urls, attachment) {
    const { ca, folder, names, proxy } = attachment;
    const store = join(folder, `trust-${Math.random().toString(36).slice(2)}.p12`);
    const table = join(folder, "hosts");
    spawnSync("keytool", ["-importcert", "-noprompt", "-alias", "ca", "-file", ca, "-keystore", store, "-storepass", "changeit", "-storetype", "PKCS12"]);
    writeFileSync(table, names.map((name) => `127.0.0.1 ${name}\n`).join(""));
    // Without the last one Java offers no password to a proxy that tunnels.
    const through = proxy === null ? [] : [`-Dcaller.proxyPort=${proxy.port}`, `-Dcaller.user=${proxy.user ?? ""}`, `-Dcaller.password=${proxy.password}`, "-Djdk.http.auth.tunneling.disabledSchemes="];
    return lines(await run("java", ["-XX:TieredStopAtLevel=1", `-Djavax.net.ssl.trustStore=${store}`, "-Djavax.net.ssl.trustStorePassword=changeit", ...(names.length === 0 ? [] : [`-Djdk.net.hosts.file=${table}`]), ...through, file("Caller.java"), ...urls]));
  },
};

/** Every client there is a guide for and that a test can run. */
export const CLIENTS: readonly Client[] = [curl, openssl, python, node, java];
