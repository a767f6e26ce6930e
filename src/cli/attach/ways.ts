import { formatBind } from "../../base/units-text.ts";
import { hostMatcher, plainHost } from "../../base/host-names.ts";
import { isLoopback, parseAddress } from "../../base/cidr.ts";
import type { Config } from "../../config/config.ts";
import { canMeet } from "../../config/site-hosts.ts";

/*
 * How applications can be led to a Taxgate with a given configuration, without a change in them: by the address that they
 * are set to call, by the platform's own name, or by a proxy.
 */

type Listener = Config["listeners"][number];

/** The application is set to call Taxgate instead of the platform. */
export interface BaseWay {
  readonly listener: string;
  /** Without a path: `http://127.0.0.1:8080`. */
  readonly origin: string;
  /** True where TLS is spoken: the host of `origin` has to be one that the listener's certificate is for. */
  readonly secure: boolean;
  /** The host of `origin` where no site answers to it; null: one does. */
  readonly unanswered: string | null;
}

/** The platform's name leads to Taxgate. */
export interface NameWay {
  readonly listener: string;
  /** Where the name has to lead to: an IP address, or a name where Taxgate is said to be under one. */
  readonly address: string;
  readonly port: number;
  /** Names that a hosts file can hold. */
  readonly hosts: readonly string[];
  /** Those that only a DNS server can hold: `*.tax.example`. */
  readonly wildcards: readonly string[];
  readonly authority: string;
  /** URLs of endpoints through which Taxgate would call itself. */
  readonly loops: readonly string[];
}

/** Taxgate is the application's proxy. */
export interface ProxyWay {
  readonly listener: string;
  readonly host: string;
  readonly port: number;
  /** Null: it only passes on. */
  readonly authority: string | null;
  readonly hosts: readonly string[];
  /** True where users have to show a password. */
  readonly users: boolean;
  /** True where hosts that are not listed are refused. */
  readonly refusesOthers: boolean;
}

/** The ways that a configuration offers. */
export interface Ways {
  readonly base: readonly BaseWay[];
  readonly names: readonly NameWay[];
  readonly proxies: readonly ProxyWay[];
  /** Listeners that applications on other machines do not reach, although they are said to be there. */
  readonly onlyHere: readonly { readonly listener: string; readonly host: string }[];
}

/** Finds them. `only` is a listener's name; `address` is where the application finds Taxgate, unless the listener's own address says it; `namesOf` gives what a certificate of the configuration is for. */
export function waysOf(config: Config, only: string | null, address: string | null, namesOf: (certificate: string) => readonly string[]): Ways {
  const listeners = config.listeners.filter(({ name }) => only === null || name === only);
  const reverse = listeners.filter(({ mode }) => mode === "reverse");
  return {
    base: reverse.filter(({ tls }) => tls === undefined || tls.certificates.length > 0).map((listener) => baseWay(config, listener, address, namesOf)),
    names: reverse.flatMap((listener) => nameWay(config, listener, address) ?? []),
    proxies: listeners.filter(({ mode }) => mode === "forward-proxy").map((listener) => proxyWay(listener, address)),
    onlyHere: address === null || isLoopback(plainHost(address)) ? [] : listeners.filter(({ bind }) => isLoopback(bind.host)).map(({ name, bind }) => ({ listener: name, host: bind.host })),
  };
}

/** An address to call for one to listen on. */
function hostOf({ bind: { host } }: Listener, address: string | null): string {
  if (address !== null) return address;
  return host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "::1" : host;
}

function baseWay({ sites }: Config, listener: Listener, address: string | null, namesOf: (certificate: string) => readonly string[]): BaseWay {
  const { name, tls, bind } = listener;
  const named = tls?.certificates.flatMap(namesOf).find((domain) => !domain.startsWith("*."));
  const host = address ?? named ?? hostOf(listener, null);
  const isAnswered = sites.some(({ hosts }) => hosts.some((pattern) => canMeet(pattern, plainHost(host))));
  return { listener: name, origin: `${tls === undefined ? "http" : "https"}://${formatBind({ host, port: bind.port })}`, secure: tls !== undefined, unanswered: isAnswered ? null : host };
}

function nameWay(config: Config, listener: Listener, address: string | null): NameWay | null {
  const { name, bind, intercept, tls } = listener;
  if (intercept === undefined || tls === undefined) return null;
  const names = intercept.hosts.filter((host) => parseAddress(plainHost(host)) === null);
  const [hosts, wildcards] = [names.filter((host) => !host.startsWith("*.")), names.filter((host) => host.startsWith("*."))];
  return { listener: name, address: hostOf(listener, address), port: bind.port, hosts, wildcards, authority: intercept.authority, loops: loopsOf(config, names) };
}

/** Endpoints with an intercepted name, which nothing but the system looks up. */
function loopsOf({ sites }: Config, names: readonly string[]): string[] {
  const isIntercepted = hostMatcher(names);
  const urls = sites.flatMap(({ regions }) => regions.filter(({ upstream }) => upstream.nameServers.length === 0)).flatMap(({ endpoints }) => endpoints.filter((one) => one.address === undefined).map(({ url }) => url));
  return [...new Set(urls)].filter((url) => URL.canParse(url) && isIntercepted(plainHost(new URL(url).hostname)));
}

function proxyWay(listener: Listener, address: string | null): ProxyWay {
  const { name, bind, intercept, proxy } = listener;
  return {
    listener: name,
    host: hostOf(listener, address),
    port: bind.port,
    authority: intercept?.authority ?? null,
    hosts: intercept?.hosts ?? [],
    users: (proxy?.users ?? []).length > 0,
    refusesOthers: proxy?.others !== "tunnel",
  };
}
