import { z } from "zod";
import type { EntryAddress, Invalidation } from "../entry.ts";
import { shortHash } from "./keys.ts";
import type { Seal } from "../../base/seal.ts";

const text = z.string().max(16_384);
const soft = z.boolean();
const invalidation = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("url"), soft, site: text, path: text, query: text.nullable() }),
  z.strictObject({ kind: z.literal("tag"), soft, tag: text }),
  z.strictObject({ kind: z.literal("region"), soft, site: text.nullable(), region: text }),
  z.strictObject({ kind: z.literal("route"), soft, site: text, route: text }),
  z.strictObject({ kind: z.literal("all"), soft }),
]);

const MOST_CHARACTERS = 65_536;

/** What another instance voided; `ignored` where it is no such message, `lost` where it is one that cannot be read here. */
export type Message = Invalidation | "ignored" | "lost";

/** Invalidations as text for the others, encrypted where there is a seal: paths and tags may name people. */
export interface Messages {
  write(what: Invalidation): string;
  read(message: string): Message;
}

/** Makes {@link Messages}; sealed ones open under the same `bound` alone. */
export function createMessages(seal: Seal | null, bound: string): Messages {
  return {
    write(what) {
      const plain = JSON.stringify(what);
      return seal === null ? plain : `~${seal.close(Buffer.from(plain), bound).toString("base64url")}`;
    },
    read(message) {
      if (message.length > MOST_CHARACTERS) return "ignored";
      if (!message.startsWith("~")) return parsed(message);
      const plain = seal?.open(Buffer.from(message.slice(1), "base64url"), bound) ?? null;
      return plain === null ? "lost" : parsed(plain.toString("utf8"));
    },
  };
}

function parsed(plain: string): Message {
  try {
    const read = invalidation.safeParse(JSON.parse(plain));
    return read.success ? read.data : "ignored";
  } catch {
    return "ignored";
  }
}

/** Name of the mark that an invalidation over paths moves, without its hardness; null for those of one path. */
export function markOf(what: Invalidation): string | null {
  switch (what.kind) {
    case "url":
      return null;
    case "all":
      return "a";
    case "region":
      return shortHash(JSON.stringify(["region", what.site, what.region]));
    case "route":
      return shortHash(JSON.stringify(["route", what.site, what.route]));
    case "tag":
      return shortHash(JSON.stringify(["tag", what.tag]));
  }
}

/** Names of all such marks that an entry counts under, `a` left out. */
export function marksOver({ site, home, route, tags }: EntryAddress): string[] {
  const kinds: Invalidation[] = [
    { kind: "region", soft: false, site: null, region: home },
    { kind: "region", soft: false, site, region: home },
    { kind: "route", soft: false, site, route },
    ...tags.map((tag) => ({ kind: "tag", soft: false, tag }) as const),
  ];
  return kinds.map((what) => markOf(what) ?? "");
}
