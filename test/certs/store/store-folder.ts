import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { createDirectoryStore } from "../../../src/certs/store/directory-store.ts";
import type { CertificateStore } from "../../../src/certs/store/store.ts";

/** A folder that is gone after the test. */
export function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "taxgate-store-"));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A store in a folder of its own, with what it complains of. */
export interface Opened {
  readonly store: CertificateStore;
  readonly directory: string;
  readonly clock: ManualClock;
  readonly faults: string[];
  /** Another process's store in the same directory. */
  other(holder?: string, clock?: ManualClock): CertificateStore;
}

/** Opens a store. */
export function opened(t: TestContext, directory = join(folder(t), "certs")): Opened {
  const clock = manualClock();
  const faults: string[] = [];
  const open = (holder: string, own: ManualClock): CertificateStore => createDirectoryStore({ directory, holder, clock: own, fault: ({ path, why }) => faults.push(`${path.slice(directory.length + 1)}: ${why}`) });
  return { store: open("one", clock), directory, clock, faults, other: (holder = "two", own = clock) => open(holder, own) };
}
