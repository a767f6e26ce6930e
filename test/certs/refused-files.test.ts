import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { OperatorError } from "../../src/base/errors.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createCertificates } from "../../src/certs/certs.ts";
import type { KeyPair } from "../../src/certs/key-pair.ts";
import { createRefusedFiles } from "../../src/certs/refused-files.ts";
import { DAY, madeLeaf, NOW, pairOf } from "./made-pair.ts";

const none = (): void => undefined;
const events = { changed: none, ordering: none, ordered: none, moved: none, challenge: none, storeFault: none, hookRan: none, kept: none };
const WRONG_KEY = "reading 'one.pem' with 'one.key': the key does not belong to the certificate; a start would fail with it";
const EMPTY = "reading 'two.pem' with 'two.key': there is no certificate in it; a start would fail with it";

test("what was refused in the files, and what waits there, is in the status until it is mended", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-refused-"));
  const room = createCertificates({ clock: manualClock(NOW), random: seededRandom(3), run: () => assert.fail(), call: () => assert.fail(), events });
  t.after(async () => {
    await room.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const filesOf = (name: string) => ({ cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) });
  const put = (name: string, { cert, key }: KeyPair): void => {
    writeFileSync(filesOf(name).cert, cert);
    writeFileSync(filesOf(name).key, key, { mode: 0o600 });
  };
  const prepare = () => room.prepare({ stateDir: folder, listeners: [], certificates: { one: { files: filesOf("one") }, two: { files: filesOf("two") } } });
  const take = async (): Promise<void> => void (await prepare()).apply();
  const unused = (): (string | null)[] => room.status().map(({ files }) => files?.unused?.replace(/'[^']*\//g, "'") ?? null);

  const [one, two] = [pairOf(await madeLeaf("one")), pairOf(await madeLeaf("two"))];
  put("one", one);
  put("two", two);
  await take();
  assert.deepEqual(unused(), [null, null]);
  put("one", { cert: one.cert, key: two.key });
  put("two", { cert: "nothing", key: two.key });
  await assert.rejects(prepare(), OperatorError);
  assert.deepEqual(unused(), [WRONG_KEY, EMPTY]);

  put("one", one);
  put("two", pairOf(await madeLeaf("two", { notBefore: NOW + DAY })));
  await take();
  assert.deepEqual(unused().map((why) => why?.slice(0, 27) ?? null), [null, "it is valid from 2026-11-23"]);

  put("two", two);
  await take();
  room.refuse(new Map([["one", "got nothing"]]));
  room.refuse(new Map([["two", "got a stone"]]));
  assert.deepEqual(unused(), ["got nothing; a start would fail with it", "got a stone; a start would fail with it"]);
  await room.look();
  assert.deepEqual(unused(), [null, null]);
});

test("behind the first fault files alone are looked at, and it is the first that is told", async () => {
  const files = { cert: "a", key: "b" };
  const seen: string[] = [];
  const make = (name: string): Promise<string> => {
    seen.push(name);
    return Promise.reject(new OperatorError(`certificates.${name}: broken`));
  };
  const memory = createRefusedFiles();
  await assert.rejects(memory.readAll({ local: { authority: true }, bank: { files }, other: { authority: true } }, make), /local: broken/);
  assert.deepEqual([seen, memory.why("local"), memory.why("bank"), memory.why("other")], [["local", "bank"], null, "broken", null]);
});
