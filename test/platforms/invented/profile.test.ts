import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { loadProfile } from "../../../src/config/load-profile.ts";
import { startTaxgate, type TaxgateProcess } from "../../drill/taxgate-process.ts";
import { gateTo } from "../../drill/platform/gate.ts";
import type { Gate } from "../../drill/platform/app.ts";
import { until } from "../../support/until.ts";
import { startRuritania, type Ruritania } from "./ruritania.ts";

const PROFILE = fileURLToPath(new URL("./ruritania.yaml", import.meta.url));
const TRIES = 20;
const PAUSE_MS = 250;

test("the profile of an invented platform takes less than 60 lines, and is sound", () => {
  ok(readFileSync(PROFILE, "utf8").trimEnd().split("\n").length < 60);
  const loaded = loadProfile(PROFILE, {});
  deepEqual(loaded.ok ? [] : loaded.problems, []);
});

describe("an invented platform behind its profile", () => {
  let ruritania: Ruritania;
  let taxgate: TaxgateProcess | null = null;
  let gate: Gate & { close(): void };

  before(async () => {
    ruritania = await startRuritania();
    taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: ${PROFILE}
regions: { main: { endpoints: [{ url: "${ruritania.origin}" }] } }
`);
    gate = gateTo(taxgate.port("plain"));
  });
  after(async () => {
    if (taxgate !== null) {
      gate.close();
      await taxgate.stop();
    }
    await ruritania.stop();
  });

  async function ask(inner: string, patience = 4000): Promise<{ readonly status: number; readonly value: (name: string) => string } | null> {
    const answer = await gate.send({ method: "POST", path: "/gateway", headers: { "content-type": "application/xml" }, body: `<Request xmlns="urn:ruritania:gateway">${inner}</Request>`, patience });
    return answer === null ? null : { status: answer.status, value: (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(answer.body.toString("utf8"))?.[1] ?? "" };
  }

  /** An application that sends until it has a receipt or a no; each try has a time of its own. */
  async function file(tin: string, ref: string, total: string): Promise<string> {
    let last = "";
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const answer = await ask(`<File><Tin>${tin}</Tin><Ref>${ref}</Ref><Total>${total}</Total><SentAt>${attempt}</SentAt></File>`);
      last = answer?.value("Code") ?? "";
      if (answer?.status === 200 && answer.value("Receipt") !== "") return answer.value("Receipt");
      if (last === "BAD") return last;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return `gave up: ${last}`;
  }

  test("takes every invoice in once, whatever breaks, and tells the application its receipt", async () => {
    const orders = Array.from({ length: 24 }, (_, index) => ({ tin: `RU${index % 3}`, ref: `A-${index}` }));
    const receipts = await Promise.all(orders.map(({ tin, ref }) => file(tin, ref, "100.00")));
    for (const [index, { tin, ref }] of orders.entries()) {
      const filed = ruritania.ledger.filter((one) => one.tin === tin && one.ref === ref);
      deepEqual(filed.map(({ receipt }) => receipt), [receipts[index]], ref);
    }
    deepEqual([ruritania.repeats(), ruritania.hurried()], [0, 0]);
  });

  test("gives the same receipt to a later try, and refuses other content under the same number", async () => {
    const receipt = await file("RU9", "B-1", "50.00");
    equal(await file("RU9", "B-1", "50.00"), receipt);
    equal((await ask("<File><Tin>RU9</Tin><Ref>B-1</Ref><Total>60.00</Total></File>"))?.status, 409);
    equal(ruritania.ledger.filter(({ ref }) => ref === "B-1").length, 1);
    equal(await file("RU8", "B-2", "many"), "BAD");
  });

  test("lets a refused invoice come back corrected, once its verdict has passed by", async () => {
    const receipt = await file("RU7", "C-1", "13.00");
    ok(await until(async () => (await ask(`<State><Receipt>${receipt}</Receipt></State>`))?.value("State") === "REFUSED", 5000));
    const corrected = await file("RU7", "C-1", "14.00");
    ok(corrected.startsWith("R-") && corrected !== receipt, corrected);
    equal(ruritania.ledger.filter(({ ref }) => ref === "C-1").length, 2);
  });
});
