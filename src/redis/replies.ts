import type { ChainableCommander } from "ioredis";

/** Sends a pipeline; its replies in order. Rejects with the first error among them. */
export async function replies(pipeline: ChainableCommander): Promise<unknown[]> {
  const results = await pipeline.exec();
  if (results === null) throw new Error("sending a transaction: it was discarded");
  return results.map(([fault, reply]) => {
    if (fault !== null) throw fault;
    return reply;
  });
}
