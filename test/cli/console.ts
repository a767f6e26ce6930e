import type { Io } from "../../src/cli/command.ts";
import { runCli } from "../../src/cli/cli.ts";
import type { ConfigView, World } from "../../src/cli/world.ts";

/** A configuration as commands see it. */
export const VIEW: ConfigView = {
  admin: { bind: { host: "0.0.0.0", port: 9900 } },
  stateDir: "/state",
  listeners: [{}],
  sites: [{ regions: [{}, {}], routes: [{}] }],
};

/** A mistake as `check` prints it. */
export const MISTAKE = { file: "bad.yaml", line: 3, column: 7, path: "drain.max", message: "got 30, want a duration with its unit" };

const never = (): never => {
  throw new Error("this part of the world must not be asked for");
};

/** A world in which every part that a test does not give is a fault. */
export function world(parts: Partial<World> = {}): World {
  return { loadConfig: never, certificateDoubts: () => Promise.resolve([]), compareConfigs: never, configSchema: never, builtInProfiles: never, showProfile: never, makeToken: never, readText: never, readBytes: never, listRules: never, tryRequest: never, callAdmin: never, restoreJournal: never, startApp: never, wholeConfig: never, workOnAuthority: never, writePublic: never, importCertificate: never, ...parts };
}

/** What a command said and how it ended. */
export interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line such as `check FILE`, or its words where they hold spaces, and captures what it says. */
export async function run(line: string | readonly string[], parts: Partial<World> = {}, io: Partial<Io> = {}): Promise<Said> {
  let out = "";
  let err = "";
  const code = await runCli(
    typeof line === "string" ? line.split(" ").filter((word) => word !== "") : line,
    { out: (text) => void (out += text), err: (text) => void (err += text), env: {}, tty: false, ...io },
    world(parts),
  );
  return { code, out, err };
}
