import type { OwnPeer, OwnRequest } from "../../src/http/own-message.ts";

/** A peer on this machine, and one that is not. */
export const LOCAL: OwnPeer = { address: "127.0.0.1", loopback: true, secure: false };
/** See {@link LOCAL}. */
export const REMOTE: OwnPeer = { address: "192.0.2.7", loopback: false, secure: true };

/** What a test says about a request; the rest is as a local client would send it. */
export interface Asked {
  readonly peer?: OwnPeer;
  readonly token?: string;
  /** Fields beside Host and Authorization; a `host` here replaces the usual one, null leaves it out. */
  readonly fields?: readonly string[];
  readonly host?: string | null;
  readonly query?: string;
}

/** A request such as `GET /metrics`; its query may stand in the line. */
export function request(line: string, asked: Asked = {}): OwnRequest {
  const [method = "", target = ""] = line.split(" ");
  const [path = "", query = ""] = target.split("?");
  const host = asked.host === undefined ? "127.0.0.1:9900" : asked.host;
  const headers = [...(host === null ? [] : ["Host", host]), ...(asked.token === undefined ? [] : ["Authorization", `Bearer ${asked.token}`]), ...(asked.fields ?? [])];
  return { method, path, query: asked.query ?? query, headers, body: new Uint8Array(), peer: asked.peer ?? LOCAL };
}

/** The value of an answer's field, or undefined. */
export function field(headers: readonly string[], name: string): string | undefined {
  const at = headers.findIndex((item, index) => index % 2 === 0 && item === name);
  return at < 0 ? undefined : headers[at + 1];
}
