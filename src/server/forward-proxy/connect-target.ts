import { isHost, plainHost } from "../../base/host-names.ts";

/** Where a client wants a tunnel to. */
export interface ConnectTarget {
  /** In its plain form; see base/host-names.ts. */
  readonly host: string;
  readonly port: number;
}

/** As it stands in the log. */
export function shownTarget({ host, port }: ConnectTarget): string {
  return `${host}:${port}`;
}

/** A port is always said (RFC 9110 section 9.3.6), and user information is no part of it. */
const AUTHORITY_FORM = /^(\[[0-9A-Fa-f:.]{2,45}\]|[^:[\]]{1,254}):([1-9]\d{0,4})$/;
const MOST_PORT = 65_535;

/** Reads the target of CONNECT; null where it is none. */
export function connectTarget(text: string): ConnectTarget | null {
  const match = AUTHORITY_FORM.exec(text);
  if (match === null) return null;
  const host = plainHost(match[1] as string);
  const port = Number(match[2]);
  return isHost(host) && port <= MOST_PORT ? { host, port } : null;
}
