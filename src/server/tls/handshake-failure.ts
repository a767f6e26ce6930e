import { NO_CERTIFICATE_FOR_NAME } from "./refuse-name.ts";

/** Why a handshake came to nothing, as logs say it. */
export const HANDSHAKE_FAILURES = [
  "client-does-not-trust-us", "client-left-at-certificate", "client-certificate", "client-alert", "plain-http", "not-tls", "no-common-version", "no-common-cipher", "no-certificate-for-name", "closed", "timeout", "other",
] as const;

/** See {@link HANDSHAKE_FAILURES}. */
export type HandshakeFailure = (typeof HANDSHAKE_FAILURES)[number];

/** OpenSSL's and node's codes, by what they mean to whoever looks for the cause; the first one that fits counts. Alerts are those of RFC 8446 section 6.2. */
const MEANINGS: readonly (readonly [RegExp, HandshakeFailure])[] = [
  [/ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_(REVOKED|EXPIRED|UNKNOWN))$/, "client-does-not-trust-us"],
  [/ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_(LOW|HIGH)/, "no-common-version"],
  [/_ALERT_/, "client-alert"],
  [/HTTPS?_(PROXY_)?REQUEST/, "plain-http"],
  [/WRONG_VERSION_NUMBER|UNEXPECTED_MESSAGE|PACKET_LENGTH_TOO_LONG/, "not-tls"],
  [/NO_SHARED_|NO_SUITABLE_/, "no-common-cipher"],
  [/HANDSHAKE_TIMEOUT/, "timeout"],
];
const CLOSED: readonly string[] = ["ECONNRESET", "EPIPE"];

/**
 * Why a handshake failed. `hasShown`: something was said to the client before it left, which for most is the certificate
 * that it did not like; a client need not say so (node's do not).
 */
export function handshakeFailure({ code = "" }: { readonly code?: string }, hasShown: boolean): HandshakeFailure {
  if (code === NO_CERTIFICATE_FOR_NAME) return "no-certificate-for-name";
  if (CLOSED.includes(code)) return hasShown ? "client-left-at-certificate" : "closed";
  return MEANINGS.find(([pattern]) => pattern.test(code))?.[1] ?? "other";
}
