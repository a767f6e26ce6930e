import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { byteBudget } from "../../../src/base/byte-budget.ts";
import { systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import { createCache } from "../../../src/cache/cache.ts";
import { headerValue } from "../../../src/http/headers.ts";
import { NO_BODY, type Body } from "../../../src/http/message.ts";
import { identityOptions } from "../../../src/identity/options.ts";
import { createPaces } from "../../../src/limits/pace/paces.ts";
import { compileGeneration } from "../../../src/pipeline/compile-generation.ts";
import { createExchange } from "../../../src/pipeline/exchange.ts";
import type { Surroundings } from "../../../src/pipeline/generation.ts";
import { handle } from "../../../src/pipeline/handle.ts";
import { routeOptions } from "../../../src/pipeline/options.ts";
import { createEstate } from "../../../src/upstream/gate.ts";
import { upstreamOptions } from "../../../src/upstream/options.ts";

/** What a caller got. */
export interface Got {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** A real way to a platform, without listeners. */
export interface Relay {
  get(path: string, headers?: readonly string[], change?: { readonly method?: string; readonly body?: Body; readonly begun?: (gone: () => void) => void }): Promise<Got>;
  /** Requests by their path, as they reached the platform, in monotonic ms. */
  readonly arrived: { readonly path: string; readonly at: number }[];
}

/** Starts a platform that answers as `serve` says, and everything that leads there. `port` 0: where nobody listens. */
export async function startRelay(t: TestContext, serve: (request: IncomingMessage, response: ServerResponse) => void, options: { readonly routes: readonly unknown[]; readonly upstream?: unknown; readonly nobody?: boolean }): Promise<Relay> {
  const arrived: { path: string; at: number }[] = [];
  const server = createServer((request, response) => {
    arrived.push({ path: request.url ?? "", at: performance.now() });
    request.resume();
    serve(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  if (options.nobody === true) await new Promise((resolve) => void server.close(resolve));
  const clock = systemClock;
  const random = seededRandom(1);
  const nothing = (): void => undefined;
  const paces = createPaces({ clock, random, events: { went: nothing, told: nothing, heard: nothing } });
  const estate = createEstate({ clock, random, attempted: nothing, breakerMoved: nothing, endpointChanged: nothing });
  const cache = createCache({ clock, maxBytes: 1_000_000, maxEntryBytes: 100_000, shared: null, events: { notStored: nothing, evicted: nothing, invalidated: nothing, fault: nothing } });
  const upstream = upstreamOptions.parse({ health: { connect: false }, ...(options.upstream as object | undefined) });
  const regions = [{ name: "r", endpoints: [{ url: `http://127.0.0.1:${port}`, weight: 1 }], taxpayers: [], clients: [], fallback: [], upstream }];
  const site = { name: "main", platform: null, keys: {}, hosts: ["*"], defaultRegion: "r", regions, identity: identityOptions.parse({ taxpayer: [{ header: "x-taxpayer", from: ["127.0.0.0/8"] }] }), routes: options.routes.map((route) => routeOptions.parse(route)) };
  const generation = compileGeneration(1, [site], { estate, cache, paces, limits: null, journal: null, firewall: null, material: () => ({ minVersion: "TLSv1.2" }) as never, origin: (url) => url });
  const around: Surroundings = {
    clock, random, cache, bodies: byteBudget(1_000_000),
    log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    access: { write: nothing, configure: nothing },
    metrics: { exchangeEnded: nothing, retried: nothing } as unknown as Surroundings["metrics"],
  };
  t.after(async () => {
    generation.letGo();
    await estate.stop();
    server.closeAllConnections();
    server.close();
  });
  return {
    arrived,
    async get(path, headers = [], { method = "GET", body = NO_BODY, begun } = {}) {
      const x = createExchange({ id: "id", caller: { listener: "l", address: "127.0.0.1", secure: false, certificate: null }, head: { method, target: path, authority: "tax.example", version: "1.1", headers: ["Host", "tax.example", ...headers] }, body, startedAt: clock.now() });
      begun?.(() => {
        x.gone = true;
        x.onGone?.();
      });
      let got: Got = { status: 0, code: undefined, retryAfter: undefined, text: "" };
      await handle(x, generation, around, async (answer) => {
        const parts: Uint8Array[] = [];
        if (answer.body.kind === "bytes") parts.push(answer.body.bytes);
        if (answer.body.kind === "source") for (let piece = await answer.body.source.read(); piece !== null; piece = await answer.body.source.read()) parts.push(piece);
        got = { status: answer.status, code: headerValue(answer.headers, "taxgate-error"), retryAfter: headerValue(answer.headers, "retry-after"), text: Buffer.concat(parts).toString() };
      });
      return got;
    },
  };
}
