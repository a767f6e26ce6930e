import { deepEqual, equal, ok } from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { metricValue } from "../drill/metrics-text.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { until } from "../support/until.ts";
import { orderOf, submit, type Told } from "./caller.ts";
import { configuration, submissionRoute } from "./configuration.ts";
import { startSlowPlatform, type SlowPlatform, type TakenIn } from "./slow-platform.ts";

const SUBMISSION = {
  accepted: "[{ status: 202 }]",
  reference: "{ json: /ref }",
  provisional: "{ for: 1h }",
  resolve: '[{ query: { path: "/api/invoices?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: 1500ms, every: 100ms, for: 10min, as: { status: 202, body: \'{"ref":"{/ref}"}\' } }, hold]',
};
const LEARNS = "accepted: [{ json: /state, equals: issued }], rejected: [{ json: /state, equals: refused }], unsent: [{ json: /state, equals: dropped }, { json: /state, equals: none }], number: { json: /invoiceNo }";
const ROUTES = `  - name: status
    match: { methods: [GET], path: "/status/{ref}" }
    class: poll
    learns: [{ of: issue, reference: { path: ref }, ${LEARNS} }, { of: asking, reference: { path: ref }, ${LEARNS} }]
${submissionRoute("asking", { ...SUBMISSION, provisional: '{ for: 1h, ask: { after: 200ms, every: 200ms, query: { path: "/status/{reference}" } } }' }, { match: "header: { x-row: asking }" })}`;
const MINE = { authorization: "Bearer mine", "x-taxpayer": "91" };
const THEIRS = { authorization: "Bearer theirs", "x-taxpayer": "92" };

describe("what the platform says later", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-learnt-"));
  let platform: SlowPlatform;
  let taxgate: TaxgateProcess;
  let orderNo = "";
  let orders = 0;

  const start = async (): Promise<void> => {
    taxgate = await startTaxgate(configuration(platform.origin, { routes: ROUTES, submission: SUBMISSION, identity: "{ taxpayer: [{ header: x-taxpayer, from: [127.0.0.0/8] }] }" }), { folder });
  };
  const restart = async (): Promise<void> => {
    taxgate.signal("SIGKILL");
    await taxgate.ended;
    await start();
  };
  before(async () => {
    platform = await startSlowPlatform();
    await start();
  });
  after(async () => {
    await taxgate.stop();
    await platform.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    orderNo = `L${(orders += 1)}`;
  });

  const send = (amount = 1, headers: Readonly<Record<string, string>> = {}): Promise<Told> => submit(taxgate.port("plain"), orderOf(orderNo, { amount }), { headers: { ...MINE, ...headers } });
  const poll = (ref: string, headers: Readonly<Record<string, string>> = MINE): Promise<Told> => submit(taxgate.port("plain"), "", { method: "GET", path: `/status/${ref}`, headers });
  const own = (): readonly TakenIn[] => platform.taken.filter((one) => one.orderNo === orderNo);
  const refOf = ({ body }: Told): string => (JSON.parse(body.toString()) as { readonly ref: string }).ref;
  const verdicts = async (labels: Readonly<Record<string, string>>): Promise<number> => {
    const value = metricValue(await (await fetch(`http://127.0.0.1:${taxgate.port("admin")}/metrics`)).text(), "taxgate_verdicts_total", labels);
    return Number.isNaN(value) ? 0 : value;
  };
  const first = (): TakenIn => own()[0] as TakenIn;

  test("a corrected invoice goes through at once after a no that was learnt, and before it does not", async () => {
    const told = await send();
    deepEqual([told.status, told.submission, refOf(told)], [202, "fresh", first().ref]);
    deepEqual([(await send(2)).status, own().length], [409, 1]);
    equal((await poll(first().ref)).status, 200);
    deepEqual([(await send(2)).status, own().length], [409, 1], "it is still under way");
    first().state = "refused";
    equal((await poll(first().ref)).status, 200);
    const corrected = await send(2);
    deepEqual([corrected.status, corrected.submission, own().map(({ amount }) => amount)], [202, "fresh", [1, 2]]);
    const again = await send(1);
    deepEqual([again.status, again.submission, refOf(again), own().length], [202, "replayed", first().ref, 2], "the refused content gets what it got");
  });

  test("kill -9 between the acceptance and the verdict: the number stays taken, and the verdict is learnt by the next life", async () => {
    const told = await send();
    await restart();
    deepEqual([(await send(2)).status, own().length], [409, 1]);
    const again = await send();
    deepEqual([again.submission, again.body.equals(told.body), own().length], ["replayed", true, 1]);
    first().state = "refused";
    ok(await until(async () => {
      await poll(first().ref);
      return (await send(2)).status === 202;
    }, 5000));
    await restart();
    deepEqual([(await send(3)).status, own().map(({ amount }) => amount)], [409, [1, 2]], "the correction awaits its own verdict");
  });

  test("kill -9 after the verdict: the no is on disk before whoever asked can act on it", async () => {
    await send();
    first().state = "refused";
    equal((await poll(first().ref)).status, 200);
    const corrected = await send(2);
    await restart();
    const again = await send(2);
    deepEqual([corrected.status, again.submission, again.body.equals(corrected.body), own().length], [202, "replayed", true, 2]);
  });

  test("kill -9 before the acceptance is known: it is asked about, and then awaits its verdict", async () => {
    platform.silent = true;
    const caller = send();
    ok(await until(() => own().length === 1, 5000));
    await restart();
    platform.silent = false;
    equal((await caller).status, 0);
    const again = await send();
    deepEqual([again.status, refOf(again), own().length], [202, first().ref, 1]);
    equal((await send(2)).status, 409);
    first().state = "dropped";
    equal((await poll(first().ref)).status, 200);
    const resent = await send();
    deepEqual([resent.status, own().length, refOf(resent)], [202, 2, own()[1]?.ref], "dropped by the platform, it is sent again");
  });

  test("another taxpayer's questions about it change nothing, whatever they are answered", async () => {
    await send();
    const ignored = async (): Promise<number> => metricValue(await (await fetch(`http://127.0.0.1:${taxgate.port("admin")}/metrics`)).text(), "taxgate_verdicts_ignored_total", { why: "stranger" });
    const asked = await poll(first().ref, THEIRS);
    deepEqual([asked.status, asked.body.toString()], [404, '{"state":"none"}']);
    equal(await ignored(), 1);
    equal((await poll(first().ref, { authorization: "Bearer theirs" })).status, 404);
    equal(await ignored(), 2);
    deepEqual([(await send()).submission, (await send(2)).status, own().length], ["replayed", 409, 1]);
  });

  test("the final number is told by the metrics and kept; a no that comes later changes nothing", async () => {
    await send();
    const before = await verdicts({ verdict: "accepted", how: "passing" });
    first().state = "issued";
    const told = await poll(first().ref);
    deepEqual(JSON.parse(told.body.toString()), { ref: first().ref, state: "issued", invoiceNo: `N-${first().ref}` });
    ok(await until(async () => (await verdicts({ verdict: "accepted", how: "passing" })) === before + 1, 5000));
    first().state = "refused";
    await poll(first().ref);
    deepEqual([(await send(2)).status, (await send()).submission, own().length], [409, "replayed", 1]);
  });

  test("a verdict that nobody asks for is asked for with the caller's credentials", async () => {
    const told = await send(1, { "x-row": "asking" });
    equal(told.status, 202);
    const asked = (): number => platform.asked.filter(({ ref, by }) => ref === first().ref && by === MINE.authorization).length;
    ok(await until(() => asked() >= 2, 10_000));
    first().state = "refused";
    ok(await until(async () => (await verdicts({ verdict: "rejected", how: "asked" })) === 1, 10_000));
    const corrected = await send(2, { "x-row": "asking" });
    deepEqual([corrected.status, corrected.submission, own().length], [202, "fresh", 2]);
    ok(platform.asked.every(({ by }) => by !== ""), "nothing is asked without credentials");
  });
});
