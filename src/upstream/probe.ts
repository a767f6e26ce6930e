import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as tls from "node:tls";
import type { Clock } from "../base/clock.ts";
import type { UpstreamTls } from "./connections.ts";
import type { PeerWatch } from "./peer-watch.ts";

/** What one probe found; `why` is for people. */
export interface ProbeResult {
  readonly healthy: boolean;
  readonly why: string;
}

/** What a probe needs to know of the region it looks at. */
export interface ProbeOptions {
  /** The same TLS as real calls use; null where only http: URLs occur. */
  readonly tls: UpstreamTls | null;
  /** Bound of the whole probe in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  /** Finds the host's addresses in place of the system. */
  readonly lookup?: net.LookupFunction | undefined;
  /** Looks at what the endpoint shows at the handshake. */
  readonly peers?: PeerWatch | undefined;
  /** Ends the probe as unhealthy and closes its socket. */
  readonly signal?: AbortSignal;
}

/** Healthy when `url` accepts a connection, and finishes a verified TLS handshake where it is https:. Never rejects. */
export function probeConnect(url: string, options: ProbeOptions): Promise<ProbeResult> {
  const target = new URL(url);
  return bounded(options, (settle) => {
    const socket = target.protocol === "https:" ? tlsSocket(target, options) : net.connect(address(target, options));
    socket.once(target.protocol === "https:" ? "secureConnect" : "connect", () => {
      options.peers?.(target.origin, socket);
      settle(true, "connected");
    });
    socket.on("error", (error) => settle(false, error.message));
    return () => socket.destroy();
  });
}

/** Healthy when `GET path` is answered below 500 within the bound; the body is thrown away. Never rejects. */
export function probePath(url: string, path: string, options: ProbeOptions): Promise<ProbeResult> {
  const target = new URL(url);
  return bounded(options, (settle) => {
    const request =
      target.protocol === "https:"
        ? https.request({ ...address(target, options), ...tlsOptions(target, options.tls), path, agent: false })
        : http.request({ ...address(target, options), path, agent: false });
    request.once("response", (response) => {
      const status = response.statusCode ?? 0;
      options.peers?.(target.origin, response.socket);
      settle(status < 500, `status ${status}`);
    });
    request.on("error", (error) => settle(false, error.message));
    request.end();
    return () => request.destroy();
  });
}

type Settle = (healthy: boolean, why: string) => void;

/** Runs a probe to its first result, its bound or the signal, whichever comes first; then lets go of its socket. */
function bounded(options: ProbeOptions, start: (settle: Settle) => () => void): Promise<ProbeResult> {
  return new Promise((resolve) => {
    let release: (() => void) | null = null;
    const settle: Settle = (healthy, why) => {
      timer.cancel();
      options.signal?.removeEventListener("abort", onAbort);
      release?.();
      resolve({ healthy, why });
    };
    const onAbort = (): void => settle(false, "probe was stopped");
    const timer = options.clock.after(options.timeout, () => settle(false, `no answer within ${options.timeout} ms`), true);
    options.signal?.addEventListener("abort", onAbort);
    try {
      release = start(settle);
    } catch (fault) {
      // Bad key material throws at once; that endpoint cannot be reached either.
      settle(false, String(fault));
    }
    if (options.signal?.aborted === true) onAbort();
  });
}

function address(target: URL, { lookup }: Pick<ProbeOptions, "lookup">): { host: string; port: number; lookup?: net.LookupFunction } {
  return { host: hostOf(target), port: Number(target.port) || (target.protocol === "https:" ? 443 : 80), ...(lookup === undefined ? {} : { lookup }) };
}

function hostOf(target: URL): string {
  return target.hostname.replace(/^\[|\]$/g, "");
}

function tlsOptions(target: URL, own: UpstreamTls | null): tls.ConnectionOptions {
  const host = hostOf(target);
  const serverName = own?.serverName ?? (net.isIP(host) === 0 ? host : undefined);
  const { ca, cert, key, minVersion } = own ?? {};
  return Object.fromEntries(
    Object.entries({ servername: serverName, ca, cert, key, minVersion }).filter(([, value]) => value !== undefined),
  );
}

function tlsSocket(target: URL, options: ProbeOptions): net.Socket {
  return tls.connect({ ...address(target, options), ...tlsOptions(target, options.tls) });
}
