import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { gateTo } from "../../drill/platform/gate.ts";
import { openStage, type Stage } from "../stage.ts";
import { createApplication, invoiceOf, SELLER, SM4_KEY, type Application, type Invoice } from "./application.ts";

const BATCHES = 16;
const IN_BATCH = 2;
const PATIENCE_MS = 1000;
const UPSTREAM = "upstream: { health: { every: 200ms, healthyAfter: 1 }, breaker: { consecutiveFailures: 20, failureRatio: 0.9, openFor: 200ms, halfOpenProbes: 1 } }";
const RESOLVE = "submission: { resolve: [{ wait: 100ms }, { resend: { window: 40h, times: 50, pause: 100ms } }, hold] }";

/** Answers are lost after the work and before it, now and then, on uploads and on draws. */
const ON = ["issue", "numbers", "drawQuota"];
const LOSSES: FaultSet = { errorAfter: { probability: 0.25, as: "either", on: ON }, resetAfterProcessing: { probability: 0.2, on: ON } };

const WAYS = [
  { what: "with the key", site: `${UPSTREAM}\nkeys: { sm4: "${SM4_KEY}" }\nroutes: [{ name: upload, ${RESOLVE} }]` },
  { what: "without the key", site: `${UPSTREAM}\nroutes: [{ name: upload-bytes, ${RESOLVE} }]` },
];

for (const { what, site } of WAYS) {
  describe(`an application of LeQi, ${what}`, () => {
    let stage: Stage;
    before(async () => {
      stage = await openStage({ profile: "cn-leqi", site, faults: { ...LOSSES, settings: { processingMs: 200 } } });
    });
    after(() => stage.stop());

    test("directly: it uploads what the platform has, and draws numbers and quota that it never gets", async () => {
      const { application, close } = speak(stage.origins.directly);
      await uploadAll(application, 0);
      ok(stage.sandbox.ledger.totals().refused > 0, "nothing was uploaded twice, so nothing is shown");
      const before = await drawn(stage);
      const draws = await drawAll(application, "D");
      const { numbersDrawn, quotaDraws } = minus(await drawn(stage), before);
      ok(numbersDrawn > draws.numbers * 10 || quotaDraws > draws.quota, "nothing was drawn twice, so nothing is shown");
      close();
    });

    test("through taxgate: every invoice is there once, and the query under the number that was told shows it", async () => {
      const { application, close } = speak(stage.origins.taxgate);
      const told = await uploadAll(application, 1000);
      deepEqual(told.filter(({ number }) => number === null), []);
      deepEqual(told.flatMap(({ batch }) => batch).filter(({ fphm }) => stage.sandbox.ledger.ofOrder(fphm).length !== 1), []);
      for (const { number, batch } of told) {
        const results = await application.results(number ?? "");
        deepEqual(batch.filter(({ fphm }) => !["00", "03"].includes(results.get(fphm) ?? "")), []);
        deepEqual(await Promise.all(batch.map(({ fphm }) => application.shows(fphm))), batch.map(() => true));
      }
      close();
    });

    test("through taxgate: nothing is drawn twice; what nobody can tell is held", async () => {
      const before = await drawn(stage);
      const { application, close } = speak(stage.origins.taxgate);
      const draws = await drawAll(application, "T");
      const { numbersDrawn, quotaDraws } = minus(await drawn(stage), before);
      deepEqual([numbersDrawn % 10, numbersDrawn / 10 <= BATCHES, quotaDraws <= BATCHES], [0, true, true]);
      equal(numbersDrawn / 10 + quotaDraws, draws.numbers + draws.quota + draws.held, "a draw was neither told nor held");
      ok(draws.held > 0, "no answer to a draw was lost, so nothing is shown");
      close();
    });
  });
}

describe("what Taxgate can tell with the key", () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ profile: "cn-leqi", site: WAYS[0]?.site ?? "" });
  });
  after(() => stage.stop());

  test("the same invoice in another batch is refused whole in the platform's envelope, and nothing of it is sent", async () => {
    const { application, close } = speak(stage.origins.taxgate);
    equal((await application.call("QDFPSC", [invoiceOf(1), invoiceOf(2)])).data?.["returncode"], "00");
    const { error, data } = await application.call("QDFPSC", [invoiceOf(2), invoiceOf(3)]);
    deepEqual([error, data, stage.sandbox.ledger.ofOrder(invoiceOf(3).fphm).length, stage.sandbox.ledger.totals().refused], ["batch-mixed", null, 0, 0]);
    close();
  });

  test("another content under a number is a conflict", async () => {
    const { application, close } = speak(stage.origins.taxgate);
    equal((await application.call("QDFPSC", [invoiceOf(10)])).data?.["returncode"], "00");
    const { error, submission } = await application.call("QDFPSC", [invoiceOf(10, "7.00")]);
    deepEqual([error, submission, stage.sandbox.ledger.totals().refused], ["conflict", "conflict", 0]);
    close();
  });

  test("an invoice that was refused is corrected under its number, once its result has passed by", async () => {
    const { application, close } = speak(stage.origins.taxgate);
    const wrong = await application.call("QDFPSC", [invoiceOf(20, "0.00")]);
    equal((await application.results(String(wrong.data?.["sllsh"]))).get(invoiceOf(20).fphm), "02");
    const told = await untilDone(application, "corrected", [invoiceOf(20)]);
    deepEqual([told !== null, stage.sandbox.ledger.ofOrder(invoiceOf(20).fphm).length], [true, 1]);
    close();
  });

  test("an upload that is encrypted with another key is refused in the platform's envelope, and not sent", async () => {
    const answer = await fetch(`${stage.origins.taxgate}/access/v2/invoke/202007/QDFPSC`, { method: "POST", headers: { fwbm: "QDFPSC", nlbm: "202007", jrdwptbh: "UNIT0001", ylbm: "" }, body: "AAAAAAAAAAAAAAAAAAAAAA==" });
    const envelope = (await answer.json()) as { readonly httpStatusCode: string; readonly body: string };
    const { Response } = JSON.parse(envelope.body) as { readonly Response: { readonly Error: { readonly code: string } } };
    deepEqual([answer.status, envelope.httpStatusCode, Response.Error.code], [422, "422", "key-unclear"]);
  });

  test("tax rates are asked for once, what is left of the quota each time, and a no is never kept", async () => {
    const { application, close } = speak(stage.origins.taxgate);
    await stage.sandbox.faults.set({ errorBefore: { on: ["rates"], times: 1 } });
    equal((await application.call("CXKYSL", {})).error, "503");
    for (let asked = 0; asked < 3; asked++) {
      equal((await application.call("CXKYSL", {})).data?.["returncode"], "00");
      equal((await application.call("CXNSRJBXX", {})).data?.["returncode"], "99");
      equal((await application.call("CXSXED", { nsrsbh: SELLER })).data?.["returncode"], "00");
    }
    const { byOperation } = await counted(stage);
    // One of the two got the error.
    deepEqual([byOperation["rates"], byOperation["taxpayer"], byOperation["quota"]], [2, 3, 3]);
    close();
  });
});

function speak(origin: string): { readonly application: Application; readonly close: () => void } {
  const gate = gateTo(Number(new URL(origin).port));
  return { application: createApplication(gate, PATIENCE_MS), close: () => gate.close() };
}

async function uploadAll(application: Application, from: number): Promise<readonly { readonly batch: readonly Invoice[]; readonly number: string | null }[]> {
  return Promise.all(Array.from({ length: BATCHES }, async (_, index) => {
    const batch = Array.from({ length: IN_BATCH }, (_none, place) => invoiceOf(from + index * IN_BATCH + place));
    return { batch, number: await untilDone(application, `${from}-${index}`, batch) };
  }));
}

async function untilDone(application: Application, name: string, batch: readonly Invoice[]): Promise<string | null> {
  for (let tries = 0; tries < 40; tries++) {
    const told = await application.submit(name, batch);
    if (told.kind === "done") return told.number;
    if (told.kind === "no") return null;
    await pause(150);
  }
  return null;
}

/** Draws numbers and quota, each with a ywlsh of its own, and tries again with the same one. */
async function drawAll(application: Application, prefix: string): Promise<{ readonly numbers: number; readonly quota: number; readonly held: number }> {
  const told = { numbers: 0, quota: 0, held: 0 };
  for (let index = 0; index < BATCHES; index++) {
    for (const [kind, service, content] of [["numbers", "QDFPPLFM", { lysl: "10" }], ["quota", "XZTHSXED", { sqlx: "0", sqed: "100.00" }]] as const) {
      const body = { nsrsbh: SELLER, ywlsh: `${prefix}${index}${kind}`, ...content };
      for (let tries = 0; tries < 10; tries++) {
        const { data, submission } = await application.call(service, body, PATIENCE_MS);
        if (data?.["returncode"] === "00") told[kind]++;
        if (submission === "held") told.held++;
        if (data !== null || submission === "held") break;
      }
    }
  }
  return told;
}

interface Counts {
  readonly byOperation: Readonly<Record<string, number | undefined>>;
  readonly own: { readonly numbersDrawn: number; readonly quotaDraws: number };
}

async function counted({ sandbox }: Stage): Promise<Counts> {
  return (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as Counts;
}

async function drawn(stage: Stage): Promise<Counts["own"]> {
  return (await counted(stage)).own;
}

function minus(a: Counts["own"], b: Counts["own"]): Counts["own"] {
  return { numbersDrawn: a.numbersDrawn - b.numbersDrawn, quotaDraws: a.quotaDraws - b.quotaDraws };
}
