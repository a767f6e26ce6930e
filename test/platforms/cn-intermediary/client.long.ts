import { deepEqual, equal, ok } from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test } from "node:test";
import type { FaultSet } from "../../../src/sandbox/faults.ts";
import { gateTo } from "../../drill/platform/gate.ts";
import { openStage, type Stage } from "../stage.ts";
import { createApplication, orderBody, SELLER, type Application } from "./application.ts";

const GIVEN_UP_MS = 1500;
const ORDERS = 16;
const PATIENCE_MS = 1000;
const QUESTION = '{"nsrsbh":"{scope}","ptsbm":"{remember.ptsbm}","fpqqlsh":"{key}"';

/** Seconds for hours. */
const SITE = `upstream: { health: { every: 200ms, healthyAfter: 1 }, breaker: { consecutiveFailures: 20, failureRatio: 0.9, openFor: 200ms, halfOpenProbes: 1 } }
routes:
  - name: issue
    submission:
      resolve:
        - query: { method: POST, path: /hx/api/fp/h5.js.invoiceApplyRes.query, body: '${QUESTION}}', prompt: { method: POST, path: /hx/api/fp/h5.js.invoiceIssuRes.apply, body: '${QUESTION},"cxfw":"2"}' } }
          found: { status: 200, json: /datagram/fpxx/fphm, exists: true }
          match: [{ read: { json: /datagram/fpxx/fpqqlsh }, is: "{key}" }, { read: { json: /datagram/fpxx/xhf_nsrsbh }, is: "{scope}" }]
          absent: { status: 200, json: /code, equals: "6904" }
          notFoundValidAfter: ${GIVEN_UP_MS}ms
          absentMeans: closed
          every: 100ms
          for: 10min
        - hold
      provisional: { ask: { after: 500ms, every: 500ms } }`;

/** Answers are lost after the work, come as a time-out, and never came at all: now and then. */
const LOSSES: FaultSet = { errorAfter: { probability: 0.25, as: "either", on: ["issue"] }, resetAfterProcessing: { probability: 0.2, on: ["issue"] }, html: { probability: 0.1, status: 502, on: ["issue"] } };

interface Case {
  readonly what: string;
  readonly faults: FaultSet;
  readonly settings: NonNullable<FaultSet["settings"]>;
}

const CASES: readonly Case[] = [
  { what: "answers are lost, and orders are issued at once", faults: LOSSES, settings: {} },
  { what: "answers are lost, and orders are issued later", faults: LOSSES, settings: { processingMs: 400, lookUpMs: 100 } },
  { what: "every order is answered with 1108, and taken in all the same", faults: {}, settings: { issueCode: "1108", issueTaken: true } },
  { what: "every order is answered with 2116, and taken in all the same", faults: {}, settings: { issueCode: "2116", issueTaken: true } },
];

for (const { what, faults, settings } of CASES) {
  describe(`where ${what}`, () => {
    let stage: Stage;
    before(async () => {
      stage = await openStage({ profile: "cn-intermediary", site: SITE, faults: { ...faults, settings: { givesUpAfterMs: GIVEN_UP_MS, ...settings } } });
    });
    after(() => stage.stop());

    const issued = (application: Application, name: string): number => application.serials(name).reduce((sum, serial) => sum + stage.sandbox.ledger.ofOrder(serial).length, 0);

    async function run(origin: string, prefix: string): Promise<{ readonly application: Application; readonly names: readonly string[]; readonly numbers: readonly (string | null)[]; readonly close: () => void }> {
      const gate = gateTo(Number(new URL(origin).port));
      const application = createApplication(gate, PATIENCE_MS);
      await application.signIn();
      const names = Array.from({ length: ORDERS }, (_, index) => `${prefix}${index}`);
      const numbers = await Promise.all(names.map((name) => untilDone(application, name)));
      return { application, names, numbers, close: () => gate.close() };
    }

    test("directly: the application issues orders twice, under a second serial number", async () => {
      const { application, names, close } = await run(stage.origins.directly, "D");
      const twice = names.filter((name) => issued(application, name) > 1);
      close();
      ok(twice.length > 0, "nothing was issued twice, so nothing is shown");
    });

    test("through taxgate: every order is issued once, is told with its number, and the query finds that number", async () => {
      const refusedBefore = stage.sandbox.ledger.totals().refused;
      const { application, names, numbers, close } = await run(stage.origins.taxgate, "T");
      deepEqual(names.filter((name) => issued(application, name) !== 1), []);
      deepEqual(numbers.filter((number) => number === null), []);
      deepEqual(await Promise.all(names.map((name) => untilSeen(application, name))), numbers);
      equal(stage.sandbox.ledger.totals().refused, refusedBefore, "something was sent that the platform had");
      equal(application.codes.includes("6655"), false);
      close();
    });
  });
}

describe("what the application is told", () => {
  let stage: Stage;
  before(async () => {
    stage = await openStage({ profile: "cn-intermediary", site: SITE });
  });
  after(() => stage.stop());

  async function post(service: string, body: object, token: string): Promise<{ readonly status: number; readonly headers: Headers; readonly said: { readonly code?: string; readonly access_token?: string } }> {
    const answer = await fetch(`${stage.origins.taxgate}/hx/api/fp/${service}`, { method: "POST", headers: { "content-type": "application/json", nsrsbh: SELLER, access_token: token }, body: JSON.stringify(body) });
    return { status: answer.status, headers: answer.headers, said: (await answer.json()) as { readonly code?: string } };
  }
  const signIn = async (): Promise<string> => (await post("accessToken", { nsrsbh: SELLER }, "")).said.access_token ?? "";

  test("askers share a token, and get another one after 1101, until the day's are used up", async () => {
    const [first, second] = [await signIn(), await signIn()];
    equal(first, second);
    equal((await post("h5.js.invoiceApplyRes.query", { nsrsbh: SELLER, ptsbm: "ERP00001", fpqqlsh: "NONE1" }, "stale")).said.code, "1101");
    const third = await signIn();
    ok(third !== "" && third !== first);
    const [{ windows } = { windows: [] }] = stage.sandbox.limits();
    equal(windows[0]?.highest, 2);
  });

  test("a serial number that the platform gave up is closed for good, also for other content", async () => {
    const token = await signIn();
    await stage.sandbox.faults.set({ settings: { givesUpAfterMs: GIVEN_UP_MS, loses: true }, errorAfter: { as: "reset", on: ["issue"] } });
    const codes: (string | undefined)[] = [];
    for (let tries = 0; tries < 20 && codes.at(-1) !== "6904"; tries++) codes.push((await post("h5.js.blueInvoiceIssu.gm", orderBody("G", "GONE1"), token)).said.code);
    equal(codes.at(-1), "6904");
    deepEqual(codes.slice(0, -1).filter((code) => code !== "6783"), []);
    await stage.sandbox.faults.clear();
    const again = await post("h5.js.blueInvoiceIssu.gm", orderBody("G", "GONE1", "7.00"), token);
    deepEqual([again.said.code, again.headers.get("taxgate-submission"), stage.sandbox.ledger.totals().issued], ["6904", "replayed", 0]);
  });

  test("another content under a serial number that was issued is refused as the platform would, and not sent", async () => {
    const token = await signIn();
    equal((await post("h5.js.blueInvoiceIssu.gm", orderBody("C", "CONF1"), token)).said.code, "0000");
    const other = await post("h5.js.blueInvoiceIssu.gm", orderBody("C", "CONF1", "7.00"), token);
    deepEqual([other.status, other.said.code, other.headers.get("taxgate-submission"), stage.sandbox.ledger.refusalsOf("CONF1")], [200, "6655", "conflict", 0]);
  });
});

/** Its query may have to be asked for first. */
async function untilSeen(application: Application, name: string): Promise<string | null> {
  for (let tries = 0; tries < 10; tries++) {
    const seen = await application.look(application.serials(name).at(-1) ?? "");
    if (seen !== null) return seen;
    await pause(100);
  }
  return null;
}

async function untilDone(application: Application, name: string): Promise<string | null> {
  for (let tries = 0; tries < 40; tries++) {
    const told = await application.submit(name);
    if (told.kind === "done") return told.number;
    if (told.kind === "no") return null;
    await pause(200);
  }
  return null;
}
