import { describe, test } from "node:test";
import { templateDetector } from "../../../src/waf/detectors/template.ts";
import { assertMarks } from "./marks-table.ts";

describe("expressions of templates", () => {
  test("are seen by what stands in their braces", () => {
    assertMarks(templateDetector, {
      expression: ["{{8*8}}", "${8*8}", "#{ 8 * 8 }", "*{8*8}", "@(8+1)", "{{8*'8'}}", "{{x.y()}}", "{{''.z}}", "${x['y']}", "%{#a=8}", "{{x|upper}}", "[[${8*8}]]", "{8*8}", "{{ [].x }}", "#{f(8)}"],
      object: ["{{config}}", "{{ self }}", "{{this.constructor}}"],
      block: ["{% for a in b %}", "<%= 8*8 %>", "<#assign a=b>", "#set($a=8)", "[#assign a=b]", "<%= File.x %>", "<% x %>"],
      lookup: ["${jndi:ldap://a.example/x}", "${${lower:j}ndi:x}", "${::-j}", "${env:HOME}", "${ jndi:x}", "${${env:X:-j}y}"],
    });
  });

  test("are told from placeholders and from signs of a text", () => {
    assertMarks(templateDetector, { placeholder: ["see {{order}}", "Hello ${name}, thanks", "{{order.id}}", "#{ref}"] });
    assertMarks(templateDetector, {
      "": ["{a, b}", "x={1,2,3}", "P/N {rev.3}", "100 % {net}", "50 %", "#5", "<% of total>", "[1] [2]", "C# / F#", "{\"a\":1}", "<5%", "[[note]]", "Box {7} @ Dock", "if {x} then"],
    });
  });
});
