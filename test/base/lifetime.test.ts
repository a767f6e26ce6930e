import assert from "node:assert/strict";
import { test } from "node:test";
import { lifetime } from "../../src/base/lifetime.ts";

test("what was started last is stopped first, one after the other, and once", async () => {
  const life = lifetime();
  const stopped: string[] = [];
  const thing = (name: string) => ({
    async stop() {
      await Promise.resolve();
      stopped.push(name);
    },
  });
  const first = thing("first");
  assert.equal(life.own(first), first);
  life.own({ stop: () => void stopped.push("second") });
  life.own(thing("third"));
  await life.stop();
  await life.stop();
  assert.deepEqual(stopped, ["third", "second", "first"]);
});

test("everything is stopped though one of them fails, and the first fault is told", async () => {
  const life = lifetime();
  let stopped = 0;
  life.own({ stop: () => void stopped++ });
  life.own({ stop: () => Promise.reject(new Error("second fault")) });
  life.own({
    stop() {
      throw new Error("first fault");
    },
  });
  await assert.rejects(life.stop(), /first fault/);
  assert.equal(stopped, 1);
});
