import { describe, test } from "node:test";
import { markupDetector } from "../../../src/waf/detectors/markup.ts";
import { assertMarks } from "./marks-table.ts";

describe("markup", () => {
  test("is seen where a browser would act on it, however the tag is broken", () => {
    assertMarks(markupDetector, {
      active: ["<script>x</script>", "<ScRiPt/x", "</script>", "<svg/onload=x>", "<iframe src=//a.example", "<<object data=x", "<a:script>", "<meta http-equiv=refresh"],
      handler: ["<img src=x onerror=y>", "<x onfoobar=y", "<b/onclick = y", "<details open ontoggle='y'", '<p a="b"onclick=y'],
      scheme: ["javascript:f(7)", "<a href=JaVaScRiPt:f`7`>", "java\tscript:f(7)", "vbscript:f(7)", "data:text/html,<b>", "data:image/svg+xml;base64,AA", "<a href='javascript:x=7'", "javascript: void x(7)", "<a href=javascript:name>"],
      element: ["<img src=x>", "<form action=x>"],
    });
  });

  test("is not seen in comparisons, plain formatting and names of schemes", () => {
    assertMarks(markupDetector, {
      "": [
        "price < 100 & > 5",
        "a<b and c>d",
        "<b>bold</b> and <br/> break <i>it</i>",
        "<p>Text</p><ul><li>one</li></ul>",
        "5 <7> 9",
        "A&B <GmbH>",
        "JavaScript: Basics of JavaScript Language",
        "JavaScript:The Good Parts",
        "javascript: the good parts (2nd edition)",
        "data: 5 GB; metadata: none",
        "Data:image processing",
        "<enter type here>",
        "<ds:Object>x</ds:Object>",
        "<xs:import namespace='x'/>",
        "12:30:00",
      ],
    });
  });
});
