import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/*
 * A platform that nobody has ever seen, for the test that a profile needs no code. Its interface description stands in
 * description.md; it keeps a ledger, and it misbehaves by turns.
 */

/** What was filed. */
export interface Filing {
  readonly tin: string;
  readonly ref: string;
  readonly total: string;
  readonly receipt: string;
  readonly at: number;
}

/** The running platform. */
export interface Ruritania {
  readonly origin: string;
  /** Everything that was taken in. */
  readonly ledger: readonly Filing[];
  /** Filings of something that it had. */
  readonly repeats: () => number;
  /** How often somebody came too early. */
  readonly hurried: () => number;
  stop(): Promise<void>;
}

const VISIBLE_AFTER_MS = 400;
const JUDGED_AFTER_MS = 600;
const PER_SECOND = 5;

/** Starts it. Every third filing that is new loses its answer, every fifth is put off. */
export async function startRuritania(): Promise<Ruritania> {
  const ledger: Filing[] = [];
  const calls = new Map<string, number[]>();
  let repeats = 0;
  let hurried = 0;
  let filed = 0;

  function isHurried(tin: string): boolean {
    const now = performance.now();
    const recent = (calls.get(tin) ?? []).filter((at) => now - at < 1000);
    calls.set(tin, [...recent, now]);
    if (recent.length < PER_SECOND) return false;
    hurried += 1;
    calls.set(tin, recent);
    return true;
  }

  function file(body: string, request: IncomingMessage, response: ServerResponse): void {
    const [tin, ref, total] = [valueOf(body, "Tin"), valueOf(body, "Ref"), valueOf(body, "Total")];
    if (isHurried(tin)) return say(response, "<Code>SLOW</Code><Wait>1</Wait>");
    if (ref === "" || !/^\d+\.\d\d$/.test(total)) return say(response, "<Code>BAD</Code><Text>Total is not an amount</Text>");
    const known = ledger.find((one) => one.tin === tin && one.ref === ref && !isRefused(one));
    if (known !== undefined) {
      repeats += 1;
      return say(response, `<Code>KNOWN</Code><Receipt>${known.receipt}</Receipt>`);
    }
    filed += 1;
    if (filed % 5 === 0) return say(response, "<Code>BUSY</Code>");
    ledger.push({ tin, ref, total, receipt: `R-${ledger.length + 1}`, at: performance.now() });
    if (filed % 3 === 0) return void request.socket.destroy();
    return say(response, `<Code>OK</Code><Receipt>R-${ledger.length}</Receipt>`);
  }

  function list(body: string, response: ServerResponse): void {
    const shown = ledger.filter((one) => one.tin === valueOf(body, "Tin") && performance.now() - one.at > VISIBLE_AFTER_MS);
    say(response, `<Code>OK</Code><Tin>${valueOf(body, "Tin")}</Tin>${shown.map(({ ref, receipt }) => `<Filing><Ref>${ref}</Ref><Receipt>${receipt}</Receipt></Filing>`).join("")}`);
  }

  function state(body: string, response: ServerResponse): void {
    const found = ledger.find(({ receipt }) => receipt === valueOf(body, "Receipt"));
    if (found === undefined) return say(response, "<Code>BAD</Code><Text>no such receipt</Text>");
    const verdict = performance.now() - found.at < JUDGED_AFTER_MS ? "PENDING" : isRefused(found) ? "REFUSED" : "ISSUED";
    return say(response, `<Code>OK</Code><Receipt>${found.receipt}</Receipt><State>${verdict}</State>`);
  }

  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (chunk: string) => (body += chunk));
    request.on("end", () => {
      if (request.url !== "/gateway" || request.method !== "POST") return void response.writeHead(404).end();
      if (body.includes("<File>")) return file(body, request, response);
      return body.includes("<List>") ? list(body, response) : state(body, response);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ledger, repeats: () => repeats, hurried: () => hurried,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** It judges later, and does not like thirteens. */
function isRefused({ total }: Filing): boolean {
  return total.startsWith("13.");
}

function valueOf(body: string, name: string): string {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1] ?? "";
}

/** Always 200: what it means stands in the body. */
function say(response: ServerResponse, inner: string): void {
  response.writeHead(200, { "content-type": "application/xml" }).end(`<Answer xmlns="urn:ruritania:gateway">${inner}</Answer>`);
}
