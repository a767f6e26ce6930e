import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startChallengeDns, type ChallengeDns } from "./challenge-dns.ts";
import { pebbleProcess, type PebbleProcess } from "./pebble-process.ts";
import { quietPorts } from "./quiet-ports.ts";
import { TEST_CA } from "./tls-material.ts";

/** How an authority of a test behaves. Unless written: kind, at once, and the same for every run. */
export interface PebbleOptions {
  /** Per cent of good nonces that are refused (`badNonce`); 0. */
  readonly nonceRejects?: number;
  /** Each validation waits a random whole number of seconds below this; 0: none waits. */
  readonly validationSleep?: number;
  /** Per cent of orders that find a valid authorization again; 0, by which pebble means 1. */
  readonly authorizationReuse?: number;
  /** Further roots, each with a chain of its own; 0. */
  readonly alternateRoots?: number;
  /** Life of certificates in seconds; five years. */
  readonly validitySeconds?: number;
  /** Keys by id (base64url) of external account binding, which is then required. */
  readonly eab?: Readonly<Record<string, string>>;
  /** Address of the OCSP responder that certificates name; none. */
  readonly ocspResponder?: string;
  /** Port at which http-01 is looked at; a free one. */
  readonly httpPort?: number;
  /** Port at which tls-alpn-01 is looked at; a free one. */
  readonly tlsPort?: number;
}

/** An ACME authority of Debian's package `pebble`, on loopback. */
export interface Pebble {
  /** Address of its directory; trust {@link TEST_CA} for it. */
  readonly directory: string;
  /** PEM file with {@link TEST_CA}, for `acme.ca`. */
  readonly caFile: string;
  readonly httpPort: number;
  readonly tlsPort: number;
  /** The name server that it asks. */
  readonly dns: ChallengeDns;
  /** PEM of its roots, the usual one first. Others after each restart. */
  roots(): Promise<readonly string[]>;
  /** PEM of the intermediates that sign, in the roots' order. Others after each restart. */
  intermediates(): Promise<readonly string[]>;
  /** What it printed so far. */
  log(): string;
  /** Ends it at once, as a machine that loses power. */
  kill(): Promise<void>;
  /** Starts it again on the same ports: it has forgotten every account and order, and has other roots. */
  restart(): Promise<void>;
  /** It keeps its ports but answers nothing. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Ends it and its name server, and removes their folder. */
  stop(): Promise<void>;
}

/** Why tests that need pebble skip; false where it is installed. */
export const pebbleMissing: string | false = ["pebble", "pebble-challtestsrv"].every(installed) ? false : "pebble is not installed (Debian: apt install pebble)";

const OWN_TLS = fileURLToPath(new URL("tls/", import.meta.url));

/** Starts an authority and the name server that it asks. Throws where it is not installed. */
export async function startPebble(options: PebbleOptions = {}): Promise<Pebble> {
  if (pebbleMissing !== false) throw new Error(pebbleMissing);
  const folder = mkdtempSync(join(tmpdir(), "taxgate-pebble-"));
  const [port = 0, managed = 0, freeHttp = 0, freeTls = 0] = await quietPorts(4);
  const [httpPort, tlsPort] = [options.httpPort ?? freeHttp, options.tlsPort ?? freeTls];
  const config = join(folder, "pebble.json");
  const log = join(folder, "pebble.log");
  writeFileSync(config, JSON.stringify({ pebble: { ...settings(options), httpPort, tlsPort, listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${managed}` } }));
  const dns = await startChallengeDns(folder);
  const server = pebbleProcess({ command: "pebble", args: ["-config", config, "-dnsserver", dns.address], env: environment(options), log, ports: [port, managed] });
  const stop = (): Promise<void> => end(server, dns, folder);
  await server.start().catch(async (fault: unknown) => {
    await stop(); // a child that is left would keep the test's process alive
    throw fault;
  });
  const count = 1 + (options.alternateRoots ?? 0);
  return {
    directory: `https://127.0.0.1:${port}/dir`,
    caFile: join(OWN_TLS, "ca.pem"),
    httpPort,
    tlsPort,
    dns,
    roots: () => each(count, (index) => managedText(managed, `/roots/${index}`)),
    intermediates: () => each(count, (index) => managedText(managed, `/intermediates/${index}`)),
    log: () => readFileSync(log, "utf8"),
    kill: () => server.signal("SIGKILL"),
    async restart() {
      await server.signal("SIGKILL");
      await server.start();
    },
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    stop,
  };
}

function settings({ validitySeconds, eab, ocspResponder }: PebbleOptions): object {
  return {
    certificate: join(OWN_TLS, "localhost.pem"),
    privateKey: join(OWN_TLS, "localhost.key"),
    ocspResponderURL: ocspResponder ?? "",
    externalAccountBindingRequired: eab !== undefined,
    ...(eab === undefined ? {} : { externalAccountMACKeys: eab }),
    ...(validitySeconds === undefined ? {} : { certificateValidityPeriod: validitySeconds }),
  };
}

function environment({ nonceRejects = 0, validationSleep = 0, authorizationReuse = 0, alternateRoots = 0 }: PebbleOptions): Record<string, string> {
  return {
    PEBBLE_WFE_NONCEREJECT: String(nonceRejects),
    PEBBLE_AUTHZREUSE: String(authorizationReuse),
    PEBBLE_ALTERNATE_ROOTS: String(alternateRoots),
    ...(validationSleep === 0 ? { PEBBLE_VA_NOSLEEP: "1" } : { PEBBLE_VA_SLEEPTIME: String(validationSleep) }),
  };
}

async function end(server: PebbleProcess, dns: ChallengeDns, folder: string): Promise<void> {
  await Promise.all([server.signal("SIGKILL"), dns.stop()]);
  rmSync(folder, { recursive: true, force: true });
}

function installed(tool: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => existsSync(join(folder, tool)));
}

function each<T>(count: number, of: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => of(index)));
}

/** One text of the management interface. */
function managedText(port: number, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, ca: TEST_CA, agent: false, timeout: 5000 }, (answer) => {
      const parts: string[] = [];
      answer.setEncoding("utf8").on("data", (part: string) => parts.push(part)).on("error", reject);
      answer.on("end", () => (answer.statusCode === 200 ? resolve(parts.join("")) : reject(new Error(`reading '${path}' of pebble: got ${answer.statusCode}`))));
    });
    asked.on("timeout", () => asked.destroy(new Error(`reading '${path}' of pebble: no answer within 5 s`)));
    asked.on("error", reject).end();
  });
}
