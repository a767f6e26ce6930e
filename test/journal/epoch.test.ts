import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decideEpoch, raised, type EpochFinding, type JournalEpoch, type Witness } from "../../src/journal/epoch.ts";
import { epochWords } from "../../src/journal/epoch-words.ts";

const JOURNAL: JournalEpoch = { journal: "j", number: 7, life: "l7", mark: 100, lastAt: 5000 };
const WITNESS: Witness = { journal: "j", number: 7, life: "l7", mark: 100, writtenAt: 6000 };
const next = { journal: "j", number: 8, life: "new", mark: 100 };

const cases: { readonly what: string; readonly journal: JournalEpoch | null; readonly witness: Witness | "missing" | "damaged"; readonly finding: EpochFinding }[] = [
  { what: "neither is there", journal: null, witness: "missing", finding: { kind: "fresh", since: null, until: null, queryFirst: false, next: { journal: "new", number: 1, life: "new", mark: 0 } } },
  { what: "both say the same", journal: JOURNAL, witness: WITNESS, finding: { kind: "same", since: null, until: 6000, queryFirst: false, next } },
  { what: "commits after the witness's last word", journal: { ...JOURNAL, mark: 120 }, witness: WITNESS, finding: { kind: "same", since: null, until: 6000, queryFirst: false, next: { ...next, mark: 120 } } },
  { what: "a crash before the witness had the new number", journal: { ...JOURNAL, number: 8, life: "l8" }, witness: WITNESS, finding: { kind: "same", since: null, until: 6000, queryFirst: false, next: { ...next, number: 9 } } },
  { what: "a copy from an earlier life", journal: { ...JOURNAL, number: 6, life: "l6", mark: 90, lastAt: 4000 }, witness: WITNESS, finding: { kind: "rolled-back", since: 4000, until: 6000, queryFirst: true, next } },
  { what: "a copy from an earlier life, nothing committed since", journal: { ...JOURNAL, number: 6, life: "l6" }, witness: WITNESS, finding: { kind: "rolled-back", since: 5000, until: 6000, queryFirst: true, next } },
  { what: "a copy from the same life", journal: { ...JOURNAL, mark: 99, lastAt: 4500 }, witness: WITNESS, finding: { kind: "rolled-back", since: 4500, until: 6000, queryFirst: true, next } },
  { what: "a copy that went its own way, and further", journal: { ...JOURNAL, life: "other", mark: 200 }, witness: WITNESS, finding: { kind: "rolled-back", since: null, until: 6000, queryFirst: true, next: { ...next, mark: 200 } } },
  { what: "the journal is gone", journal: null, witness: WITNESS, finding: { kind: "rolled-back", since: null, until: 6000, queryFirst: true, next: { journal: "new", number: 8, life: "new", mark: 100 } } },
  { what: "the journal is gone, its witness damaged", journal: null, witness: "damaged", finding: { kind: "rolled-back", since: null, until: null, queryFirst: true, next: { journal: "new", number: 1, life: "new", mark: 0 } } },
  { what: "another journal", journal: { ...JOURNAL, journal: "k", number: 99, mark: 999 }, witness: WITNESS, finding: { kind: "foreign", since: null, until: 6000, queryFirst: true, next: null } },
  { what: "the witness is missing", journal: JOURNAL, witness: "missing", finding: { kind: "witness-lost", since: 5000, until: null, queryFirst: true, next } },
  { what: "the witness is damaged", journal: JOURNAL, witness: "damaged", finding: { kind: "witness-lost", since: 5000, until: null, queryFirst: true, next } },
];

for (const { what, journal, witness, finding } of cases) {
  test(`${what}: ${finding.kind}`, () => assert.deepEqual(decideEpoch(journal, witness, "new"), finding));
}

type Step = "commit" | "restart" | "crash" | "backup" | "copy" | "restore" | "restore backup";

/** A journal as a sketch. Its witness hears of every commit; in `crash` it is killed before the witness has the new number. */
function sketch() {
  let drawn = 0;
  const draw = (): string => `d${++drawn}`;
  let journal: JournalEpoch = { journal: "j", number: 1, life: draw(), mark: 0, lastAt: 0 };
  let witness: Witness = { ...journal, writtenAt: 0 };
  let copy = journal;
  let backup: JournalEpoch | null = null;
  let noticed = 0;
  const tell = (): void => {
    witness = { ...journal, writtenAt: witness.writtenAt + 1 };
  };
  const open = (file: JournalEpoch, isOlder: boolean): void => {
    const { kind, since, next: entered } = decideEpoch(file, witness, draw());
    assert.equal(kind, isOlder ? "rolled-back" : "same");
    if (isOlder) assert.equal(since, file.lastAt);
    if (isOlder) noticed++;
    journal = { ...file, ...entered };
  };
  const steps: Readonly<Record<Step, () => void>> = {
    commit() {
      journal = { ...journal, mark: journal.mark + 1, lastAt: journal.lastAt + 1 };
      tell();
    },
    restart() {
      open(journal, false);
      tell();
    },
    crash() {
      open(journal, false);
      steps.restart();
    },
    backup() {
      backup = journal;
      journal = { ...journal, ...raised(journal, draw()) };
      tell();
    },
    copy() {
      copy = journal;
    },
    restore() {
      open(copy, copy !== journal); // another object: something was committed or opened since
      tell();
    },
    "restore backup"() {
      if (backup !== null) open(backup, true);
      tell();
    },
  };
  return { take: (step: Step) => steps[step](), noticed: () => noticed };
}

test("in any history a copy is noticed where anything happened since it was made, a backup always, and else nothing", () => {
  let noticed = 0;
  const step = fc.constantFrom<Step>("commit", "restart", "crash", "backup", "copy", "restore", "restore backup");
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (history) => {
      const journal = sketch();
      for (const one of history) journal.take(one);
      noticed += journal.noticed();
    }),
    { numRuns: 500 },
  );
  assert.ok(noticed > 100, `only ${noticed} rollbacks were tried`);
});

const finding = (what: string): EpochFinding => cases.find((one) => one.what === what)?.finding as EpochFinding;
const words = [
  { what: "both say the same", says: null },
  { what: "neither is there", says: null },
  { what: "a copy from an earlier life", says: /^the journal 'a\.sqlite' is older than its witness 'b\/journal\.epoch'; it knows what happened up to 1970-01-01T00:00:04Z, and at least up to 1970-01-01T00:00:06Z it was in use: .* asked before they are sent, .* stop Taxgate now/ },
  { what: "the journal is gone", says: /older than its witness .*, which was last written at 1970-01-01T00:00:06Z; nothing in it/ },
  { what: "another journal", says: /nothing is sent\. Put the right file back, or delete the witness/ },
  { what: "the witness is missing", says: /has lost its witness .* up to 1970-01-01T00:00:05Z: .*'journal\.witness'/ },
];
for (const { what, says } of words) {
  test(`the operator reads, where ${what}: ${says === null ? "nothing" : "what to do"}`, () => {
    const text = epochWords(finding(what), "a.sqlite", "b/journal.epoch");
    if (says === null) assert.equal(text, null);
    else assert.match(text ?? "", says);
  });
}
