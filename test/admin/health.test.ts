import assert from "node:assert/strict";
import { test } from "node:test";
import { createHealth } from "../../src/admin/health.ts";
import { REMOTE, request } from "./request.ts";

for (const [line, ready, status, body] of [
  ["GET /livez", false, 200, "ok\n"],
  ["GET /readyz", true, 200, "ok\n"],
  ["GET /readyz", false, 503, "not ready\n"],
  ["HEAD /readyz", true, 200, "ok\n"],
  ["POST /readyz", true, 405, null],
  ["GET /metrics", true, 404, null],
  ["GET /", true, 404, null],
] as const) {
  test(`the health listener answers ${line} with ${status} while ${ready ? "ready" : "not ready"}`, () => {
    const health = createHealth(() => ({ ready, reasons: ["a secret place"], notes: ["a secret note"] }));
    const answer = health(request(line, { peer: REMOTE, query: "verbose", host: "any.example" }));
    assert.equal(answer.status, status);
    if (body !== null) assert.equal(answer.body, body);
    assert.ok(!String(answer.body).includes("secret"));
  });
}
