import type { Agent } from "node:http";
import type { Stream } from "./load.ts";
import { inWords, send, type Call, type Sample } from "./request.ts";

/** How a billing system that nobody may change goes about an answer that does not come. Times in milliseconds. */
export interface Manners {
  /** After so long it hangs up. */
  readonly patience: number;
  /** Tries in all, with the same bytes each time. */
  readonly tries: number;
  /** From a failure to the next try. */
  readonly pause: number;
}

/** An order and what its billing system was left with: the last answer, and when the first try was sent. */
export interface Order extends Sample {
  readonly orderNo: string;
  readonly tries: number;
  /** What became of each try, in words. */
  readonly seen: readonly string[];
}

/** Only this counts as success there; everything else is tried again, and after the last try the order counts as failed. */
export function isToldOk({ status, said }: Sample): boolean {
  return status === 200 && said === 0;
}

/** Submits an order until it is told that it was issued, or its tries are used up. Never rejects. */
export async function submitOrder(call: Call & { readonly orderNo: string }, port: number, agent: Agent, { patience, tries, pause }: Manners): Promise<Order> {
  const sentAt = performance.now();
  const seen: string[] = [];
  for (;;) {
    const sample = await send({ ...call, patience }, port, agent);
    seen.push(`${inWords(sample)}${sample.said ? ` code ${sample.said}` : ""}`);
    if (isToldOk(sample) || seen.length >= tries) return { ...sample, sentAt, orderNo: call.orderNo, tries: seen.length, seen };
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Makes the callers of a stream of submissions billing systems with such manners; each order's end is appended to `orders`. */
export function withManners(stream: Stream, manners: Manners, orders: Order[]): Stream {
  return {
    ...stream,
    async carry(call, port, agent) {
      if (call.orderNo === undefined) throw new Error(`submitting ${call.path}: it has no order number`);
      const order = await submitOrder({ ...call, orderNo: call.orderNo }, port, agent, manners);
      orders.push(order);
      return order;
    },
  };
}
