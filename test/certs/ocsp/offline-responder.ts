import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestAuthority } from "../../support/openssl-authority.ts";

/** How an answer is made. */
export interface AnswerWish {
  readonly good?: readonly number[];
  readonly revoked?: readonly number[];
  /** Minutes for which it holds; null: it does not say. */
  readonly minutes?: number | null;
  /** Signed by this certificate of the authority's directory, instead of by the authority. */
  readonly signer?: string;
  /** Further arguments for OpenSSL. */
  readonly args?: readonly string[];
}

/** What OpenSSL's responder answers to a question, without a network. */
export function offlineAnswer(authority: TestAuthority, question: Uint8Array, { good = [], revoked = [], minutes = 60, signer = "ca", args = [] }: AnswerWish): Uint8Array {
  authority.writeIndex(good, revoked);
  writeFileSync(join(authority.directory, "question.der"), question);
  const validity = minutes === null ? [] : ["-nmin", String(minutes)];
  execFileSync("openssl", ["ocsp", "-index", "index.txt", "-CA", "ca.pem", "-rsigner", `${signer}.pem`, "-rkey", `${signer}.key`, "-reqin", "question.der", "-respout", "answer.der", ...validity, ...args], { cwd: authority.directory, stdio: ["ignore", "ignore", "pipe"] });
  return readFileSync(join(authority.directory, "answer.der"));
}
