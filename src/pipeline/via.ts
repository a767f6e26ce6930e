import { headerValue, headerValues, sameName } from "../http/headers.ts";
import type { Headers, RequestHead } from "../http/message.ts";

/* Via (RFC 9110 section 7.6.3): what a message says of those that it came through. */

/** The name in Via instead of a host: it says that somebody forwarded, not who or where. */
const PSEUDONYM = "taxgate";

const OWN_VIA: Readonly<Record<string, string>> = { "1.0": `1.0 ${PSEUDONYM}`, "1.1": `1.1 ${PSEUDONYM}`, "2": `2.0 ${PSEUDONYM}` };

/** The Via of a message that passes through here: what stood there before, and the pseudonym. */
export function via(headers: Headers, version: RequestHead["version"]): string {
  const own = OWN_VIA[version] as string;
  if (headerValue(headers, "via") === undefined) return own;
  return `${headerValues(headers, "via").join(", ")}, ${own}`;
}

/** More than any chain of sidecars and gateways has. */
const MOST_PASSES = 5;
const OWN_NAME = new RegExp(`(?:^|[\\s,])${PSEUDONYM}(?=[\\s,(]|$)`, "g");

/** Has a request come through here, or through others of our kind, so often that it must be going round in a circle? */
export function isLoop(headers: Headers): boolean {
  let passes = 0;
  for (let i = 0; i < headers.length; i += 2) {
    if (!sameName(headers[i] as string, "via")) continue;
    passes += (headers[i + 1] as string).match(OWN_NAME)?.length ?? 0;
  }
  return passes >= MOST_PASSES;
}
