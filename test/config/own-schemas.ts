const LINE = '{ "type": "object", "required": ["name"], "properties": { "name": { "type": "string", "pattern": "^[^<>]*$" }, "day": { "format": "date" } } }';

/** JSON Schemas that stand beside the configurations of tests. */
export const SCHEMA_FILES: Readonly<Record<string, string>> = {
  "invoice.schema.json": `{ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "required": ["items"], "properties": { "items": { "type": "array", "items": { "$ref": "#/$defs/line" } } }, "$defs": { "line": ${LINE} } }`,
  "broken.schema.json": '{\n  "type": "object",\n  "properties": {\n    "pattern": { "type": "string", "pattern": "(?=a)b" },\n    "format": { "format": "credit-card" },\n    "other": { "$ref": "https://elsewhere.example/a.json" }\n  },\n  "patternProperties": { "(a)\\\\1": {} }\n}\n',
  "text.schema.json": "type: object\n",
  "form.schema.json": '{ "type": "object",\n  "properties": { "a": { "type": "texts" } } }',
  "unknown.schema.json": '{ "type": "object", "propertes": {} }',
  "old.schema.json": '{ "$schema": "http://json-schema.org/draft-04/schema#" }',
  "lost.schema.json": '{ "properties": { "a": { "$ref": "#/$defs/b" } } }',
};
