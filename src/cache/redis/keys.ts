import { hash } from "node:crypto";
import type { EntryAddress, Selecting } from "../entry.ts";

/** Names of what the shared tier keeps in Redis. Hashed where they would name a person; all of a path in one Cluster slot. */
export interface RedisKeys {
  /** Answers of an address, or the names of the fields that choose among them. */
  entry(address: EntryAddress): string;
  /** The answer that these fields choose. */
  variant(address: EntryAddress, selecting: readonly Selecting[]): string;
  /** Invalidation marks of a path: a hash. */
  marks(site: string, path: string): string;
  /** Marks that reach over paths: a hash. */
  readonly globalMarks: string;
  /** All invalidations, the latest last: a stream in the slot of the global marks. */
  readonly stream: string;
  /** Channel that says: the stream has grown. */
  readonly bell: string;
}

const LAYOUT = 1;

/** 128 bits and more of SHA-256: enough against collisions, short enough to be kept by the million. */
export function shortHash(text: string): string {
  return hash("sha256", text, "base64url").slice(0, 22);
}

/** Key names that begin with the prefix. */
export function redisKeys(prefix: string): RedisKeys {
  const slot = (name: string): string => `${prefix}:${LAYOUT}:{${name}}`;
  const path = (site: string, path: string): string => slot(shortHash(`${site}\0${path}`));
  const wide = slot(`${prefix}-all`);
  return {
    entry: (address) => `${path(address.site, address.path)}:e:${hash("sha256", address.key, "base64url")}`,
    variant: (address, selecting) => `${path(address.site, address.path)}:v:${hash("sha256", `${JSON.stringify(selecting)}\0${address.key}`, "base64url")}`,
    marks: (site, of) => `${path(site, of)}:m`,
    globalMarks: `${wide}:m`,
    stream: `${wide}:s`,
    bell: `${wide}:b`,
  };
}
