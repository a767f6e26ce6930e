import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createSeal, deriveSealKeys } from "../../../src/base/seal.ts";
import { packAnswer, packRequest, repack, unpackAnswer, unpackRequest } from "../../../src/journal/sqlite/blob.ts";

/*
 * Format 1, byte by byte. Journals are kept for years: where a test here fails, rows in the field become unreadable. A new
 * format gets a number and lines of its own; these stay.
 */

const REQUEST = { method: "POST", target: "/api/invoices?x=1", headers: ["Authorization", "Bearer t", "X-Ü", "ÿ"], body: Buffer.from("<invoice/>") };
const ANSWER = { status: 201, headers: ["Content-Type", "application/json"], body: Buffer.from('{"number":"PL-1"}') };
const LONG = { ...ANSWER, body: Buffer.alloc(600, "<line/>") };

const PLAIN = {
  fields: "EC1+glMAAAAoWyJBdXRob3JpemF0aW9uIiwiQmVhcmVyIHQiLCJYLcOcIiwiw78iXQ==",
  content: "EK/poUkAAAAcWyJQT1NUIiwiL2FwaS9pbnZvaWNlcz94PTEiXTxpbnZvaWNlLz4=",
  answer: "EJB+hT4AAAAnWzIwMSwiQ29udGVudC1UeXBlIiwiYXBwbGljYXRpb24vanNvbiJdeyJudW1iZXIiOiJQTC0xIn0=",
};
const COMPRESSED = "EdjCWLYotS/9YIMB3QEAJAMAAAAnWzIwMSwiQ29udGVudC1UeXBlIiwiYXBwbGljYXRpb24vanNvbiJdPGxpbmUvPgEA4kRVgQI=";
const SEALED = {
  "aes-256-gcm":
    "EgQyMDI2x/zw2iRHfcmd650Mffg+IpTszLA6s7htKeI2PQ6zVHPy0F+NhbsPuAcLyO3meqtq3TLMW0R6avYUyjf9QSAs/pSP3/TVoPsO+nlhrGHjXElUczZW97Qz4HYsNe/RrEpyxgeYFgyhf2E=",
  "sm4-gcm":
    "EgQyMDI2Fdx21JDugwvAkjIk2URYxFPE2fVaqlDImbuDe+U1cUafrFWKL3pniZ90srYiZd6Ajw7OV4m+s8+lagN6BaSAGk/WyrJAdIiul9RTm6EcGVh/qcbFtUjr/ub4g8xg38X2xreW9FI/HB0=",
} as const;

const bytes = (base64: string): Uint8Array => Buffer.from(base64, "base64");
const base64 = (packed: Uint8Array): string => Buffer.from(packed).toString("base64");
const copy = (body: Uint8Array | undefined): Buffer => Buffer.from(body ?? []);

describe("blobs of format 1", () => {
  test("are written as they always were", () => {
    const { fields, content } = packRequest(REQUEST, null, "a 1");
    assert.deepEqual({ fields: base64(fields), content: base64(content), answer: base64(packAnswer(ANSWER, null, "a 1")) }, PLAIN);
  });

  test("are read", () => {
    const request = unpackRequest(bytes(PLAIN.fields), bytes(PLAIN.content), null, "a 1");
    assert.deepEqual({ ...request, body: copy(request?.body) }, REQUEST);
    const answer = unpackAnswer(bytes(PLAIN.answer), null, "a 1");
    assert.deepEqual({ ...answer, body: copy(answer?.body) }, ANSWER);
  });

  // How zstd presses may change with its version; that it can still be read may not.
  test("are read where they are compressed", () => {
    const answer = unpackAnswer(bytes(COMPRESSED), null, "a 1");
    assert.deepEqual({ ...answer, body: copy(answer?.body) }, LONG);
    assert.ok((repack(bytes(COMPRESSED), "answer", null, "a 1") as Uint8Array).length < 200);
  });

  for (const cipher of ["aes-256-gcm", "sm4-gcm"] as const) {
    test(`are read where they are sealed with ${cipher}`, () => {
      const seal = createSeal(deriveSealKeys({ cipher, keys: [{ id: "2026", key: "the secret of this year" }] }, "taxgate journal 1"));
      const answer = unpackAnswer(bytes(SEALED[cipher]), seal, "a 1");
      assert.deepEqual({ ...answer, body: copy(answer?.body) }, ANSWER);
    });
  }
});
