import { deepEqual, equal, notEqual, ok } from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { orderOf, type Order } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { answeredBytes, eventually, issuedOnce, openScene, type Scene } from "./scene.ts";

/*
 * The process is killed at moments that matter, and started again on what it left. One scene for all: an order of one row
 * must survive the kills of the others too.
 */

describe("killed at the worst moment", () => {
  let scene: Scene;
  before(async () => (scene = await openScene({ yaml: configuration })));
  after(() => scene.end());

  test("row 6: a kill -9 between claim and answer, of an order that the platform never executes, is in doubt and then sent once", async () => {
    const order = orderOf("R6-LOST");
    await scene.sandbox.faults.set({ halfOpen: { on: ["issue"] } });
    await killed(order, "SIGKILL");
    await scene.sandbox.faults.clear();
    // The doubt begins with the process, which is some time before it is known to be ready.
    const restarted = performance.now();
    await scene.start();
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    ok(performance.now() - restarted >= 1400, "an absence was believed before its time");
    issuedOnce(scene, order.orderNo, await scene.submit(order));
  });

  test("row 6: a kill -9 between claim and answer, of an order that the platform executes after it, is asked about and never sent again", async () => {
    const order = orderOf("R6-LATE");
    await scene.sandbox.faults.set({ latency: { minMs: 900, maxMs: 900, on: ["issue"] } });
    await killed(order, "SIGKILL");
    const arrived = await scene.arrivals();
    equal(scene.sandbox.ledger.ofOrder(order.orderNo).length, 0, "it was killed too late");
    await scene.start();
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    equal(await scene.arrivals(), arrived);
    await scene.sandbox.faults.clear();
  });

  test("row 6: what a kill -9 left open is resolved without a caller, and the next kill -9 loses none of it", async () => {
    const order = orderOf("R6-ALONE");
    await scene.sandbox.faults.set({ resetAfterProcessing: { times: 1 }, lateVisibility: { ms: 400 } });
    const accepted = await scene.metric("taxgate_journal_entries", { state: "accepted" });
    await killed(order, "SIGKILL");
    const arrived = await scene.arrivals();
    await scene.start();
    await eventually("it is resolved", async () => (await scene.metric("taxgate_journal_entries", { state: "accepted" })) > accepted);
    await scene.kill();
    await scene.start();
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    equal(told.submission, "replayed");
    equal(await scene.arrivals(), arrived);
    await scene.sandbox.faults.clear();
  });

  test("row 7: a kill -9 between the platform's answer and our commit is asked about and never sent again", async () => {
    const order = orderOf("R7");
    await scene.sandbox.faults.set({ latency: { minMs: 300, maxMs: 300, on: ["issue"] } });
    const answered = (await scene.requests()).byEnding.answered;
    // It stands still while the platform answers: the answer waits in its socket, unread.
    await killed(order, "SIGSTOP");
    await eventually("the platform has answered", async () => (await scene.requests()).byEnding.answered > answered);
    equal(scene.sandbox.ledger.ofOrder(order.orderNo).length, 1);
    await scene.kill();
    await scene.sandbox.faults.clear();
    const arrived = await scene.arrivals();
    await scene.start();
    issuedOnce(scene, order.orderNo, await scene.submit(order));
    equal(await scene.arrivals(), arrived);
  });

  test("row 8: after a kill -9 between commit and the caller's first byte the retry is replayed byte for byte", async () => {
    const order = orderOf("R8");
    const accepted = await scene.metric("taxgate_journal_entries", { state: "accepted" });
    const body = JSON.stringify(order);
    // A caller that reads nothing.
    const socket = connect({ port: scene.taxgate().port("plain"), host: "127.0.0.1" }).pause();
    socket.on("error", () => undefined);
    socket.write(`POST /api/invoices HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
    await eventually("its outcome is durable", async () => (await scene.metric("taxgate_journal_entries", { state: "accepted" })) > accepted);
    await scene.kill();
    equal(socket.bytesRead, 0);
    socket.destroy();
    const arrived = await scene.arrivals();
    await scene.start();
    const told = await scene.submit(order);
    issuedOnce(scene, order.orderNo, told);
    deepEqual([told.submission, told.headers["content-type"], told.body.toString()], ["replayed", "application/json; charset=utf-8", answeredBytes(scene, order.orderNo)]);
    equal(await scene.arrivals(), arrived);
  });

  test("rows 6 to 8: every order has one invoice and one number after all kills", async () => {
    const orders = ["R6-LOST", "R6-LATE", "R6-ALONE", "R7", "R8"].map((orderNo) => orderOf(orderNo));
    for (const order of orders) {
      const told = await scene.submit(order);
      issuedOnce(scene, order.orderNo, told);
      equal(told.submission, "replayed");
    }
    equal(scene.sandbox.ledger.totals().duplicates, 0);
  });

  /** Submits an order and signals Taxgate once the platform has it. What its caller hears is a broken connection. */
  async function killed(order: Order, signal: "SIGKILL" | "SIGSTOP"): Promise<void> {
    const arrived = await scene.arrivals();
    const caller = scene.submit(order);
    await eventually("the platform has it", async () => (await scene.arrivals()) > arrived);
    if (signal === "SIGSTOP") return scene.taxgate().signal("SIGSTOP");
    await scene.kill();
    notEqual((await caller).fault, null);
  }
});
