import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer } from "../../src/http/message.ts";
import { handle } from "../../src/pipeline/handle.ts";
import { createBans } from "../../src/waf/bans/bans.ts";
import { banOptions } from "../../src/waf/bans/options.ts";
import { answered, exchange, setUp, streamed } from "./setup.ts";

const FROM = ["X-Forwarded-For", "192.0.2.7"];
const OTHER = ["X-Forwarded-For", "192.0.2.8"];

function withBans(written: Record<string, unknown>) {
  const world = setUp(() => answered(200), {
    routes: [
      { name: "submit", class: "submit", match: { methods: ["POST"], path: "/invoices" } },
      { name: "tight", class: "read", match: { methods: ["GET"], path: "/tight" }, limits: ["once"] },
    ],
    limits: { once: { key: "client", windows: ["1/d"] } },
  });
  const bans = createBans({ clock: world.clock, banned: () => undefined });
  bans.configure(banOptions.parse(written), ["10.0.0.0/8"]);
  const around = { ...world.around, bans };
  const ask = (line: string, headers: readonly string[], body = "") => {
    const sent: Answer[] = [];
    const x = exchange(line, headers, body === "" ? undefined : streamed([body]));
    const over = handle(x, world.generation, around, (answer) => void sent.push(answer));
    return { x, over, sent };
  };
  return { ...world, around, bans, ask };
}

test("a client that is refused too often is told to come again later, whatever it asks for, and others are not", async () => {
  const { ask, calls, clock } = withBans({ after: "3/min", for: "90s", reasons: ["limited"] });
  for (let i = 0; i < 4; i++) await ask("GET /tight", FROM).over;
  const refused = ask("POST /invoices", FROM, "{}");
  await refused.over;
  assert.equal(refused.x.error, "banned");
  assert.equal(refused.x.phase, "admit");
  const [answer] = refused.sent;
  assert.equal(answer?.status, 429);
  assert.equal(answer?.headers[answer.headers.indexOf("Retry-After") + 1], "90");
  assert.equal(calls.length, 1);
  const other = ask("POST /invoices", OTHER, "{}");
  await other.over;
  assert.equal(other.sent[0]?.status, 200);
  clock.advance(90_000);
  const again = ask("POST /invoices", FROM, "{}");
  await again.over;
  assert.equal(again.sent[0]?.status, 200);
});

test("the refusal of a ban is no reason for a longer one", async () => {
  const { ask, bans } = withBans({ after: "3/min", for: "90s", reasons: ["limited"] });
  for (let i = 0; i < 50; i++) await ask("GET /tight", FROM).over;
  assert.deepEqual(bans.list().map(({ address, left, refused }) => ({ address, left, refused })), [{ address: "192.0.2.7", left: 90_000, refused: 46 }]);
});

test("a refusal that is held back holds no body, and goes out in its time", async () => {
  const { ask, around, clock } = withBans({ after: "1/min", reasons: ["limited"], tarpit: "2s" });
  for (let i = 0; i < 2; i++) await ask("GET /tight", FROM).over;
  const { x, over, sent } = ask("POST /invoices", FROM, "{}");
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(sent.length, 0);
  assert.equal(around.bodies.held(), 0);
  assert.equal(x.body.kind, "none");
  clock.advance(2000);
  await over;
  assert.equal(sent[0]?.status, 429);
  assert.equal(around.bodies.held(), 0);
});
