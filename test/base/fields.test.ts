import assert from "node:assert/strict";
import { test } from "node:test";
import type { z } from "zod";
import { bind, bytes, duration, name, parseBind, share, whole } from "../../src/base/fields.ts";

/** The value, or what is wanted instead. */
function told(field: z.ZodType, written: unknown): unknown {
  const result = field.safeParse(written);
  return result.success ? result.data : result.error.issues.map(({ message }) => message).join("; ");
}

const cases: readonly (readonly [field: z.ZodType, written: unknown, want: unknown])[] = [
  [duration(), "1.5s", 1500],
  [duration(), 5, "a duration with its unit, such as 250ms, 30s or 5min"],
  [duration("1s", "1h"), "1h", 3_600_000],
  [duration("1s", "1h"), "999ms", "a duration with its unit from 1s to 1h, such as 250ms, 30s or 5min"],
  [duration("1s", "1h"), "61min", "a duration with its unit from 1s to 1h, such as 250ms, 30s or 5min"],
  [duration(), `${"9".repeat(400)}s`, "a duration with its unit, such as 250ms, 30s or 5min"],
  [bytes("1MiB"), "1MiB", 1_048_576],
  [bytes("1MiB"), "2MiB", "a size with its unit up to 1MiB, such as 64KiB or 5MB"],
  [bytes(), 64, "a size with its unit up to 64GiB, such as 64KiB or 5MB"],
  [share(), 0.5, 0.5],
  [share(), "20%", 0.2],
  [share(), "101%", "a share from 0 to 1, such as 0.5 or 50%"],
  [share(), 1.1, "a share from 0 to 1, such as 0.5 or 50%"],
  [share(), "half", "a share from 0 to 1, such as 0.5 or 50%"],
  [whole(1, 10), 10, 10],
  [whole(1, 10), 1.5, "a whole number from 1 to 10"],
  [whole(1, 10), 11, "a whole number from 1 to 10"],
  [whole(1, 10), "5", "a whole number from 1 to 10"],
  [name(), "a.b-c_1", "a.b-c_1"],
  [name(), ".a", "a name of letters, digits, '.', '-' and '_', at most 64 long"],
  [name(), "a".repeat(65), "a name of letters, digits, '.', '-' and '_', at most 64 long"],
  [bind(), "127.0.0.1:80", { host: "127.0.0.1", port: 80 }],
  [bind(), "80", "an address and port such as 127.0.0.1:8080 or [::]:8443"],
];

for (const [field, written, want] of cases) {
  test(`${JSON.stringify(written).slice(0, 40)} is read as ${JSON.stringify(want)}`, () => assert.deepEqual(told(field, written), want));
}

const binds: readonly (readonly [string, string | null])[] = [
  ["127.0.0.1:8080", "127.0.0.1 8080"], ["[::1]:0", "::1 0"], ["localhost:1", "localhost 1"], ["0.0.0.0:65535", "0.0.0.0 65535"],
  ["127.0.0.1:65536", null], ["::1:80", null], ["[::1]", null], [":80", null], ["a:b", null], ["300.1.1.1:80", null], ["[::zz]:80", null], ["a b:80", null],
];
for (const [text, want] of binds) {
  test(`'${text}' binds to ${want ?? "nothing"}`, () => {
    const read = parseBind(text);
    assert.equal(read === null ? null : `${read.host} ${read.port}`, want);
  });
}
