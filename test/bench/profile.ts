import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stop, stopAll, stopWithThisProcess } from "./children.ts";
import { diskFolder } from "./disk.ts";
import { drivers, lanes } from "./lanes.ts";
import { measure } from "./load.ts";
import { startOrigin } from "./origin.ts";
import { untilServed } from "./port.ts";
import { selfTime, type CpuProfile, type SelfTime, type Share } from "./profile-groups.ts";
import { taxgateSources } from "./proxies/taxgate.ts";
import { columns } from "./table.ts";

// `node test/bench/profile.ts [LANE]`: where Taxgate spends its time in one lane under the benchmark's load.
const lane = lanes.find(({ name }) => name === (process.argv[2] ?? "get"));
if (lane === undefined) {
  console.error(`choose a lane: got "${process.argv[2]}", want one of ${lanes.map(({ name }) => name).join(", ")}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "taxgate-profile-"));
stopWithThisProcess();
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
try {
  const profiles = join(folder, "profiles");
  const flags = ["--cpu-prof", "--cpu-prof-interval=200", `--cpu-prof-dir=${profiles}`];
  const disk = lane.kind === "journalled" ? diskFolder().folder : undefined;
  const { port, secure, child } = await taxgateSources.begin({ folder, origin: await startOrigin(folder) }, { nodeFlags: flags, disk, tls: lane.tls !== undefined });
  await untilServed(port, child.exited);
  const drive = drivers(folder)(lane, lane.tls === undefined ? port : secure);
  const { sample: { micros } } = await measure({ port, pids: [child.pid] }, drive, { warmUp: 2, counted: 5 });
  // The profile is written when the process ends by itself, so this also needs a drain that ends within three seconds.
  await stop(child.pid);
  print(lane.title, micros, selfTime(newestProfile(profiles), new URL("../../", import.meta.url).href));
} finally {
  await stopAll();
}
process.exit(0);

function newestProfile(directory: string): CpuProfile {
  const [name] = readdirSync(directory).filter((file) => file.endsWith(".cpuprofile"));
  if (name === undefined) throw new Error("read the profile: none was written; did the process end by force");
  return JSON.parse(readFileSync(join(directory, name), "utf8")) as CpuProfile;
}

function print(title: string, micros = Number.NaN, { groups, functions, busy }: SelfTime): void {
  console.log(`${title}: ${micros.toFixed(1)} µs a request under the profiler, busy ${(busy * 100).toFixed(0)} % of the time\n`);
  console.log(`${sharesTable("where", groups.slice(0, 30))}\n\n${sharesTable("function", functions.slice(0, 40))}`);
}

function sharesTable(head: string, shares: readonly Share[]): string {
  return columns([[head, "self time"], ...shares.map(({ name, share }) => [name, `${(share * 100).toFixed(1)} %`])]);
}
