import type { IncomingMessage, Server } from "node:http";
import type { Socket } from "node:net";
import type { RequestHead } from "../../http/message.ts";
import type { TunnelRecorders } from "../../observe/tunnel-recorders.ts";
import type { Exchange } from "../../pipeline/exchange.ts";
import { refuse, type Verdict } from "../../pipeline/verdict.ts";
import type { Front } from "../arrival.ts";
import { absoluteForm, type Gate, type Runner } from "../gate.ts";
import type { ServerRole } from "../http-servers.ts";
import type { ListenerOptions } from "../options.ts";
import type { SecureDoor } from "../tls/secure-door.ts";
import { servedNames } from "../tls/served-names.ts";
import { createConnectLane, type OpenTunnels } from "./connect-lane.ts";
import { shownTarget, type ConnectTarget } from "./connect-target.ts";
import { createDial, type DialEnv } from "./dial.ts";
import { createInterception } from "./interception.ts";
import { proxyUsers, type ProxyUser } from "./proxy-users.ts";
import { judgeTarget, judgeUser, USUAL_PORTS, type Reach } from "./proxy-verdict.ts";
import { relay } from "./relay.ts";

/** What forward proxies need from outside. */
export interface ForwardProxyEnv extends Omit<DialEnv, "clock"> {
  /** Writes what became of a CONNECT. */
  readonly record: (x: Exchange) => void;
  readonly recorders: TunnelRecorders;
}

/** The proxy's side of a listener. */
export interface ForwardProxy {
  /** Looks at requests that are not CONNECT. */
  readonly gate: Gate;
  readonly onConnect: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  readonly tunnels: () => OpenTunnels;
  stop(): void;
}

/** What belongs to the listener. */
export interface ProxyPlace {
  readonly options: ListenerOptions;
  readonly front: Front;
  readonly door: SecureDoor;
  readonly make: (role: ServerRole) => Server;
}

/** Opens the proxy's side of a listener. */
export function openForwardProxy({ options, front, door, make }: ProxyPlace, env: ForwardProxyEnv): ForwardProxy {
  const { clock } = front;
  const { others = "refuse", ports = USUAL_PORTS, users = [] } = options.proxy ?? {};
  const reach: Reach = { isIntercepted: servedNames(door.show.material).isIntercepted, others, ports };
  const known = proxyUsers(users, { clock });
  const dial = createDial({ ...env, clock });
  const turnAway = (verdict: Verdict, wanted: ConnectTarget | null = null): Runner => (x, send) => {
    if (wanted !== null) x.path = shownTarget(wanted);
    return front.turnAway(x, verdict, send);
  };
  const interception = createInterception({ door, clock, within: options.timeouts.head, make, isIntercepted: reach.isIntercepted, turnAway: (verdict) => turnAway(verdict) });
  const relayEnv = { dial, clock, pause: options.timeouts.body, maxHeadBytes: options.maxHeadBytes };
  const relayed = (target: ConnectTarget, user: string | null): Runner => async (x, send) => {
    x.principal = user;
    x.path = shownTarget(target);
    const verdict = await relay(x, target, relayEnv).catch(() => refuse("internal", "a fault inside the proxy"));
    await front.turnAway(x, verdict, send);
  };
  const judge = ({ target }: RequestHead, user: ProxyUser): Runner | null => {
    const stranger = judgeUser(user);
    const absolute = absoluteForm(target);
    const wanted = absolute === null ? null : { host: absolute.host, port: absolute.port ?? (absolute.isSecure ? 443 : 80) };
    if (stranger !== null) return turnAway(stranger, wanted);
    if (absolute === null || wanted === null) return turnAway(refuse("misdirected", "this is a forward proxy: it is set as HTTP_PROXY and HTTPS_PROXY, and not called by its own address"));
    const verdict = judgeTarget(wanted, reach);
    if (verdict.kind === "intercept") return null;
    if (verdict.kind === "refuse") return turnAway(verdict, wanted);
    // To speak TLS in a client's place would be to read what nobody has listed.
    return absolute.isSecure ? turnAway(refuse("not-intercepted", "addresses with https: are passed on through CONNECT alone"), wanted) : relayed(wanted, user.kind === "known" ? user.name : null);
  };
  const lane = createConnectLane({ options, front, env, known, reach, interception, dial });
  return {
    gate(head, caller) {
      const user = known(head.headers, caller.address);
      return user instanceof Promise ? user.then((found) => judge(head, found)) : judge(head, user);
    },
    onConnect: lane.onConnect,
    tunnels: lane.tunnels,
    stop: () => interception.stop(),
  };
}
