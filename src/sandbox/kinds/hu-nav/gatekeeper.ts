import { parseInstant } from "../../../base/instant.ts";
import { platformWall, type World } from "../../world.ts";
import { encodedToken, passwordHash, requestSignature, userOf } from "./credentials.ts";
import { itemsOf, type Message } from "./message.ts";
import type { NavError } from "./nav-answer.ts";

/** A token as it is given to the application. */
export interface IssuedToken {
  readonly encoded: string;
  /** Wall time in ms. */
  readonly from: number;
  readonly to: number;
}

/** Decides whether NAV deals with a request at all. */
export interface Gatekeeper {
  /** Checks user, password, signature, time and the uniqueness of the request id; undefined where all is well. */
  check(message: Message): NavError | undefined;
  /** Remembers the id of a request that was done: only those are used up. */
  done(message: Message): void;
  issueToken(message: Message): IssuedToken;
  /** Uses a token up; false where it is unknown, used, too old or another taxpayer's. */
  redeem(token: string | undefined, message: Message): boolean;
}

const TOKEN_MS = 5 * 60_000;
/** How far a request's time may be from NAV's; second-hand, NAV's own text says only "invalid". */
const CLOCK_MARGIN_MS = 24 * 3_600_000;
const TOKEN_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

const BAD_USER = { status: 401, code: "INVALID_SECURITY_USER", text: "Invalid security user!" };
const BAD_SIGNATURE = { status: 400, code: "INVALID_REQUEST_SIGNATURE", text: "Invalid request signature!" };
const BAD_TIME = { status: 400, code: "INVALID_TIMESTAMP", text: "Invalid request timestamp!" };
const SEEN = { status: 400, code: "REQUEST_ID_NOT_UNIQUE", text: "Request id not unique!" };

/** Makes one that has seen nothing. */
export function createGatekeeper(world: World): Gatekeeper {
  const ids = new Set<string>();
  const tokens = new Map<string, { readonly taxNumber: string; readonly until: number }>();
  return {
    check(message) {
      const user = userOf(message.taxNumber);
      const sent = parseInstant(message.timestamp);
      if (message.login !== user.login || message.passwordHash !== passwordHash(user.password)) return BAD_USER;
      if (sent === null || Math.abs(platformWall(world) - sent) > CLOCK_MARGIN_MS) return BAD_TIME;
      if (message.signature !== requestSignature({ ...message, items: itemsOf(message) }, user.signKey)) return BAD_SIGNATURE;
      return ids.has(idOf(message)) ? SEEN : undefined;
    },
    done: (message) => void ids.add(idOf(message)),
    issueToken({ taxNumber }) {
      const letters = Array.from({ length: 48 }, () => TOKEN_LETTERS[Math.floor(world.random.next() * TOKEN_LETTERS.length)]);
      const token = letters.join("");
      tokens.set(token, { taxNumber, until: world.clock.now() + TOKEN_MS });
      const from = platformWall(world);
      return { encoded: encodedToken(token, userOf(taxNumber)), from, to: from + TOKEN_MS };
    },
    redeem(token, { taxNumber }) {
      const known = tokens.get(token ?? "");
      if (!known || known.taxNumber !== taxNumber || known.until < world.clock.now()) return false;
      return tokens.delete(token ?? "");
    },
  };
}

function idOf({ taxNumber, requestId }: Message): string {
  return `${taxNumber}/${requestId}`;
}
