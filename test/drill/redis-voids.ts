import type { Agent } from "node:http";
import { callAdmin } from "../../src/cli/admin-client.ts";
import type { RedisStage, Voided } from "./redis-record.ts";
import { inWords, isGood, keptConnections, send, type Sample } from "./request.ts";
import type { TaxgateProcess } from "./taxgate-process.ts";

/** Which stage, and which time. */
export type Occasion = Pick<RedisStage, "name" | "round">;

/** Voids entries through the first Taxgate, and watches the second. */
export interface Voids {
  /** Has the entries for a stage kept by both. */
  prepare(stage: Occasion): Promise<void>;
  /** By a request that changes something, and by a tag. Settles when the first one has answered; watching goes on. */
  begin(stage: Occasion): Promise<void>;
  /** What was seen; waits no longer for what has not been. */
  end(): Promise<readonly Voided[]>;
}

/** One after the other: what a read costs beside the load is little. */
const WATCH_EVERY_MS = 10;

/** Makes them for two that share. */
export function watchVoids(first: TaxgateProcess, second: TaxgateProcess): Voids {
  const agent = keptConnections(8);
  const [here, there] = [first.port("plain"), second.port("plain")];
  const admin = { origin: `http://127.0.0.1:${first.port("admin")}`, token: first.token(), ca: null };
  const watched: Promise<Voided>[] = [];
  const ending = new AbortController();

  /** The second one's answer is newer than what was voided. */
  async function watch(path: string, at: number): Promise<number | null> {
    while (!ending.signal.aborted) {
      const sample = await send({ kind: "watched", method: "GET", path, headers: {} }, there, agent);
      if (isGood(sample) && (sample.madeAt ?? 0) > at) return sample.sentAt;
      await new Promise((resolve) => setTimeout(resolve, WATCH_EVERY_MS));
    }
    return null;
  }

  async function one({ name, round }: Occasion, how: string, path: string, perform: () => Promise<void>): Promise<void> {
    await perform();
    const at = performance.now();
    watched.push(watch(path, at).then((seenAt) => ({ stage: name, round, how, at, seenAt })));
  }

  const paths = ({ name, round }: Occasion): readonly [string, string] => {
    const id = `${name.replaceAll(" ", "-")}-${round}`;
    return [`/api/documents/${id}`, `/api/tables/${id}`];
  };
  return {
    async prepare(stage) {
      for (const path of paths(stage)) for (const port of [here, there]) await kept(path, port, agent);
    },
    async begin(stage) {
      const [document, table] = paths(stage);
      await one(stage, "POST to its URL", document, async () => {
        good(await send({ kind: "voids", method: "POST", path: document, headers: {}, body: "{}" }, here, agent));
      });
      await one(stage, "purge of its tag", table, async () => {
        const reply = await callAdmin(admin, "POST", "/api/v1/cache/purge?tag=tables");
        if (reply.kind !== "answer" || reply.status !== 200) throw new Error(`purging a tag: ${JSON.stringify(reply)}`);
      });
    },
    async end() {
      ending.abort();
      const voided = await Promise.all(watched);
      agent.destroy();
      return voided;
    },
  };
}

/** Reads until the entry is in memory: the second read is a hit. */
async function kept(path: string, port: number, agent: Agent): Promise<void> {
  const read = (): Promise<Sample> => send({ kind: "kept", method: "GET", path, headers: {} }, port, agent);
  good(await read());
  const { cacheStatus } = good(await read());
  if (cacheStatus?.startsWith("taxgate; hit;") !== true) throw new Error(`watching '${path}': it is not kept: ${cacheStatus}`);
}

function good(sample: Sample): Sample {
  if (!isGood(sample)) throw new Error(`watching what is voided: ${inWords(sample)}`);
  return sample;
}
