import { plainHost } from "../base/host-names.ts";
import { hostName } from "../http/authority.ts";
import type { RequestHead } from "../http/message.ts";
import type { Caller, Exchange } from "../pipeline/exchange.ts";
import type { Send } from "../pipeline/handle.ts";

/** What carries an exchange to its end instead of the pipeline. */
export type Runner = (exchange: Exchange, send: Send) => Promise<void>;

/** Looks at each request of a connection before the pipeline does; null: nothing against it. */
export type Gate = (head: RequestHead, caller: Caller) => Runner | null | Promise<Runner | null>;

/** A host as requests name it. */
export interface Named {
  /** In its plain form; see base/host-names.ts. */
  readonly host: string;
  /** Null: none is said. */
  readonly port: number | null;
}

const ABSOLUTE = /^(https?):\/\/([^/?#]*)/i;

/**
 * Lets requests pass for hosts that are served on a connection. Both the target's own authority and Host must be one: the
 * target's outranks Host, and a client that says two things is none that is served here.
 */
export function authorityGate(isServed: (named: Named) => boolean, refusal: Runner): Gate {
  return ({ target, authority }) => {
    const absolute = absoluteForm(target);
    // `*` of OPTIONS names no host but that of Host.
    if (absolute !== null && !isServed(absolute)) return refusal;
    return isServed(namedBy(authority)) ? null : refusal;
  };
}

/** What a target in absolute-form (RFC 9112 section 3.2.2) has in front of its path; null: it has another form. */
export function absoluteForm(target: string): (Named & { readonly isSecure: boolean }) | null {
  const found = target.startsWith("/") ? null : ABSOLUTE.exec(target);
  return found === null ? null : { ...namedBy(found[2] as string), isSecure: (found[1] as string).length === "https".length };
}

/** Takes `host[:port]` apart. */
function namedBy(authority: string): Named {
  const port = /:(\d+)$/.exec(authority)?.[1];
  return { host: plainHost(hostName(authority)), port: port === undefined ? null : Number(port) };
}
