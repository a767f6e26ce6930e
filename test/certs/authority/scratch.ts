import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { openAuthority, type Authority } from "../../../src/certs/authority/authority.ts";
import { authorityDirectory } from "../../../src/certs/authority/authority-file.ts";
import { authorityOf, type AuthorityOptions } from "../../../src/certs/options.ts";

/** Hosts that tests intercept. */
export const HOSTS: readonly string[] = ["api.tax.example", "*.gov.example", "10.1.2.3"];

export const DAY = 86_400_000;

/** A place for an authority, gone after the test, and a clock. */
export interface Scratch {
  readonly directory: string;
  readonly clock: ManualClock;
  readonly options: AuthorityOptions;
  open(more?: { readonly hosts?: readonly string[]; readonly options?: Partial<AuthorityOptions> }): Promise<Authority>;
}

/** Makes one. */
export function scratch(t: TestContext): Scratch {
  const state = mkdtempSync(join(tmpdir(), "taxgate-authority-"));
  t.after(() => rmSync(state, { recursive: true }));
  const directory = authorityDirectory(state, "local");
  const clock = manualClock();
  const options = authorityOf({ authority: true });
  if (options === null) throw new Error("making options: none");
  return { directory, clock, options, open: (more = {}) => openAuthority({ name: "local", options: { ...options, ...more.options }, hosts: more.hosts ?? HOSTS, directory, clock }) };
}
