import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An invoice that the platform has taken in. */
export interface TakenIn {
  readonly ref: string;
  readonly orderNo: string;
  readonly amount: number;
  readonly by: string;
  state: "working" | "issued" | "refused" | "dropped";
}

/** A platform that takes invoices in with 202, and says later what became of them; it knows no duplicates. */
export interface SlowPlatform {
  readonly origin: string;
  /** In the order in which they came. */
  readonly taken: readonly TakenIn[];
  /** Questions about a state, with their credentials. */
  readonly asked: readonly { readonly ref: string; readonly by: string }[];
  /** While true, what is taken in is not answered. */
  silent: boolean;
  stop(): Promise<void>;
}

/** Starts one on a free port of loopback. Whoever asks about another's invoice is told that there is none. */
export async function startSlowPlatform(): Promise<SlowPlatform> {
  const taken: TakenIn[] = [];
  const asked: { readonly ref: string; readonly by: string }[] = [];
  const json = (response: ServerResponse, status: number, body: object): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  const callerOf = ({ headers }: IncomingMessage): string => headers.authorization ?? "";

  function tell(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? "", "http://platform");
    const by = callerOf(request);
    const orderNo = url.searchParams.get("orderNo");
    if (orderNo !== null) {
      const found = taken.findLast((one) => one.orderNo === orderNo);
      return found === undefined ? json(response, 404, {}) : json(response, 200, { ref: found.ref });
    }
    const ref = url.pathname.split("/").at(-1) ?? "";
    asked.push({ ref, by });
    const found = taken.find((one) => one.ref === ref && one.by === by);
    return found === undefined ? json(response, 404, { state: "none" }) : json(response, 200, { ref, state: found.state, ...(found.state === "issued" ? { invoiceNo: `N-${ref}` } : {}) });
  }

  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      if (request.method !== "POST") return tell(request, response);
      const { orderNo, amount } = JSON.parse(Buffer.concat(parts).toString()) as { readonly orderNo: string; readonly amount: number };
      const one: TakenIn = { ref: `T${taken.length + 1}`, orderNo, amount, by: callerOf(request), state: "working" };
      taken.push(one);
      return platform.silent ? undefined : json(response, 202, { ref: one.ref });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const platform: SlowPlatform = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken, asked,
    silent: false,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return platform;
}
