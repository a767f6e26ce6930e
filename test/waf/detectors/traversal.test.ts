import { describe, test } from "node:test";
import { traversalDetector } from "../../../src/waf/detectors/traversal.ts";
import { assertMarks } from "./marks-table.ts";

describe("paths", () => {
  test("are seen when they climb or lead to what nobody asks for", () => {
    assertMarks(traversalDetector, {
      climb: ["../x", "a/../../x", "..\\..\\x", "....//....//x", "..;/..;/x", "/a/../..", "..%2f..%2fx", "%c0%ae%c0%ae%c0%afx", "..%255c..%255cx", "x=../../y", "././../../x", "x/../../y", "\\\\a.example\\share\\..\\x", "a/b/c/../d/../e/../f/../g", "/..//..//x", "..0x2f..0x2fx", "%%32%65%%32%65%%32%66x", ".%2e/x"],
      file: ["/etc/passwd", "see /etc/shadow there", "c:\\boot.ini", "/a/.git/config", "WEB-INF/web.xml", "/proc/self/environ", "x/wp-config.php", "/home/a/.ssh/id_rsa", "file:///etc/./passwd", "/app/.env"],
      system: ["/etc/anything", "C:\\Windows\\anything", "/proc/12/maps", "/var/log/x"],
      step: ["see a/../b there", "/a/..", "https://www.example.com/a/b/../c", "../ is one level up"],
    });
  });

  test("are not seen in texts", () => {
    assertMarks(traversalDetector, {
      "": [
        "wait... / done",
        "wait.../ done",
        "e.g. a../b",
        "and/or ...",
        "1/2\" x 3/4\"",
        "50 % / 25 %",
        "C:\\Temp",
        "C:\\Rechnungen\\2026",
        "\\\\server\\share\\7.pdf",
        "https://www.example.com/a/b?x=1",
        "passwd and shadow and hosts",
        "etc./ and so on",
        "Config / status / profile",
        "size S/M/L",
        "text/xml",
        "0x20 bytes",
        "node.js / web.config guide",
        "root+invoices@example.com",
        "s:etc-5.token",
        "applications/crm",
      ],
    });
  });
});
