import assert from "node:assert/strict";
import { isIP } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { contains, isLoopback, parseAddress, parseNetwork } from "../../src/base/cidr.ts";

const cases: [string, string, boolean][] = [
  ["10.0.0.0/8", "10.255.0.1", true],
  ["10.0.0.0/8", "11.0.0.1", false],
  ["10.1.2.3/8", "10.9.9.9", true],
  ["192.168.1.7", "192.168.1.7", true],
  ["192.168.1.7", "192.168.1.8", false],
  ["0.0.0.0/0", "255.255.255.255", true],
  ["128.0.0.0/1", "127.255.255.255", false],
  ["10.0.0.0/8", "::ffff:10.0.0.1", true],
  ["::ffff:10.0.0.0/104", "10.0.0.1", true],
  ["10.0.0.0/8", "::ffff:a00:1", true],
  ["::/0", "10.0.0.1", false],
  ["0.0.0.0/0", "::1", false],
  ["fd00::/8", "fdff::1", true],
  ["fd00::/8", "fe00::1", false],
  ["2001:db8::/33", "2001:db8:7fff::", true],
  ["2001:db8::/33", "2001:db8:8000::", false],
  ["fe80::/10", "fe80::1%eth0", true],
  ["10.0.0.0/8", "not an address", false],
];

for (const [network, address, inside] of cases) {
  test(`${address} is ${inside ? "" : "not "}inside ${network}`, () => {
    const parsed = parseNetwork(network);
    assert.ok(parsed);
    assert.equal(contains(parsed, address), inside);
  });
}

for (const text of ["", "10.0.0.0/33", "10.0.0/8", "010.0.0.1", "1.2.3.256", "::/129", "fd00::/-1", "::1::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "10.0.0.0/", "10.0.0.0/08", "x"]) {
  test(`"${text}" is no network`, () => assert.equal(parseNetwork(text), null));
}

test("takes for an address what the runtime takes for one", () => {
  const part = fc.constantFrom("::", ":", ".", "1", "ffff", "0", "255", "256", "1.2.3.4", "abc", "g", "00");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 15 }), (parts) => {
      const text = parts.join("");
      assert.equal(parseAddress(text) !== null, isIP(text) !== 0, text);
    }),
    { numRuns: 5000, seed: 3 },
  );
});

test("loopback is what only the same machine reaches", () => {
  for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) assert.ok(isLoopback(host), host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "localhost.example", "128.0.0.1"]) assert.ok(!isLoopback(host), host);
});
