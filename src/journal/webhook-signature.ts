import { createHmac, timingSafeEqual } from "node:crypto";

/*
 * How a webhook proves that it comes from this Taxgate and is new. The header is `t=SECONDS,v1=HEX`: the time of sending in
 * seconds since 1970, and HMAC-SHA-256 under the shared secret over the seconds as written, a full stop and the body's bytes.
 *
 * A receiver takes the body as it came, before any parsing; computes the same over the header's own `t`; compares in
 * constant time; and refuses a `t` that is more than a few minutes off. More `v1` may stand there while a secret is
 * changed: one that fits is enough. What it does not know (`v2=…`) it passes over.
 */

/** The name of the header. */
export const SIGNATURE_HEADER = "Taxgate-Signature";

/** Why a signature is refused. */
export type SignatureFault = "malformed" | "wrong" | "too-old" | "from-the-future";

/** The value of the header for a body that is sent at `seconds` since 1970 (whole ones). */
export function signNotice(body: Uint8Array | string, secret: string, seconds: number): string {
  return `t=${seconds},v1=${mac(body, secret, String(seconds)).toString("hex")}`;
}

/**
 * What a receiver does: null where the header fits the body and was made within `tolerance` seconds of `now` (seconds since
 * 1970, by the receiver's clock), else why not. The time is judged only after the signature.
 */
export function noticeFault(header: string, body: Uint8Array | string, secret: string, now: number, tolerance = 300): SignatureFault | null {
  const parts = header.split(",").map((part) => part.trim());
  const [seconds, ...others] = parts.filter((part) => part.startsWith("t=")).map((part) => part.slice(2));
  const given = parts.filter((part) => /^v1=[0-9a-f]{64}$/.test(part)).map((part) => Buffer.from(part.slice(3), "hex"));
  if (seconds === undefined || others.length > 0 || !/^\d{1,12}$/.test(seconds) || given.length === 0) return "malformed";
  const wanted = mac(body, secret, seconds);
  // All of them are compared, so that the time taken says nothing about which one fits.
  if (given.filter((one) => timingSafeEqual(one, wanted)).length === 0) return "wrong";
  const age = now - Number(seconds);
  if (age > tolerance) return "too-old";
  return age < -tolerance ? "from-the-future" : null;
}

function mac(body: Uint8Array | string, secret: string, seconds: string): Buffer {
  return createHmac("sha256", secret).update(`${seconds}.`).update(body).digest();
}
