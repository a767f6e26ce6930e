import type { Path, Spot, YamlEntry, YamlNode } from "../document/yaml-node.ts";
import type { PlatformFacts } from "../platforms/options.ts";
import { formatPath, quote, type Problem } from "./problem.ts";
import { isSecretPlace, withoutCredentials } from "./secret-places.ts";

/** What a value was made of: references such as `${NAME}`, as they are written. */
export type Origins = ReadonlyMap<YamlNode, readonly string[]>;

/**
 * A configuration file on its way to a configuration: what is written, with references filled in, and where it stands.
 * Checks read it and report to it.
 */
export class Draft {
  readonly file: string;
  /** What profiles sites use, by the path of the site as it is shown. */
  readonly profiles: ReadonlyMap<string, PlatformFacts>;
  readonly problems: Problem[] = [];
  readonly warnings: Problem[] = [];
  readonly #root: YamlNode | null;
  readonly #values: ReadonlyMap<YamlNode, string>;
  readonly #origins: Origins;
  readonly #broken = new Set<string>();

  constructor(file: string, root: YamlNode | null, values: ReadonlyMap<YamlNode, string>, origins: Origins, profiles: ReadonlyMap<string, PlatformFacts> = new Map()) {
    this.file = file;
    this.profiles = profiles;
    this.#root = root;
    this.#values = values;
    this.#origins = origins;
  }

  /** The value at a path as plain data: strings with their references filled in; undefined where nothing stands. */
  value(path: Path = []): unknown {
    const node = this.#node(path);
    return node === null ? undefined : this.#plain(node);
  }

  /** The names of a mapping in the order they are written; none where no mapping stands. */
  keys(path: Path): string[] {
    const node = this.#node(path);
    return node?.kind === "mapping" ? [...node.entries.keys()] : [];
  }

  /** The paths of a list's entries; none where no list stands. */
  items(path: Path): Path[] {
    const node = this.#node(path);
    return node?.kind === "sequence" ? node.items.map((_, index) => [...path, index]) : [];
  }

  /** The text at a path; null where something else stands. */
  text(path: Path): string | null {
    const value = this.value(path);
    return typeof value === "string" ? value : null;
  }

  /** Does something stand there? Defaults do not count. */
  has(path: Path): boolean {
    return this.#node(path) !== null;
  }

  /** Where the value stands; for a missing one, where its mapping does. */
  spot(path: Path): Spot {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#node(path.slice(0, length));
      if (node === null) continue;
      const entry = length < path.length && node.kind === "mapping" ? this.#entry(path.slice(0, length)) : null;
      return entry?.keyAt ?? node.at;
    }
    return { line: 1, column: 1 };
  }

  /** Where a key stands; like `spot` where it does not. */
  keySpot(path: Path): Spot {
    return this.#entry(path)?.keyAt ?? this.spot(path);
  }

  /** The value for a message: short, on one line, and never a secret. */
  show(path: Path): string {
    const node = this.#node(path);
    if (node === null) return "nothing";
    const origins = this.#origins.get(node);
    if (origins !== undefined) return `a value (from ${origins.join(", ")})`;
    const place = formatPath(path);
    if (isSecretPlace(place)) return "something else";
    if (node.kind !== "scalar") return node.kind === "mapping" ? "a mapping" : "a list";
    if (node.value === null) return "nothing";
    return typeof node.value === "string" ? quote(withoutCredentials(node.value, place)) : quote(node.source).slice(1, -1);
  }

  /** Reports an error at a path; `got` is the value there unless given. Silent below something that was already refused. */
  refuse(path: Path, want: string, got = this.show(path), spot = this.spot(path)): void {
    if (this.#isBroken(path)) return;
    this.#broken.add(JSON.stringify(path));
    this.#report(this.problems, path, `got ${got}, want ${want}`, spot);
  }

  /** Says nothing about what stands there: it cannot be judged, and why is reported elsewhere. */
  pardon(path: Path): void {
    this.#broken.add(JSON.stringify(path));
  }

  /** Reports an error beside others at the same place: an unknown key among known ones. */
  refuseKey(path: Path, want: string, got: string): void {
    this.refuse(path, want, got, this.keySpot(path));
  }

  /** Reports something that cannot have been meant. */
  warn(path: Path, message: string): void {
    this.#report(this.warnings, path, message, this.keySpot(path));
  }

  #report(list: Problem[], path: Path, message: string, spot: Spot): void {
    list.push({ file: spot.file ?? this.file, line: spot.line, column: spot.column, path: formatPath(path), message });
  }

  #isBroken(path: Path): boolean {
    if (this.#broken.size === 0) return false;
    for (let length = 0; length <= path.length; length++) if (this.#broken.has(JSON.stringify(path.slice(0, length)))) return true;
    return false;
  }

  #node(path: Path): YamlNode | null {
    let node = this.#root;
    for (const step of path) {
      if (node?.kind === "mapping") node = node.entries.get(String(step))?.value ?? null;
      else if (node?.kind === "sequence" && typeof step === "number") node = node.items[step] ?? null;
      else return null;
    }
    return node;
  }

  #entry(path: Path): YamlEntry | null {
    const parent = path.length === 0 ? null : this.#node(path.slice(0, -1));
    return parent?.kind === "mapping" ? (parent.entries.get(String(path.at(-1))) ?? null) : null;
  }

  #plain(node: YamlNode): unknown {
    if (node.kind === "scalar") return this.#values.get(node) ?? node.value;
    if (node.kind === "sequence") return node.items.map((item) => this.#plain(item));
    const result: Record<string, unknown> = {};
    for (const [key, entry] of node.entries) result[key] = this.#plain(entry.value);
    return result;
  }
}
