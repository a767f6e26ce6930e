import { type Agent } from "node:http";
import { keptConnections, send, type Call, type Sample } from "./request.ts";

/** One kind of traffic. */
export interface Stream {
  readonly perSecond: number;
  /** The request number `index` of this stream, from 0. */
  call(index: number): Call;
  /** Sees a request through, as a caller that tries again does; default: it is sent once. Must not reject. */
  carry?(call: Call, port: number, agent: Agent): Promise<Sample>;
}

/** Load that is running. */
export interface Load {
  /** What has ended so far. */
  readonly samples: readonly Sample[];
  /** Sends nothing more; resolves with everything once the last answer is in and no connection is left. May be called again. */
  stop(): Promise<readonly Sample[]>;
}

/** Sends each stream at its pace, whatever becomes of the answers: a proxy that stalls does not slow its clients down, for as long as `connections` are enough. */
export function startLoad(streams: readonly Stream[], port: number, connections = 64): Load {
  const samples: Sample[] = [];
  const agent = keptConnections(connections);
  const running = streams.map((stream) => runStream(stream, port, agent, samples));
  return {
    samples,
    async stop() {
      await Promise.all(running.map((one) => one.stop()));
      agent.destroy();
      return samples;
    },
  };
}

function runStream(stream: Stream, port: number, agent: Agent, samples: Sample[]): { stop(): Promise<void> } {
  const underWay = new Set<Promise<void>>();
  const startedAt = performance.now();
  let index = 0;
  let timer: NodeJS.Timeout | undefined;

  async function take(call: Call): Promise<void> {
    samples.push(await (stream.carry ?? send)(call, port, agent));
  }

  function next(): void {
    const one = take(stream.call(index));
    underWay.add(one);
    void one.finally(() => underWay.delete(one));
    index += 1;
    timer = setTimeout(next, Math.max(0, startedAt + (index * 1000) / stream.perSecond - performance.now()));
  }

  next();
  return {
    async stop() {
      clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}
