import type { Headers } from "../../http/message.ts";
import { refuse, retryAfter, type Verdict } from "../../pipeline/verdict.ts";
import type { ConnectTarget } from "./connect-target.ts";
import type { ProxyUser } from "./proxy-users.ts";

/** A refusal, as the pipeline says it. */
export type Refusal = Extract<Verdict, { readonly kind: "refuse" }>;

/** What is done for a host: it is answered for here, passed on to unread, or refused. */
export type ProxyVerdict = { readonly kind: "intercept" } | { readonly kind: "pass" } | Refusal;

/** What a proxy leads to. */
export interface Reach {
  /** Is the host listed under `intercept`? */
  readonly isIntercepted: (host: string) => boolean;
  readonly others: "refuse" | "tunnel";
  /** Ports of hosts that are passed on to; those that are answered for may be asked for there too. */
  readonly ports: readonly number[];
}

/** Ports at which platforms are called in the clear and over TLS. */
export const USUAL_PORTS: readonly number[] = [80, 443];
const CHALLENGE: Headers = ["Proxy-Authenticate", 'Basic realm="taxgate"'];

/** May a client be led there, and how? */
export function judgeTarget({ host, port }: ConnectTarget, { isIntercepted, others, ports }: Reach): ProxyVerdict {
  if (isIntercepted(host)) return USUAL_PORTS.includes(port) || ports.includes(port) ? { kind: "intercept" } : refusal(`port ${port} of '${host}' is none that this proxy serves`);
  if (others === "refuse") return refusal(`'${host}' is not listed`);
  return ports.includes(port) ? { kind: "pass" } : refusal(`port ${port} is not listed under 'proxy.ports'`);
}

function refusal(detail: string): Refusal {
  return refuse("not-intercepted", detail) as Refusal;
}

/** What is said to whoever may not use the proxy; null: they may. */
export function judgeUser(user: ProxyUser): Refusal | null {
  if (user.kind === "known") return null;
  if (user.kind === "wait") return challenge("too many wrong tries: they are not looked at for a while", [...CHALLENGE, ...retryAfter(user.seconds)]);
  return challenge(user.kind === "missing" ? "Proxy-Authorization is missing" : "no such user, or another password", CHALLENGE);
}

function challenge(detail: string, headers: Headers): Refusal {
  return refuse("proxy-auth-required", detail, headers) as Refusal;
}
