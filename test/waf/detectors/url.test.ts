import { describe, test } from "node:test";
import { urlDetector } from "../../../src/waf/detectors/url.ts";
import { assertMarks } from "./marks-table.ts";

describe("URLs", () => {
  test("are judged by where their host leads, in every spelling", () => {
    assertMarks(urlDetector, {
      loopback: ["http://127.0.0.1/x", "http://127.1", "http://2130706433/", "http://0x7f000001", "http://0177.0.0.1", "http://[::1]:80/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://localhost:9000", "http://localhost4/", "http://host.containers.internal/", "https://LOCALHOST./", "http://0/", "http://127.0.0.1.nip.io/", "//127.0.0.1/x", "http://a@127.0.0.1/", "http:\\\\127.0.0.1", "http://①②⑦.⓪.⓪.①/", "http://[::]/", "see http://127.0.0.1/ there"],
      metadata: ["http://169.254.169.254/latest", "http://0xa9fea9fe/", "http://metadata.google.internal/x", "http://[fd00:ec2::254]/", "http://100.100.100.200/"],
      private: ["http://10.0.0.8/x", "https://192.168.1.1", "http://172.20.0.1", "http://[fe80::1]/", "http://[fc00::1]/"],
      disguised: ["http://0x0a000008/", "http://3232235777/", "http://134744072/"],
      scheme: ["gopher://a.example:70/_x", "dict://a.example:11/", "file:///x", "php://filter/x", "jar:http://a.example!/x", "netdoc:///x", "see file:///x there", "expect://x"],
    });
  });

  test("of the public are no attack, nor are addresses that stand in no URL", () => {
    assertMarks(urlDetector, {
      "": [
        "https://www.example.com/a?x=1&y=http://b.example/",
        "http://www.w3.org/2001/XMLSchema-instance",
        "http://8.8.8.8/dns",
        "server 10.0.0.5 rack 3",
        "127.0.0.1",
        "192.168.1.1/24",
        "https://[2001:db8::5]/x",
        "urn:oasis:names:specification:ubl:schema:xsd:Invoice-2",
        "https://user@example.com:8443/x",
        "// comment",
        "file: 5 / 6",
        "see the file:///; thanks",
        "11:30 / 12:45",
        "https://localhost-parts.example/x",
        "Tel.: //",
        "1://2",
      ],
    });
  });
});
