import assert from "node:assert/strict";
import { test } from "node:test";
import { SIGNATURE_HEADER, signNotice, noticeFault, type SignatureFault } from "../../src/journal/webhook-signature.ts";

const SECRET = "a secret of the webhook";
const BODY = '{"state":"accepted","key":["FV/1"]}';
const AT = 1_790_000_000;
const GOOD = signNotice(BODY, SECRET, AT);

test("the header is what any HMAC tool computes", () => {
  // printf '1790000000.{"state":"accepted","key":["FV/1"]}' | openssl dgst -sha256 -hmac 'a secret of the webhook'
  assert.equal(GOOD, "t=1790000000,v1=2c60b9023ab1bc5a01700eb79b9fa237c4c77e514bf66b75a3c0f7029417d87f");
  assert.equal(SIGNATURE_HEADER, "Taxgate-Signature");
});

test("text and its bytes are signed alike", () => {
  assert.equal(signNotice(Buffer.from("Zażółć"), SECRET, AT), signNotice("Zażółć", SECRET, AT));
});

const V1 = GOOD.slice(GOOD.indexOf("v1="));
const cases: { readonly what: string; readonly header?: string; readonly body?: string; readonly secret?: string; readonly later?: number; readonly fault: SignatureFault | null }[] = [
  { what: "as it was sent", fault: null },
  { what: "with spaces after the comma", header: GOOD.replace(",", ", "), fault: null },
  { what: "with parts that nobody knows", header: `${GOOD},v2=abc,x`, fault: null },
  { what: "with the signature of another secret before it", header: GOOD.replace("v1=", `v1=${"0".repeat(64)},v1=`), fault: null },
  { what: "at the end of the tolerance", later: 300, fault: null },
  { what: "beyond it", later: 301, fault: "too-old" },
  { what: "by a clock that is slow, within it", later: -300, fault: null },
  { what: "by a clock that is too slow", later: -301, fault: "from-the-future" },
  { what: "with another body", body: `${BODY} `, fault: "wrong" },
  { what: "with another secret", secret: "another secret", fault: "wrong" },
  { what: "with another time", header: GOOD.replace("t=1790000000", "t=1790000001"), fault: "wrong" },
  { what: "with the same time, written otherwise", header: GOOD.replace("t=", "t=0"), fault: "wrong" },
  { what: "old and with another body", body: "x", later: 1e9, fault: "wrong" },
  { what: "with two times", header: `${GOOD},t=1790000000`, fault: "malformed" },
  { what: "without a time", header: V1, fault: "malformed" },
  { what: "without a signature", header: "t=1790000000", fault: "malformed" },
  { what: "with a signature cut short", header: GOOD.slice(0, -1), fault: "malformed" },
  { what: "with a signature that is no hexadecimal", header: `${GOOD.slice(0, -1)}g`, fault: "malformed" },
  { what: "with a time that is no number", header: `t=now,${V1}`, fault: "malformed" },
  { what: "with an empty header", header: "", fault: "malformed" },
];
for (const { what, header = GOOD, body = BODY, secret = SECRET, later = 0, fault } of cases) {
  test(`a webhook ${what} is ${fault ?? "taken"}`, () => assert.equal(noticeFault(header, body, secret, AT + later), fault));
}
