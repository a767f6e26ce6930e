import type { Entry } from "../../../src/journal/entry.ts";
import { StoreFault } from "../../../src/journal/store.ts";
import type { World } from "./world.ts";

/** A person who has asked the platform decides about an entry. Does nothing while it may still be executed. */
export async function decideByHand(world: World, entry: Entry): Promise<void> {
  const { life, ledger, platform } = world;
  const order = entry.key[0] as string;
  const content = world.contents.get(entry.fingerprint) ?? "";
  if (life === null || platform.isPending(order, content, Infinity)) return;
  const issue = ledger.holds(order, content);
  // What the platform tells a person is its last word.
  if (issue !== null) issue.verdict = "good";
  const decision = { id: entry.id, revision: entry.revision, to: issue === null ? "released" : "accepted", reference: issue?.number ?? null, answer: null, reason: "asked the platform", by: "operator" } as const;
  await life.journal.decide(decision).catch((fault: unknown) => {
    if (!(fault instanceof StoreFault)) throw fault;
  });
}
