import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random.ts";
import { createIssuer, type Access, type IssuerEnv } from "../../../src/certs/acme/create-issuer.ts";
import type { AcmeFailure, Issuer, IssueRequest, IssueResult } from "../../../src/certs/acme/issuer.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { hastyClock } from "./hasty-clock.ts";
import { memoryAccounts, type MemoryAccounts } from "./memory-accounts.ts";
import { recordingSolver, type RecordingSolver } from "./recording-solver.ts";
import { startStubCa, type StubCa } from "./stub-ca.ts";
import type { StubKind, StubSettings, StubTurn } from "./stub-settings.ts";

/** A signal that nobody gives. */
export const never: AbortSignal = new AbortController().signal;

/** What is ordered unless a test says otherwise. */
export const wanted: IssueRequest = { identifiers: ["gate.example"], key: "ecdsa-p256", challenge: "http-01", replaces: null };

/** A scripted authority with what an issuer needs. */
export interface IssuerBench {
  readonly ca: StubCa;
  /** Fresh after each `reset`. */
  accounts: MemoryAccounts;
  solver: RecordingSolver;
  /** The authority is kind again and knows nobody. */
  reset(): void;
  issuer(more?: Partial<Access>, env?: Partial<IssuerEnv>): Issuer;
  /** What happens to requests of one kind; null goes on as usual. */
  script(kind: StubKind, turn: (nth: number) => StubTurn): void;
}

/** Starts one; its clock runs 50 times as fast as the machine's. */
export async function startIssuerBench(): Promise<IssuerBench> {
  const ca = await startStubCa();
  const kind: StubSettings = { ...ca.settings };
  const bench: IssuerBench = {
    ca,
    accounts: memoryAccounts(),
    solver: recordingSolver(),
    reset() {
      Object.assign(ca.settings, kind);
      ca.forget();
      ca.forgetRequests();
      bench.accounts = memoryAccounts();
      bench.solver = recordingSolver();
    },
    issuer(more = {}, env = {}) {
      const access: Access = { ca: ca.ca, eab: null, profile: null, preferredChain: null, ...more };
      return createIssuer({ directory: ca.directory, access, email: null, accounts: bench.accounts, solver: bench.solver, clock: hastyClock(50), random: seededRandom(1), ...env });
    },
    script(kind, turn) {
      ca.settings.script = (request) => (request.kind === kind ? turn(request.nth) : null);
    },
  };
  return bench;
}

/** The certificate that came; fails where none did. */
export function pairOf(result: IssueResult): KeyPair {
  assert.ok(result.ok, result.ok ? "" : `${result.failure.kind}: ${result.failure.detail}`);
  return result.pair;
}

/** Why none came; fails where one did. */
export function failureOf(result: IssueResult): AcmeFailure {
  assert.ok(!result.ok, "a certificate came");
  return result.failure;
}
