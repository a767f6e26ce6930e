import type { ErrorCode } from "../base/errors.ts";
import type { Front } from "./arrival.ts";
import type { Guard } from "./crowd.ts";
import type { ForwardProxyEnv } from "./forward-proxy/forward-proxy.ts";
import type { AlpnAnswers } from "./tls/alpn-taker.ts";
import type { HandshakeFailure } from "./tls/handshake-failure.ts";
import type { HandshakeWatch } from "./tls/secure-door.ts";
import type { UpgradeLane } from "./upgrade.ts";

/** What a listener needs. */
export interface ListenerEnv {
  readonly front: Front;
  readonly upgrades: UpgradeLane;
  /** `why` tells more of a handshake. */
  readonly refused: (listener: string, code: ErrorCode, address: string, why?: HandshakeFailure) => void;
  /** Told of a fault of ours while taking a request in. */
  readonly failed: (listener: string, fault: unknown) => void;
  /** What is known of clients elsewhere; without it all are strangers. */
  readonly guard?: Guard;
  /** What is shown to authorities that validate a name by tls-alpn-01; without it nothing is. */
  readonly alpn?: AlpnAnswers;
  /** Told of TLS. */
  readonly handshakes?: HandshakeWatch;
  /** What forward proxies need; without it none can be opened. */
  readonly forwardProxy?: ForwardProxyEnv;
}
