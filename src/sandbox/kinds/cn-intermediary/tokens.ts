import { createHash } from "node:crypto";
import type { Answer } from "../../answer.ts";
import { isRecord, isText, readJson } from "../../json-record.ts";
import type { PlatformRequest } from "../../kind.ts";
import { remember } from "../../remember.ts";
import type { World } from "../../world.ts";
import { say } from "./message.ts";

/** Tokens are to be kept: a taxpayer gets 50 of them within 30 days, each good for 24 hours. */
export const TOKENS_PER_MONTH = { count: 50, ms: 30 * 24 * 3_600_000 };

const LIFE_MS = 24 * 3_600_000;

/** The platform's tokens. */
export interface Tokens {
  /** Gives a new one; those before stay good. */
  answer(request: PlatformRequest): Answer;
  /** Whether the request carries one that is good. */
  admits(request: PlatformRequest): boolean;
}

/** Makes none yet. */
export function createTokens(world: World): Tokens {
  const until = new Map<string, number>();
  return {
    answer(request) {
      const owner = ownerOf(request);
      if (owner === "") return say("1002");
      const token = createHash("sha256").update(`${world.name} ${owner} ${until.size} ${world.random.next()}`).digest("hex");
      remember(until, token, world.clock.now() + LIFE_MS);
      return say("1000", { access_token: token, expires_in: LIFE_MS / 1000 });
    },
    admits({ headers }) {
      const token = headers["access_token"];
      return typeof token === "string" && world.clock.now() < (until.get(token) ?? -Infinity);
    },
  };
}

/** The tax number that asks for a token; an empty text when there is none. */
export function ownerOf({ body }: PlatformRequest): string {
  const value = readJson(body.bytes);
  return isRecord(value) && isText(value.nsrsbh, 20) ? value.nsrsbh : "";
}
