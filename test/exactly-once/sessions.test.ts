import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Told } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually, openScene, type Scene } from "./scene.ts";
import { startSessionPlatform, type SessionPlatform } from "./session-platform.ts";

const ROUTE = `  - name: send
    match: { methods: [POST], path: "/sessions/{session}/invoices" }
    class: submit
    submission:
      key: [{ json: /invoiceHash }]
      within: [{ path: session }]
      accepted: [{ status: 202 }]
      reference: { json: /referenceNumber }
      resolve:
        - query: { path: "/sessions/{path.session}/invoices" }
          each: { json: /invoices }
          next: { read: { json: /continuationToken }, header: x-continuation-token }
          match: [{ read: { json: /invoiceHash }, is: "{key}" }]
          absent: { status: 200 }
          as: { status: 202, body: '{"referenceNumber":"{/referenceNumber}"}' }
          notFoundValidAfter: 1s
          every: 100ms
        - hold
      answers: { elsewhere: { status: 409, body: '{"session":"{within}","reference":"{reference}","hash":"{key}","code":"{code}"}' } }`;

describe("a platform of sessions", () => {
  let platform: SessionPlatform;
  let scene: Scene;
  before(async () => {
    platform = await startSessionPlatform();
    scene = await openScene({ yaml: () => configuration(platform.origin, { routes: ROUTE }) });
  });
  after(async () => {
    await scene.end();
    await platform.stop();
  });

  const send = (session: string, invoiceHash: string): Promise<Told> => scene.submit(JSON.stringify({ invoiceHash }), { path: `/sessions/${session}/invoices` });
  const said = ({ status, submission, body }: Told): readonly unknown[] => [status, submission, JSON.parse(body.toString()) as unknown];
  const takenAs = (invoiceHash: string): readonly string[] => platform.taken.filter((one) => one.invoiceHash === invoiceHash).map(({ referenceNumber }) => referenceNumber);

  test("row 27: a lost answer is found in the platform's list, on whatever page it stands, and nothing is sent again", async () => {
    for (const hash of ["a1", "a2", "a3", "a4"]) equal((await send("A", hash)).status, 202);
    platform.loseAnswers(1);
    const told = await send("A", "lost");
    deepEqual(said(told), [202, "confirmed", { referenceNumber: "A-5" }]);
    deepEqual(platform.pages, ["A ", "A 2", "A 4"]);
    deepEqual(takenAs("lost"), ["A-5"]);
    deepEqual(said(await send("A", "lost")), [202, "replayed", { referenceNumber: "A-5" }]);
  });

  test("row 27: what no page of the list holds is absent after its time, and is sent once more", async () => {
    platform.loseInvoices(1);
    const began = performance.now();
    const told = await send("A", "gone");
    deepEqual([told.status, takenAs("gone")], [202, ["A-6"]]);
    equal(performance.now() - began > 900, true);
  });

  test("row 27: a doubt that a kill -9 left is found in the list of the session that it was sent in", async () => {
    const release = platform.holdAnswers();
    const caller = send("K", "killed");
    await eventually("the platform has it", () => takenAs("killed").length === 1);
    await scene.kill();
    await caller;
    release();
    await scene.start();
    const told = await send("K", "killed");
    deepEqual(said(told), [202, "confirmed", { referenceNumber: takenAs("killed")[0] }]);
    equal(takenAs("killed").length, 1);
  });

  test("row 28: what was sent in one session is refused in another, with the first session and its number, over a restart too", async () => {
    equal((await send("A", "once")).status, 202);
    const [reference] = takenAs("once");
    const wanted = [409, "conflict", { session: "A", reference, hash: "once", code: "sent-elsewhere" }];
    const told = await send("B", "once");
    deepEqual([...said(told), told.error], [...wanted, "sent-elsewhere"]);
    await scene.kill();
    await scene.start();
    deepEqual(said(await send("B", "once")), wanted);
    equal((await send("A", "once")).submission, "replayed");
    deepEqual(takenAs("once"), [reference]);
  });

  test("row 28: while its outcome is open in one session another is told to come later and joins nothing, and then hears where it was sent", async () => {
    const release = platform.holdAnswers();
    const first = send("A", "open");
    await eventually("the platform has it", () => takenAs("open").length === 1);
    const told = await send("B", "open");
    deepEqual([told.status, told.submission, told.error], [503, "in-doubt", "try-later"]);
    release();
    equal((await first).status, 202);
    deepEqual(said(await send("B", "open")), [409, "conflict", { session: "A", reference: takenAs("open")[0], hash: "open", code: "sent-elsewhere" }]);
    equal(takenAs("open").length, 1);
  });
});
