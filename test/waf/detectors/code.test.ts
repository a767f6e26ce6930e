import { describe, test } from "node:test";
import { codeDetector } from "../../../src/waf/detectors/code.ts";
import { assertMarks } from "./marks-table.ts";

describe("program text", () => {
  test("is seen in a call, a member, a name and a handler", () => {
    assertMarks(codeDetector, {
      call: [
        "alert(7)",
        "(confirm)(7)",
        "prompt`7`",
        "alert?.(7)",
        "alert.call(null,7)",
        "'-alert(7)-'",
        "eval($_GET[0])",
        "system('df')",
        "phpinfo()",
        "base64_decode('YQ')",
        "setTimeout (\"x\")",
        "require(\"fs\")",
        "sleep(9)",
        "assert($x)",
        "exec(chr(105))",
        "atob(name)",
        "system(ls)",
      ],
      "odd-call": ["alert(7)", "eval('x')", "(confirm)(7)"],
      object: ["x+document.cookie", "window['al'+'ert']", "top[/a/.source]", "process.env.HOME", "java.lang.Runtime", "os.system('df')", "document?.domain", "String.fromCharCode(7)", "Object.prototype.x", "System.getProperty('a')"],
      name: ["x.__globals__.y", "{}.__proto__", "getRuntime", "require('child_process')", "shell_exec"],
      handler: ['" onfocus=x autofocus', "x' onMouseOver = y", "onerror/=x"],
    });
  });

  test("is not seen in words that programs use too", () => {
    assertMarks(codeDetector, {
      "": [
        "fire alarm alert(s), prompt(s) & confirm(ed)",
        "operating system (Windows); exec (board)",
        "open (24/7), print (A4), sleep (bed)",
        "test(s) / file(s)",
        "window.open seats",
        "top.secret / self.service / parent.company",
        "on sale = yes, once = 1, only=2",
        "a=1&onload=2",
        "process water; object lens; document holder",
        "f(x)=x^2",
        "Exec. chair (black)",
        "Array (5 x 5)",
        "system(2)",
        "require 'valves'",
        "require ('CE'); include \"manual\"",
        "eval() and exec() calls are gone",
        "eval(uation) form; open('s) store hours",
        "Echo ('s-Hertogenbosch) SARL",
        "onclick = on click; onload = on load",
        "NullPointerException at java.lang",
      ],
    });
  });
});
