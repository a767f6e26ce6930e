import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { clientAddress, readHop } from "../../src/identity/client-address.ts";
import { networkSet } from "../../src/base/network-set.ts";

const trusted = networkSet(["10.0.0.0/8", "2001:db8:1::/48"], "test");

const cases: readonly [name: string, peer: string, fields: readonly string[], want: string][] = [
  ["a stranger's field is not believed", "203.0.113.9", ["198.51.100.1"], "203.0.113.9"],
  ["a trusted peer without the field is the client", "10.0.0.1", [], "10.0.0.1"],
  ["a trusted peer's entry is the client", "10.0.0.1", ["198.51.100.1"], "198.51.100.1"],
  ["the right-most stranger wins over what it claims", "10.0.0.1", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"],
  ["trusted hops are skipped", "10.0.0.1", ["1.1.1.1, 198.51.100.1, 10.2.2.2, 10.3.3.3"], "198.51.100.1"],
  ["fields join in order", "10.0.0.1", ["1.1.1.1", "198.51.100.1", "10.2.2.2"], "198.51.100.1"],
  ["only trusted hops: the left-most is the client", "10.0.0.1", ["10.9.9.9, 10.2.2.2"], "10.9.9.9"],
  ["a port is left out", "10.0.0.1", ["198.51.100.1:40001"], "198.51.100.1"],
  ["IPv6 is canonical", "10.0.0.1", ["2001:DB8:0:0::7"], "2001:db8::7"],
  ["IPv6 in brackets with a port", "10.0.0.1", ["[2001:db8::7]:443"], "2001:db8::7"],
  ["an IPv6 hop is trusted", "2001:db8:1::1", ["198.51.100.1, 2001:db8:1::2"], "198.51.100.1"],
  ["a dual-stack socket's peer is IPv4", "::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"],
  ["a dual-stack stranger comes out as IPv4", "::ffff:203.0.113.9", [], "203.0.113.9"],
  ["a mapped entry comes out as IPv4", "10.0.0.1", ["::ffff:c633:6401"], "198.51.100.1"],
  ["a mapped entry cannot pose as a stranger", "10.0.0.1", ["198.51.100.1, ::ffff:10.2.2.2"], "198.51.100.1"],
  ["garbage gives the peer", "10.0.0.1", ["198.51.100.1, unknown"], "10.0.0.1"],
  ["garbage left of the client does not matter", "10.0.0.1", ["<script>, 198.51.100.1"], "198.51.100.1"],
  ["empty members mean nothing", "10.0.0.1", [" , 198.51.100.1,, "], "198.51.100.1"],
  ["an empty field gives the peer", "10.0.0.1", [""], "10.0.0.1"],
  ["too many hops give the peer", "10.0.0.1", [`198.51.100.1${", 10.1.1.1".repeat(32)}`], "10.0.0.1"],
  ["as many hops as are read", "10.0.0.1", [`198.51.100.1${", 10.1.1.1".repeat(31)}`], "198.51.100.1"],
  ["too long a field gives the peer", "10.0.0.1", [`${" ".repeat(2048)}198.51.100.1`], "10.0.0.1"],
];

for (const [name, peer, fields, want] of cases) {
  test(`client address: ${name}`, () => {
    const headers = ["Host", "gate", ...fields.flatMap((field) => ["X-Forwarded-For", field]), "Accept", "*/*"];
    assert.equal(clientAddress(peer, headers, trusted), want);
  });
}

test("client address: without trusted proxies the field is never read", () => {
  assert.equal(clientAddress("10.0.0.1", ["x-forwarded-for", "198.51.100.1"], networkSet([], "test")), "10.0.0.1");
});

for (const entry of ["1.2.3", "1.2.3.4:", "1.2.3.4:123456", "[1.2.3.4]", "[::1", "::1]", "fe80::1%eth0", "1.2.3.4/8", "01.2.3.4", "0x7f.1", "host", "1.2.3.4 5"]) {
  test(`a hop '${entry}' is no address`, () => assert.equal(readHop(entry), null));
}

test("whatever a client writes, the last untrusted hop decides", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 200 }), fc.ipV4().filter((ip) => !ip.startsWith("10.")), (claim, real) => {
      assert.equal(clientAddress("10.0.0.1", ["x-forwarded-for", claim, "x-forwarded-for", `${real}, 10.4.4.4`], trusted), real);
    }),
  );
});
