import assert from "node:assert/strict";
import { test } from "node:test";
import { diffConfig } from "../../src/config/diff.ts";
import { loadText } from "./load-text.ts";

const TEXT = `version: 1
regions: { main: { endpoints: [{ url: https://tax.example }] } }
routes: [{ name: a, match: { methods: [POST], path: /a }, class: control, waf: { require: { body: { json: ./a.schema.json } } } }]
`;

const loaded = (schema: string) => loadText(TEXT, {}, { "a.schema.json": schema });

test("a schema that changes is a change of the configuration, and its file is watched", () => {
  const before = loaded('{ "required": ["no"] }');
  const after = loaded('{ "required": ["number"] }');
  assert.ok(before.ok && after.ok);
  assert.ok(before.files.some((file) => file.endsWith("/a.schema.json")));
  assert.notEqual(before.fingerprint, after.fingerprint);
  assert.deepEqual(diffConfig(before.config, after.config, []).map(({ path, before, after, needsRestart }) => [path.replace(/ .*\//, " "), before, after, needsRestart]), [["schema a.schema.json.required", '["no"]', '["number"]', false]]);
});

test("a byte order mark before a schema counts for nothing", () => {
  assert.ok(loaded('\ufeff{ "required": ["no"] }').ok);
});
