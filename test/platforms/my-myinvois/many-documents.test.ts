import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { openStage, type Stage } from "../stage.ts";
import { documentOf, erpAt, uuidsOf } from "./erp.ts";
import { QUICK_SITE } from "./quick-site.ts";

let stage: Stage;
before(async () => void (stage = await openStage({ profile: "my-myinvois", faults: {}, site: QUICK_SITE })));
after(() => stage.stop());

test("with more documents than a page of the platform's list, what is not there is sent again, and what is there is found, within twelve questions a minute", async () => {
  const erp = await erpAt(stage.origins.taxgate, "C20000001");
  const codes = (name: string, count: number): string[] => Array.from({ length: count }, (_, index) => `${name}${index}`);
  for (const name of ["A", "B"]) equal((await erp.submit(...codes(name, 70).map((code) => documentOf(code)))).status, 202);
  await stage.sandbox.faults.set({ html: { times: 1, status: 502, on: ["issue"] } });
  const absent = await erp.submit(...codes("C", 5).map((code) => documentOf(code)));
  deepEqual([absent.status, Object.keys(uuidsOf(absent))], [202, codes("C", 5)], JSON.stringify(absent.body));
  await stage.sandbox.faults.set({ resetAfterProcessing: { times: 1, on: ["issue"] } });
  const found = await erp.submit(documentOf("D0"), documentOf("D1"));
  deepEqual([found.status, found.taxgate, Object.keys(uuidsOf(found))], [202, "confirmed", ["D0", "D1"]], JSON.stringify(found.body));
  const { byOperation } = (await (await fetch(`${stage.sandbox.controlOrigin}/_sandbox/requests`)).json()) as { readonly byOperation: Readonly<Record<string, number>> };
  ok((byOperation["recent"] ?? 0) >= 6 && (byOperation["recent"] ?? 0) <= 12, `${byOperation["recent"]} questions`);
  const all = [...codes("A", 70), ...codes("B", 70), ...codes("C", 5), "D0", "D1"];
  deepEqual([...new Set(all.map((code) => stage.sandbox.ledger.ofOrder(code).length))], [1]);
});
