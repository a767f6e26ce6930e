import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compileSchema } from "../../../src/document/json-schema.ts";
import { requireOptions } from "../../../src/waf/require/options.ts";
import { compileRequirements } from "../../../src/waf/require/requirements.ts";

const REQUIRED = requireOptions.parse({
  headers: [{ name: "x", matches: "^a+$" }],
  query: { members: [{ name: "a" }], others: "refuse" },
  body: { sniff: true, depth: 5, members: 50, json: "s", xml: { root: "a", elements: [{ at: "/a/b", required: true, matches: "^x" }], others: "refuse" }, files: ["pdf", "ofd"], maxFiles: 2 },
});
const SCHEMA = { type: "object", properties: { a: { type: "array", uniqueItems: true, items: { $ref: "#" } } }, additionalProperties: { type: ["string", "object"], pattern: "^a" } };

const TYPES = ["application/json", "text/xml", "multipart/form-data; boundary=x", "application/zip", "text/plain; charset=gbk", "application/json; charset=utf-16", "", "nonsense"];
const PIECES = ['{"a":', "[", "]", "}", '"', "\\", ",", "<a>", "</a>", "<b x='1'>", "<![CDATA[", "]]>", "<!DOCTYPE", "--x\r\n", "--x--", 'Content-Disposition: form-data; name="a"; filename="b"', "\r\n\r\n", "PK\x03\x04", "PK\x05\x06", "\0", "\xff\xfe", "%", "=", "&", "1e999", "\\ud800"];

test("whatever is sent, requirements end with a word on it, and never with a fault", () => {
  const compiled = compileSchema(SCHEMA);
  assert.ok(compiled.ok);
  const check = compileRequirements(REQUIRED, () => compiled.check);
  const body = fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5 })), { maxLength: 40 }).map((parts) => Buffer.from(parts.join(""), "latin1")));
  const coding = fc.constantFrom([], ["Content-Encoding", "gzip"], ["Content-Encoding", "identity"]);
  let breaches = 0;
  fc.assert(
    fc.property(body, fc.constantFrom(...TYPES), coding, fc.string({ maxLength: 20 }), (bytes, type, headers, query) => {
      for (const sent of [query, "a=1"]) {
        const found = check?.({ method: "POST", query: sent, headers, body: bytes, contentType: type === "" ? undefined : type });
        if (found === null || found === undefined) continue;
        breaches++;
        assert.match(`${found.where} ${found.rule}`, /^[ -~…]{1,420}$/);
      }
    }),
    { numRuns: 2000, seed: 6 },
  );
  assert.ok(breaches > 1000, String(breaches));
});
