/*
 * The form of the file of turns: `boot MS` on the first line, `= ID LONGEST KEY` before the first turn of a scope, `ID MS` for
 * a turn, `end` after the last one of a process that ended well. Times in ms since 1970. What cannot be read is passed over: the
 * last line may be half a one.
 */

/** The turns of a scope. */
export interface ScopeTurns {
  /** Its longest window, in ms. */
  readonly longest: number;
  /** When they went, in ms since 1970, rising. */
  readonly at: readonly number[];
}

/** What a file says. */
export interface ReadTurns {
  /** When the machine was started under which it was written; null where it does not say. */
  readonly bootedAt: number | null;
  /** The process that wrote it came to its end. */
  readonly isWhole: boolean;
  /** By key, without those of which nothing matters any more. */
  readonly scopes: Map<string, ScopeTurns>;
}

/** A scope as it is read: a longer window may be said later. */
interface Reading {
  readonly key: string;
  longest: number;
  readonly at: number[];
}

/** Reads a file's text; `wall` is now. */
export function readTurns(text: string, wall: number): ReadTurns {
  const byId = new Map<string, Reading>();
  let bootedAt: number | null = null;
  let last = "";
  for (const line of text.split("\n").slice(0, -1)) {
    last = line;
    const boot = /^boot (\d{1,15})$/.exec(line);
    const scope = /^= (\d{1,9}) (\d{1,15}) (.+)$/.exec(line);
    const turn = /^(\d{1,9}) (\d{1,15})$/.exec(line);
    if (boot !== null) bootedAt = Number(boot[1]);
    if (scope !== null) readScope(byId, scope[1] as string, Number(scope[2]), scope[3] as string);
    if (turn !== null) byId.get(turn[1] as string)?.at.push(Number(turn[2]));
  }
  const kept = [...byId.values()].flatMap(({ key, longest, at }) => {
    const matters = at.filter((one) => one + longest > wall).toSorted((a, b) => a - b);
    return matters.length === 0 ? [] : [[key, { longest, at: matters }] as const];
  });
  return { bootedAt, isWhole: last === "end", scopes: new Map(kept) };
}

function readScope(byId: Map<string, Reading>, id: string, longest: number, key: string): void {
  const known = byId.get(id);
  if (known?.key === key) known.longest = Math.max(known.longest, longest);
  else byId.set(id, { key, longest, at: [] });
}

/** A file's text; scopes have the numbers of their order. */
export function writeTurns(bootedAt: number, scopes: ReadonlyMap<string, ScopeTurns>): string {
  const lines = [...scopes].flatMap(([key, { longest, at }], id) => [`= ${id} ${longest} ${key}`, ...at.map((one) => `${id} ${one}`)]);
  return `${[`boot ${Math.round(bootedAt)}`, ...lines].join("\n")}\n`;
}
