import { formatBind } from "../../base/units-text.ts";
import type { Line, Remark } from "./line.ts";
import type { NameWay, ProxyWay } from "./ways.ts";

/** A kind of client: how it learns to trust an authority, and how it learns of a proxy. Lines are for a shell in one directory, unless they say otherwise. */
export interface Target {
  readonly title: Remark;
  readonly trust: (authority: string, ca: CaFiles) => readonly Line[];
  readonly proxy: (proxy: ProxyWay) => readonly Line[];
  /** Where names are led elsewhere; the hosts file unless given. */
  readonly names?: (way: NameWay) => readonly Line[];
  /** True where `names` speaks of wildcards itself. */
  readonly knowsWildcards?: boolean;
  /** How the authority's certificate comes to the client's machine; written to a file by Taxgate's own command unless given. */
  readonly exported?: (authority: string, ca: CaFiles) => readonly Line[];
}

/** Names of files that the lines speak of. */
export interface CaFiles {
  /** The authority's certificate, and nothing else. */
  readonly ca: string;
  /** The system's authorities, and behind them this one. */
  readonly bundle: string;
}

/** The proxy as HTTPS_PROXY has it; a name and a token stand in it where users have to show them. */
export function proxyUrl({ host, port, users }: ProxyWay): string {
  return `http://${users ? "NAME:TOKEN@" : ""}${formatBind({ host, port })}`;
}

/** Hosts that are called directly. */
export const DIRECT = "localhost,127.0.0.1,::1";

/** Variables that most clients on Unix read: the name for plain HTTP is read in lower case alone by some. */
export function proxyVariables(proxy: ProxyWay): readonly string[] {
  return [`export HTTPS_PROXY=${proxyUrl(proxy)} http_proxy=${proxyUrl(proxy)} NO_PROXY=${DIRECT}`];
}

/** Makes the bundle: settings that name one file replace the system's authorities, which other calls of the application need. */
export function bundleLines({ ca, bundle }: CaFiles): readonly Line[] {
  return [
    { en: "the system's authorities with this one behind them (Red Hat: /etc/pki/tls/certs/ca-bundle.crt)", zh: "系统根证书加上本证书（Red Hat 系统为 /etc/pki/tls/certs/ca-bundle.crt）" },
    `cat /etc/ssl/certs/ca-certificates.crt ${ca} > ${bundle}`,
  ];
}
