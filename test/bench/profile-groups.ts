/** The parts of a V8 CPU profile that are needed here. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** One place in the tree of calls. */
export interface ProfileNode {
  readonly id: number;
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
}

/** Share of the busy time that a name took itself, callees left out. */
export interface Share {
  readonly name: string;
  /** 0 to 1. */
  readonly share: number;
}

/** Self time by group (our folders, each package, node's own files by name, the engine) and by function; largest first. */
export interface SelfTime {
  readonly groups: readonly Share[];
  readonly functions: readonly Share[];
  /** Share of the wall time in which anything ran at all. */
  readonly busy: number;
}

/** Adds a profile up. `root` is the URL of the project's folder, with a closing slash. */
export function selfTime(profile: CpuProfile, root: string): SelfTime {
  const places = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const groups = new Map<string, number>();
  const functions = new Map<string, number>();
  let [busy, all] = [0, 0];
  profile.samples.forEach((id, at) => {
    const place = places.get(id);
    const micros = profile.timeDeltas[at] ?? 0;
    all += micros;
    if (place === undefined || place.functionName === "(idle)") return;
    busy += micros;
    add(groups, groupOf(place, root), micros);
    add(functions, `${place.functionName || "(anonymous)"} ${fileOf(place, root)}`.trim(), micros);
  });
  return { groups: shares(groups, busy), functions: shares(functions, busy), busy: busy / all };
}

function groupOf(place: ProfileNode["callFrame"], root: string): string {
  const file = fileOf(place, root);
  const ours = /^src\/[^/:]+(?=\/)/.exec(file)?.[0];
  if (ours !== undefined) return ours;
  const packageName = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  if (packageName !== undefined) return packageName;
  if (file.startsWith("node:")) return file.replace(/:\d+$/, "");
  if (file.startsWith("wasm:")) return "wasm";
  return place.functionName.startsWith("(") ? place.functionName : file || "native";
}

function fileOf({ url, lineNumber }: ProfileNode["callFrame"], root: string): string {
  if (url === "") return "";
  const file = url.startsWith(root) ? url.slice(root.length) : url;
  return file.startsWith("wasm:") ? "wasm:" : `${file}:${lineNumber + 1}`;
}

function add(sums: Map<string, number>, name: string, micros: number): void {
  sums.set(name, (sums.get(name) ?? 0) + micros);
}

function shares(sums: ReadonlyMap<string, number>, whole: number): Share[] {
  return [...sums].map(([name, micros]) => ({ name, share: micros / whole })).toSorted((a, b) => b.share - a.share);
}
