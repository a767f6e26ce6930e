import type { Clock } from "../../base/clock.ts";
import type { KeyPair } from "../key-pair.ts";
import { makeAlpnCertificate } from "./alpn-certificate.ts";
import { handshakeName } from "./handshake-name.ts";
import type { Challenge } from "./solver.ts";

/** Certificates that are shown to authorities, by the name that they ask for (RFC 8737). */
export interface TlsAlpn01 {
  /** Why it cannot be shown; null: it is. */
  present(challenge: Challenge): Promise<string | null>;
  clear(challenge: Challenge): void;
  /** Is anything to be shown? Asked for every connection: costs nothing. */
  pending(): boolean;
  /** What to show to whoever asks for this name; of several the latest. */
  pair(host: string): KeyPair | null;
}

interface Shown {
  readonly host: string;
  readonly keyAuthorization: string;
  readonly pair: KeyPair;
}

/** Makes an empty table. */
export function createTlsAlpn01(clock: Pick<Clock, "wall">): TlsAlpn01 {
  let shown: readonly Shown[] = [];
  const without = ({ identifier, keyAuthorization }: Challenge): readonly Shown[] => {
    const host = handshakeName(identifier);
    return shown.filter((one) => one.host !== host || one.keyAuthorization !== keyAuthorization);
  };
  return {
    async present(challenge) {
      const host = handshakeName(challenge.identifier);
      if (host === null) return `'${challenge.identifier.value}' is no IP address`;
      const pair = await makeAlpnCertificate(challenge.identifier, challenge.keyAuthorization, clock.wall());
      shown = [{ host, keyAuthorization: challenge.keyAuthorization, pair }, ...without(challenge)];
      return null;
    },
    clear(challenge) {
      shown = without(challenge);
    },
    pending: () => shown.length > 0,
    pair: (host) => shown.find((one) => one.host === host.toLowerCase())?.pair ?? null,
  };
}
