import { join } from "node:path";
import type { BackupView, EntryDetail, EntryView, JournalStatsView, JournalViews, Kept } from "../admin/journal-views.ts";
import type { Clock } from "../base/clock.ts";
import { ensurePrivateDirectory, fileRoom } from "../base/files.ts";
import type { Journal } from "../journal/journal.ts";
import type { Entry } from "../journal/entry.ts";
import { StoreFault, type Store } from "../journal/store.ts";
import { isoTime } from "../observe/iso-time.ts";
import { entryDetail, entryView, itemViews } from "./entry-view.ts";

/** What the views of the journal look at. */
export interface JournalViewParts {
  readonly clock: Clock;
  /** Null while no configuration has asked for one. */
  readonly journal: () => Journal | null;
  /** State directory of the configuration in use. */
  readonly stateDir: () => string;
}

/** Bytes of bodies in one answer; the newest revisions come first. */
const MOST_BODIES = 4 << 20;

/** Makes the views of the journal and the actions on it. */
export function journalViews({ clock, journal, stateDir }: JournalViewParts): JournalViews {
  const now = (): number => clock.wall();
  async function kept<Value>(run: (journal: Journal) => Promise<Value>): Promise<Kept<Value>> {
    const current = journal();
    if (current === null) return { ok: false, kind: "none", why: "no route has a journal: give one 'class: submit' and 'submission'" };
    try {
      return { ok: true, value: await run(current) };
    } catch (fault) {
      if (fault instanceof StoreFault) return { ok: false, kind: "fault", why: fault.message };
      throw fault;
    }
  }
  return {
    now,
    list: (filter, limit, withItems = false) => kept(async ({ store }) => {
      const { entries, next } = await store.list(filter, limit);
      return { entries: withItems ? await Promise.all(entries.map((entry) => itemised(store, entry, now()))) : entries.map((entry) => entryView(entry, now())), next };
    }),
    show: (id) => kept((journal) => details(journal, id, now())),
    stats: () => kept((journal) => stats(journal, now())),
    decide: (order) => kept(async (journal) => {
      const result = await journal.decide(order);
      return result.kind === "done" ? { result: "done" as const, entry: entryView(result.entry, now()) } : { result: "refused" as const, refusal: result.refusal, why: result.why };
    }),
    verify: () => kept(({ store }) => store.verify()),
    reconcile: (span) => kept(async (journal) => {
      const { differences, ...rest } = await journal.reconcile(span);
      return { ...rest, differences: differences.map((one) => ({ ...one, entry: entryView(one.entry, now()) })) };
    }),
    backup: (name) => kept((journal) => backup(journal, join(stateDir(), "backups"), name ?? nameAt(now()))),
  };
}

/** With its items, where it is a batch. */
async function itemised(store: Store, entry: Entry, now: number): Promise<EntryView> {
  const items = await store.items(entry.id, entry.revision);
  return items.length === 0 ? entryView(entry, now) : { ...entryView(entry, now), items: itemViews(items, entry) };
}

async function details({ store }: Journal, id: string, now: number): Promise<EntryDetail[]> {
  const shown: EntryDetail[] = [];
  let room = MOST_BODIES;
  for (const entry of (await store.read(id)).toReversed()) {
    const request = await store.request(id, entry.revision);
    shown.unshift(entryDetail(entry, request, await store.items(id, entry.revision), now, room));
    room -= (entry.answer?.body.byteLength ?? 0) + (request?.body.byteLength ?? 0);
  }
  return shown;
}

async function stats(journal: Journal, now: number): Promise<JournalStatsView> {
  const { states, oldestOpenAt, oldestProvisionalAt, bytes } = await journal.store.stats();
  const { flights, resolving, queued, unsettled } = journal.stats();
  const secondsSince = (wall: number | null): number => (wall === null ? 0 : Math.max(0, Math.round((now - wall) / 1000)));
  return {
    states, bytes, resolving, queued,
    underWay: flights,
    unwritten: unsettled,
    oldestOpenAt: oldestOpenAt === null ? null : isoTime()(oldestOpenAt),
    oldestOpenSeconds: secondsSince(oldestOpenAt),
    oldestProvisionalSeconds: secondsSince(oldestProvisionalAt),
    fault: journal.store.fault()?.message ?? null,
  };
}

async function backup({ store }: Journal, folder: string, name: string): Promise<BackupView> {
  const made = ensurePrivateDirectory(folder);
  if (!made.ok) return { result: "refused", why: `making '${folder}': ${made.reason}` };
  const file = join(folder, name);
  if (fileRoom(file) !== null) return { result: "refused", why: `'${file}' exists already: give another name` };
  await store.backup(file);
  return { result: "done", file, bytes: fileRoom(file)?.size ?? 0 };
}

/** `journal-20261121T080000Z.sqlite` */
function nameAt(wall: number): string {
  return `journal-${isoTime()(wall).replace(/\.\d+/, "").replaceAll(/[-:]/g, "")}.sqlite`;
}
