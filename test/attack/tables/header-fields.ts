import { arrivesGet, attack, either, forwarded, get, refused, type RequestCase } from "../attack-case.ts";

const BAD_NAMES: Readonly<Record<string, string>> = {
  "space before colon": "X-A : 1", "tab before colon": "X-A\t: 1", "space inside": "X A: 1", "tab inside": "X\tA: 1", empty: ": 1", "no colon": "X-A",
  "NUL inside": "X\0A: 1", "NUL first": "\0X-A: 1", "high byte": "X\xe9: 1", "UTF-8": "X\xc3\xa9: 1",
  DEL: "X\x7f: 1", "vertical tab": "X\x0b: 1", "bare carriage return": "X\rA: 1", "bare line feed": "X\nA: 1", "line feed before colon": "X-A\n: 1",
  ...Object.fromEntries('"(),/;<=>?@[\\]{}'.split("").map((character) => [`delimiter ${character}`, `X${character}A: 1`])),
};

const BAD_VALUES: Readonly<Record<string, string>> = {
  NUL: "X-A: a\0b", "NUL at the end": "X-A: a\0", "bare carriage return": "X-A: a\rb", "bare line feed": "X-A: a\nb",
  "line feed hiding a field": "X-A: a\nX-Evil: 1", "carriage return hiding a field": "X-A: a\rX-Evil: 1", "two carriage returns": "X-A: a\r",
  DEL: "X-A: a\x7fb", SOH: "X-A: a\x01b", ESC: "X-A: a\x1bb", BS: "X-A: a\x08b", "vertical tab": "X-A: a\x0bb", "form feed": "X-A: a\x0cb",
  "folded with space": "X-A: a\r\n b", "folded with tab": "X-A: a\r\n\tb", "folded empty": "X-A:\r\n \r\nX-B: 1",
  "folded to hide a field": "X-A: a\r\n X-Evil: 1", "folded thrice": "X-A: a\r\n b\r\n c\r\n d",
};

const GOOD: Readonly<Record<string, readonly [line: string, name: string, value: string]>> = {
  "tab inside": ["X-A: a\tb", "x-a", "a\tb"],
  "high bytes": ["X-A: a\xe9\xffb", "x-a", "a\xe9\xffb"],
  "UTF-8": ["X-A: \xe5\x8c\x97\xe4\xba\xac", "x-a", "\xe5\x8c\x97\xe4\xba\xac"],
  "C1 bytes": ["X-A: a\x80\x9fb", "x-a", "a\x80\x9fb"],
  empty: ["X-A:", "x-a", ""],
  "only spaces": ["X-A:   ", "x-a", ""],
  "surrounding space": ["X-A:  \t a \t ", "x-a", "a"],
  "every visible character": [`X-A: ${String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index))}`, "x-a",
  String.fromCharCode(...Array.from({ length: 94 }, (_, index) => 33 + index))],
  "odd token name": ["!#$%&'*+-.^_`|~9: 1", "!#$%&'*+-.^_`|~9", "1"],
  "one-letter name": ["x: 1", "x", "1"],
  "underscore in the name": ["X_Tax_No: 1", "x_tax_no", "1"],
  "digits as name": ["42: 1", "42", "1"],
  "four kilobytes": [`X-A: ${"v".repeat(4096)}`, "x-a", "v".repeat(4096)],
  "long name": [`X-${"n".repeat(200)}: 1`, `x-${"n".repeat(200)}`, "1"],
  "colons in the value": ["X-A: ::a:b:", "x-a", "::a:b:"],
  "name of a prototype member": ["__proto__: 1", "__proto__", "1"],
  "name constructor": ["constructor: 1", "constructor", "1"],
};

/** Names and values of header fields: what a parser must not let through, and the odd ones that are legal. */
export const HEADER_FIELDS: readonly RequestCase[] = [
  ...Object.entries(BAD_NAMES).map(([name, line]) => attack(`name: ${name}`, get("/", line), refused("malformed-request"))),
  ...Object.entries(BAD_VALUES).map(([name, line]) => attack(`value: ${name}`, get("/", line), refused("malformed-request"))),
  ...[" ", "\t", " \t"].map((space) => attack(`first field after ${JSON.stringify(space)}`, `GET / HTTP/1.1\r\n${space}X-A: 1\r\nHost: gate.example\r\n\r\n`, refused("malformed-request"))),
  attack("first field is a folded Host", "GET / HTTP/1.1\r\n Host: evil.example\r\nHost: gate.example\r\n\r\n", refused("malformed-request")),
  ...Object.entries(GOOD).map(([name, [line, field, value]]) => attack(`legal: ${name}`, get("/", line), forwarded(arrivesGet("/", { has: { [field]: [value] } })))),
  attack("legal: a field twice keeps both values", get("/", "X-A: 1", "X-A: 2"), forwarded(arrivesGet("/"))),
  attack("legal: hundred fields", get("/", ...Array.from({ length: 96 }, (_, index) => `X-${index}: ${index}`)), forwarded(arrivesGet("/", { has: { "x-95": ["95"] } }))),
  attack("legal: two cookies", get("/", "Cookie: a=1", "Cookie: b=2"), forwarded(arrivesGet("/"))),
  attack("too large: value of 100 kB", get("/", `X-A: ${"v".repeat(100_000)}`), refused("head-too-large", { statuses: [431, 400] })),
  attack("too large: two thousand fields", get("/", ...Array.from({ length: 2000 }, () => "X-Filler-Field: filler-value")), refused("head-too-large", { statuses: [431, 400] })),
  attack("many: silently dropped fields cannot hide a length", `POST /post HTTP/1.1\r\nHost: gate.example\r\n${"X: 1\r\n".repeat(2100)}Content-Length: 2\r\n\r\nhi`, either({ method: "POST", target: "/post", body: Buffer.from("hi") })),
];
