import assert from "node:assert/strict";
import { test } from "node:test";
import { connectTarget } from "../../../src/server/forward-proxy/connect-target.ts";
import { mayBeDialled } from "../../../src/server/forward-proxy/never-dialled.ts";
import { judgeTarget } from "../../../src/server/forward-proxy/proxy-verdict.ts";

test("the target of CONNECT has one form, and everything that two readers could read in two ways is none", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["api.tax.example:443", "api.tax.example 443"],
    ["API.Tax.Example.:443", "api.tax.example 443"],
    ["api.tax.example:65535", "api.tax.example 65535"],
    ["10.0.0.1:8443", "10.0.0.1 8443"],
    ["[2001:DB8:0:0::1]:443", "2001:db8::1 443"],
    ["[::ffff:127.0.0.1]:443", "::ffff:7f00:1 443"],
    ["api.tax.example", null],
    ["api.tax.example:", null],
    ["api.tax.example:0", null],
    ["api.tax.example:0443", null],
    ["api.tax.example:65536", null],
    ["api.tax.example:443 ", null],
    ["api.tax.example:44a", null],
    ["user@api.tax.example:443", null],
    ["user:pw@api.tax.example:443", null],
    ["https://api.tax.example:443", null],
    ["/api.tax.example:443", null],
    ["api.tax.example/..:443", null],
    ["api..example:443", null],
    ["-.example:443", null],
    [":443", null],
    ["2001:db8::1:443", null],
    ["[2001:db8::1%25eth0]:443", null],
    ["[2001:db8::g]:443", null],
    // What some resolvers read as 127.0.0.1.
    ["127.1:443", null],
    ["2130706433:443", null],
    ["0x7f000001:443", "0x7f000001 443"],
    ["0177.0.0.1:443", null],
    ["bücher.example:443", null],
    ["api.tax.example\0:443", null],
    ["*.tax.example:443", null],
  ];
  for (const [text, want] of cases) {
    const target = connectTarget(text);
    assert.equal(target === null ? null : `${target.host} ${target.port}`, want, text);
  }
});

test("a tunnel leads neither to this machine nor to what a cloud tells its machines, in any spelling", () => {
  const never = [
    "127.0.0.1", "127.255.0.3", "0.0.0.0", "0.1.2.3", "169.254.169.254", "224.0.0.1", "255.255.255.255", "240.0.0.1", "100.100.100.200", "168.63.129.16",
    "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "fe80::1", "fe80::1%eth0", "febf::1", "ff02::1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "fd00:ec2::254",
    "", "localhost", "not-an-address",
  ];
  for (const address of never) assert.equal(mayBeDialled(address), false, address);
  for (const address of ["203.0.113.7", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "2001:db8::1", "fd12:3456::1", "64:ff9b::203.0.113.7", "::ffff:203.0.113.7"]) assert.equal(mayBeDialled(address), true, address);
});

test("a host is answered for, passed on to or refused by what is listed, and by its port", () => {
  const isIntercepted = (host: string): boolean => host === "api.tax.example";
  const cases: readonly (readonly [string, number, "refuse" | "tunnel", readonly number[], string])[] = [
    ["api.tax.example", 443, "refuse", [443], "intercept"],
    ["api.tax.example", 80, "refuse", [443], "intercept"],
    ["api.tax.example", 8443, "refuse", [443], "refuse"],
    ["api.tax.example", 8443, "tunnel", [443, 8443], "intercept"],
    ["api.tax.example", 22, "tunnel", [443], "refuse"],
    ["other.example", 443, "refuse", [443], "refuse"],
    ["other.example", 443, "tunnel", [443], "pass"],
    ["other.example", 80, "tunnel", [443], "refuse"],
    ["other.example", 25, "tunnel", [443, 80], "refuse"],
  ];
  for (const [host, port, others, ports, want] of cases) assert.equal(judgeTarget({ host, port }, { isIntercepted, others, ports }).kind, want, `${host}:${port} ${others}`);
});
