import { deepEqual, equal } from "node:assert/strict";
import { connect } from "node:http2";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { startAttackLane, type AttackLane } from "./attack-lane.ts";
import { runHttp2Case } from "./run-http2-case.ts";
import { HTTP2 } from "./tables/http2.ts";

const file = (name: string): string => fileURLToPath(new URL(`../support/tls/${name}`, import.meta.url));

let lane: AttackLane | undefined;

before(async () => { lane = await startAttackLane({ tls: { cert: file("localhost.pem"), key: file("localhost.key") } }); });
after(async () => { await lane?.stop(); });

function running(): AttackLane {
  if (lane === undefined) throw new Error("running a case: the lane did not start");
  return lane;
}

describe("HTTP/2 to HTTP/1.1: a request becomes exactly one request", () => {
  for (const one of HTTP2) {
    test(one.name, async () => {
      deepEqual(await runHttp2Case(one, running()), []);
    });
  }
});

test("a hundred streams at once are each answered with their own answer", async () => {
  const session = connect(`https://127.0.0.1:${running().taxgate.port("tls")}`, { rejectUnauthorized: false, servername: "localhost" });
  try {
    const seen = await Promise.all(Array.from({ length: 100 }, (_, index) => new Promise<unknown>((resolve, reject) => {
      const stream = session.request({ ":path": `/s${index}` });
      let target: unknown;
      stream.on("response", (fields) => { target = fields["x-seen"]; });
      stream.on("end", () => resolve(target)).on("error", reject).resume();
    })));
    deepEqual(seen, Array.from({ length: 100 }, (_, index) => `/s${index}`));
    equal(session.destroyed, false);
  } finally {
    session.destroy();
  }
});
