import { deepEqual, equal, match, notEqual, ok } from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { orderOf, read } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { answeredBytes, issuedOnce, logged, openScene, type Scene } from "./scene.ts";

/** Enough for several pages of entries. */
const ORDERS = Array.from({ length: 60 }, (_, i) => orderOf(`CP-${String(i).padStart(2, "0")}`));
const DAMAGED = "CP-30";
/** How its key stands in its entry. */
const MARK = `["${DAMAGED}"]`;
/** Where SQLite's header says how large a page is. */
const PAGE_SIZE_AT = 16;

describe("a corrupt page of the journal", () => {
  let scene: Scene;
  let sound: Buffer;
  before(async () => {
    scene = await openScene({ yaml: configuration });
    for (const order of ORDERS) issuedOnce(scene, order.orderNo, await scene.submit(order));
  });
  after(() => scene.end());

  const file = (): string => join(scene.folder, "state", "journal", "journal.sqlite");

  test("row 9: a submission whose entry stands on it is refused before anything is sent, all others and reads go on, and the log says what to do", async () => {
    await scene.stop();
    sound = readFileSync(file());
    const damaged = Buffer.from(sound);
    for (const page of pagesWith(sound, MARK)) damaged.fill(0x5a, page, page + sizeIn(sound));
    writeFileSync(file(), damaged);
    await scene.start();
    const arrived = await scene.arrivals();
    const refused: string[] = [];
    for (const order of ORDERS) {
      const told = await scene.submit(order);
      if (told.error === "journal-unavailable") refused.push(order.orderNo);
      else deepEqual([told.status, told.submission, told.body.toString()], [200, "replayed", answeredBytes(scene, order.orderNo)]);
    }
    ok(refused.includes(DAMAGED));
    notEqual(refused.length, ORDERS.length);
    equal(await scene.arrivals(), arrived);
    equal((await read(scene.taxgate().port("plain"), "/api/codes")).status, 200);
    match(logged(scene.taxgate(), "journal cannot be written")[0] ?? "", /"kind":"corrupt".*taxgate journal verify.*restore from a backup/);
  });

  test("row 9: a copy of the page put back brings everything back: nothing that was committed is lost", async () => {
    await scene.stop();
    const damaged = readFileSync(file());
    for (const page of pagesWith(sound, MARK)) sound.copy(damaged, page, page, page + sizeIn(sound));
    writeFileSync(file(), damaged);
    await scene.start();
    const arrived = await scene.arrivals();
    for (const order of ORDERS) {
      const told = await scene.submit(order);
      deepEqual([told.status, told.submission, told.body.toString()], [200, "replayed", answeredBytes(scene, order.orderNo)]);
    }
    equal(await scene.arrivals(), arrived);
  });
});

/** Where the pages begin that hold a text: the one in use, and copies that SQLite left in others. */
function pagesWith(bytes: Buffer, text: string): readonly number[] {
  const found = new Set<number>();
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) found.add(at - (at % sizeIn(bytes)));
  return [...found];
}

function sizeIn(bytes: Buffer): number {
  return bytes.readUInt16BE(PAGE_SIZE_AT);
}
