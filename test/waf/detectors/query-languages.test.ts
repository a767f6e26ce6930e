import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Detector } from "../../../src/waf/detectors/detector.ts";
import { createLdapDetector } from "../../../src/waf/detectors/ldap.ts";
import { createNosqlDetector } from "../../../src/waf/detectors/nosql.ts";
import { createXpathDetector } from "../../../src/waf/detectors/xpath.ts";
import { marksOf } from "./look.ts";

interface Case {
  readonly value: string;
  readonly marks: readonly string[];
}

const NOSQL: readonly Case[] = [
  { value: "$ne", marks: ["operator"] },
  { value: "pin[$gt]", marks: ["operator"] },
  { value: "pin[$regex]", marks: ["operator"] },
  { value: "pin[$nin][]", marks: ["operator"] },
  { value: "[$where]", marks: ["operator"] },
  { value: "{ $gt: '' }", marks: ["query"] },
  { value: '{"pin": {"$ne": null}}', marks: ["query"] },
  { value: "', $or: [ {}, { 'k':'k", marks: ["query"] },
  { value: "$where : '7 == 7'", marks: ["query"] },
  { value: "' && this.pin.match(/^1/)//", marks: ["script"] },
  { value: "' || this.pin == 'x", marks: ["script"] },
  { value: "1;return true", marks: ["script"] },
  { value: "';return(true);var a='", marks: ["script"] },
  { value: "db.orders.drop()", marks: ["script"] },
  { value: "'; sleep(9000); '", marks: ["script"] },
  { value: "1;var a=new Date();do{b=new Date();}while(b-a<9000)", marks: ["script"] },
  { value: "function(){return this.a == 1}", marks: ["script"] },
  { value: "tojson(this)", marks: ["script"] },
  ...["$", "$5", "US$ 12", "$filter", "$select", "$ref", "price[$]", "$var: 5 $/l", "Total: $in cash", "this.", "this and that", "return to sender; return true copies of the form", "DB. Schenker", "db 9.5", "function room", "sleep (bed)", "while stocks last (5 - 7)"].map((value) => ({ value, marks: [] })),
];

const LDAP: readonly Case[] = [
  { value: "*)(uid=*))(|(uid=*", marks: ["breakout", "filter"] },
  { value: "joe)(!(&(1=0", marks: ["breakout", "filter"] },
  { value: "*)(&", marks: ["breakout"] },
  { value: "joe)(&)", marks: ["breakout"] },
  { value: "x)(|(cn=*", marks: ["breakout", "filter"] },
  { value: "*))\0", marks: ["breakout"] },
  { value: ")(pin=*))", marks: ["breakout"] },
  { value: "*()|&'", marks: ["breakout"] },
  { value: "(&(uid=joe)(pin=7))", marks: ["filter"] },
  { value: "(objectClass=*)", marks: ["filter"] },
  { value: "(|(mail=*@a.example))", marks: ["filter"] },
  { value: "memberOf:1.2.840.113556.1.4.1941:=cn=a", marks: ["rule"] },
  { value: "cn:caseExactMatch:=Joe", marks: ["rule"] },
  ...["*", "M8*", "(a) (b)", "a) first; b) second", "f(x)(y)", "(W=30)(H=40)", "(*)", "5* hotel (B&B)", ":-)(", "(see (2))", "ratio 1:2.5", "a:=b", "(R&D)", "(A|B)", "(!)", "x) (y=2)", "1) bolts 2) nuts (steel)(name=M8)", "O=C(O)C", "CC(=O)OC1=CC=CC=C1C(=O)O", "2*(3+4)(5)"].map((value) => ({ value, marks: [] })),
];

const XPATH: readonly Case[] = [
  { value: "'] | //user", marks: ["path"] },
  { value: "') ] | /*[contains(*,'", marks: ["call", "path", "predicate"] },
  { value: "ancestor::*", marks: ["axis"] },
  { value: "x' or child::node() or 'a'='b", marks: ["axis", "call"] },
  { value: "/descendant::user", marks: ["axis"] },
  { value: "' and count(/*)=1 and 'a'='a", marks: ["call"] },
  { value: "') and contains(../pin,'7", marks: ["call"] },
  { value: "substring(//user[1]/pin,1,1)", marks: ["call"] },
  { value: "x' or name()='user", marks: ["call"] },
  { value: "pin/text()", marks: ["call"] },
  { value: "//user[position()=1]", marks: ["call", "predicate"] },
  { value: "//*[@id='7']", marks: ["predicate"] },
  { value: "7 and doc('http://a.example/x')", marks: ["document"] },
  { value: "unparsed-text('file:///etc/passwd')", marks: ["document"] },
  { value: "for $a in doc('/x') return $a", marks: ["document", "query"] },
  { value: "let $a := //user return $a", marks: ["query"] },
  ...["//", "/*", "@*", "a/b", "and/or", "//server/share", "http://a.example/b[1]", "https://a.example/x?y[]=1", "count (5)", "name (last, first)", "text (2 pages)", "std::string", "A::B", "parent::company", "Contains (2) nuts", "string (length)", "sum(a/b)", "not(x)", "x[1]|y[2]", "A|B", "doc('a')", "for $5 in cash", "not(//ancestor-or-self::ext:UBLExtensions)", "\n not(//ancestor-or-self::cac:AdditionalDocumentReference[cbc:ID='QR']) \n"].map((value) => ({ value, marks: [] })),
];

const TABLES: readonly (readonly [Detector, readonly Case[]])[] = [
  [createNosqlDetector(), NOSQL],
  [createLdapDetector(), LDAP],
  [createXpathDetector(), XPATH],
];

for (const [detector, cases] of TABLES) {
  describe(`the detector ${detector.name}`, () => {
    for (const { value, marks } of cases) {
      test(`${marks.length === 0 ? "sees nothing in" : `sees ${marks.join(" and ")} in`} ${JSON.stringify(value)}`, () => {
        assert.deepEqual(
          marksOf(detector, value)
            .filter((mark) => mark !== "hint")
            .toSorted((one, other) => one.localeCompare(other)),
          marks,
        );
      });
    }

    test("explains every mark", () => {
      const told = new Set(cases.flatMap(({ marks }) => marks));
      assert.deepEqual(
        [...told, "hint"].toSorted((one, other) => one.localeCompare(other)),
        [...new Set([...Object.keys(detector.marks), "hint"])].toSorted((one, other) => one.localeCompare(other)),
      );
    });
  });
}
