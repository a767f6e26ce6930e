import { arrivesGet, attack, either, forwarded, refused, type RequestCase } from "../attack-case.ts";

const BAD: Readonly<Record<string, string>> = {
  none: "", "two different": "Host: gate.example\r\nHost: evil.example\r\n", "two equal": "Host: gate.example\r\nHost: gate.example\r\n",
  "two, one empty": "Host: gate.example\r\nHost:\r\n", "two, in other case": "Host: gate.example\r\nHOST: evil.example\r\n",
  list: "Host: gate.example, evil.example\r\n",
  "user information": "Host: user@gate.example\r\n", "user and password": "Host: a:b@gate.example\r\n", "space inside": "Host: gate example\r\n",
  "tab inside": "Host: gate\texample\r\n", path: "Host: gate.example/a\r\n", query: "Host: gate.example?a\r\n", fragment: "Host: gate.example#a\r\n",
  scheme: "Host: http://gate.example\r\n", backslash: "Host: gate.example\\a\r\n",
  "port of letters": "Host: gate.example:http\r\n", "two ports": "Host: gate.example:80:80\r\n", "negative port": "Host: gate.example:-1\r\n",
  "only a port": "Host: :80\r\n", "unclosed bracket": "Host: [::1\r\n", "junk after bracket": "Host: [::1]a\r\n",
  "IPv6 without brackets": "Host: ::1\r\n", "quoted": 'Host: "gate.example"\r\n', "angle brackets": "Host: <gate.example>\r\n",
  "NUL": "Host: gate.example\0\r\n", "high byte": "Host: g\xe4te.example\r\n", "broken triplet": "Host: gate%zz\r\n",
  "space before colon": "Host : gate.example\r\n", folded: "Host:\r\n gate.example\r\n", semicolonless: "Host\r\n",
};

const ODD: Readonly<Record<string, string>> = { "with port": "gate.example:8080", "empty port": "gate.example:", "IPv4": "127.0.0.1", "IPv4 with port": "127.0.0.1:80", "IPv6": "[::1]", "IPv6 with port": "[2001:db8::1]:8443", "upper case": "GATE.EXAMPLE", "trailing dot": "gate.example.", underscore: "my_host", hyphens: "a--b.example", digits: "42" };

const FORGED = ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Original-URL", "X-Rewrite-URL"];

/** Host: exactly one, well formed (RFC 9112 section 3.2). */
export const HOST: readonly RequestCase[] = [
  ...Object.entries(BAD).map(([name, lines]) => attack(`bad: ${name}`, `GET / HTTP/1.1\r\n${lines}X-A: 1\r\n\r\n`, refused(["bad-host", "malformed-request"]))),
  attack("bad: two in HTTP/1.0", "GET / HTTP/1.0\r\nHost: gate.example\r\nHost: evil.example\r\n\r\n", refused(["bad-host", "malformed-request"])),
  attack("odd: empty", "GET / HTTP/1.1\r\nHost:\r\n\r\n", either(arrivesGet("/"))),
  attack("odd: port too large", "GET / HTTP/1.1\r\nHost: gate.example:99999\r\n\r\n", either(arrivesGet("/"))),
  attack("odd: percent triplet", "GET / HTTP/1.1\r\nHost: gate%2eexample\r\n\r\n", either(arrivesGet("/"))),
  ...Object.entries(ODD).map(([name, value]) => attack(`legal: ${name}`, `GET / HTTP/1.1\r\nHost: ${value}\r\n\r\n`, forwarded(arrivesGet("/")))),
  attack("legal: last field", "GET / HTTP/1.1\r\nX-A: 1\r\nhost:gate.example \r\n\r\n", forwarded(arrivesGet("/"))),
  ...FORGED.map((name) => attack(`forged: ${name} does not change the Host`, `GET / HTTP/1.1\r\nHost: gate.example\r\n${name}: evil.example\r\n\r\n`, forwarded(arrivesGet("/")))),
];
