import { basename, dirname, join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { removeFile } from "../../base/files.ts";
import { listDirectory } from "../../base/shared-files.ts";
import { challengeFile } from "./file-names.ts";
import { readJsonFile } from "./json-file.ts";
import type { Put } from "./put.ts";
import type { CertificateStore } from "./store.ts";

/** An order that takes longer has failed, and nobody came to clear its challenges away. */
const LONGEST = 24 * 3_600_000;
/** All names of the largest certificate, several times. */
const MOST = 1000;
/** RFC 8555 section 8.1: the token, a dot, a SHA-256 in base64url. */
const THUMBPRINT = /^[A-Za-z0-9_-]{43}$/;

/** The challenges of a store: one file a token, so that whichever process is asked can answer. */
export function createChallenges(root: string, clock: Clock, put: Put): Pick<CertificateStore, "challenge" | "putChallenge" | "dropChallenge"> {
  /** By the time written inside, because a file's own is another clock's. */
  function sweep(folder: string): void {
    const all = listDirectory(folder).filter((name) => !name.startsWith("."));
    const dated = all.map((name) => ({ path: join(folder, name), age: clock.wall() - writtenAt(join(folder, name)) }));
    for (const [index, { path, age }] of dated.toSorted((a, b) => a.age - b.age).entries()) if (index >= MOST || Math.abs(age) > LONGEST) removeFile(path);
  }

  return {
    challenge(token) {
      const path = challengeFile(root, token);
      const reading = path === null ? null : readJsonFile(path);
      const written = reading?.kind === "object" ? reading.value["keyAuthorization"] : null;
      return typeof written === "string" && belongs(token, written) ? written : null;
    },
    putChallenge(token, keyAuthorization) {
      const path = challengeFile(root, token);
      if (path === null || !belongs(token, keyAuthorization)) return { ok: false, reason: "writing a challenge: the token is not base64url of 20 to 200 characters with its thumbprint" };
      const done = put(dirname(path), basename(path), `${JSON.stringify({ keyAuthorization, at: clock.wall() })}\n`);
      if (done.ok) sweep(dirname(path));
      return done;
    },
    dropChallenge(token) {
      const path = challengeFile(root, token);
      if (path !== null) removeFile(path);
    },
  };
}

function belongs(token: string, keyAuthorization: string): boolean {
  return keyAuthorization.startsWith(`${token}.`) && THUMBPRINT.test(keyAuthorization.slice(token.length + 1));
}

function writtenAt(path: string): number {
  const reading = readJsonFile(path);
  const at = reading.kind === "object" ? reading.value["at"] : null;
  return typeof at === "number" ? at : 0;
}
