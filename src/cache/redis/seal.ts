import { createSeal, deriveSealKeys } from "../../base/seal.ts";
import type { Seal } from "../../base/seal.ts";
import type { RedisOptions } from "../options.ts";

/** Part of every key's derivation; another one would make all that is stored unreadable. */
const CONTEXT = "taxgate cache 1";

/** The seal of the shared tier. Takes some 40 ms a key. */
export function createTierSeal(encryption: NonNullable<RedisOptions["encryption"]>): Seal {
  return createSeal(deriveSealKeys(encryption, CONTEXT));
}
