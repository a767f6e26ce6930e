import assert from "node:assert/strict";
import { test } from "node:test";
import { scanXml } from "../../src/document/xml-scan.ts";
import { attacks } from "./corpus/attacks.ts";
import { writable } from "./generated/write-xml.ts";
import { INVOICE_CARRIERS, NESTED_CARRIERS, PARAMETER_CARRIERS, type Carrier } from "./placed.ts";

await test("every carrier says its value and nothing else", () => {
  for (const carrier of [...INVOICE_CARRIERS, ...PARAMETER_CARRIERS]) {
    for (const { id, value } of attacks()) {
      const sent = carrier.carry(value, 1);
      if (sent === null) continue;
      assert.ok(valuesIn(carrier, sent.path, sent.body.toString()).includes(value), `${carrier.name}: ${id}`);
    }
  }
});

await test("only what XML cannot say is left out", () => {
  for (const carrier of [...INVOICE_CARRIERS, ...NESTED_CARRIERS, ...PARAMETER_CARRIERS]) {
    const isXml = carrier.column === "ubl" || carrier.column === "nested";
    for (const { id, value } of attacks()) assert.equal(carrier.carry(value, 1) === null, isXml && !writable(value), `${carrier.name}: ${id}`);
  }
  assert.ok(attacks().filter(({ value }) => !writable(value)).length < 5);
});

function valuesIn({ column }: Carrier, path: string, body: string): string[] {
  if (column === "query") return [...new URLSearchParams(path.split("?")[1]).values()];
  if (column === "form") return [...new URLSearchParams(body).values()];
  return column === "json" ? stringsIn(JSON.parse(body)) : textsIn(body);
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

function textsIn(xml: string): string[] {
  const found: string[] = [];
  let text = "";
  const fault = scanXml(xml, {
    open(_, attributes) {
      found.push(...attributes.map(({ value }) => value));
      text = "";
    },
    text: (piece) => (text += piece),
    close: () => found.push(text),
  });
  assert.equal(fault, null);
  return found;
}
