import type { WatchedKind, Standing } from "./watched.ts";
import { leftText } from "./left-text.ts";

const WHAT: Readonly<Record<WatchedKind, (name: string) => string>> = {
  own: (name) => `certificate ${name}`,
  client: (name) => `client certificate ${name}`,
  platform: (name) => `the certificate of platform ${name}`,
  bundle: (name) => `an authority in ${name}`,
  "revocation-list": (name) => `the revocation list in ${name}`,
  authority: (name) => `private authority ${name}`,
  credential: (name) => `credential ${name}`,
};

/** How a thing stands, in words: `certificate edge ends in 46 h`. `now` is wall time. */
export function sentence({ kind, name, stage, notBefore, notAfter }: Standing, now: number): string {
  const what = WHAT[kind](name);
  if (stage === "not-yet") return `${what} holds only in ${leftText((notBefore ?? now) - now)}: this machine's clock, or the one that made it, is wrong`;
  return now > notAfter ? `${what} ran out ${leftText(now - notAfter)} ago` : `${what} ends in ${leftText(notAfter - now)}`;
}
