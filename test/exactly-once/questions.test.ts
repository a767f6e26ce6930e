import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Told } from "./caller.ts";
import { configuration } from "./configuration.ts";
import { eventually, openScene, type Scene } from "./scene.ts";

const ROUTES = `  - name: send
    match: { methods: [POST], path: /invoices }
    class: submit
    submission:
      key: [{ json: /no }]
      scope: [{ jwt: /nip }]
      accepted: [{ status: 202 }]
      resolvePace: 2/s
      resolve:
        - query: { path: "/list?from={since}&to={until}" }
          each: { json: /invoices }
          next: { numbered: true, query: page }
          match: [{ read: { json: /no }, is: "{key}" }]
          absent: { status: 200 }
          as: { status: 202, body: '{"ref":"{/ref}"}' }
          notFoundValidAfter: 1s
          every: 200ms
        - hold
  - { name: state, match: { methods: [GET], path: /state }, class: poll }`;
const IDENTITY = "{ taxpayer: [{ jwt: /nip }] }";

/** A token that says its taxpayer, as the platform issues them. */
const token = (nip: string, number: number): string => `Bearer ${["{}", JSON.stringify({ nip, number }), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".")}`;

/** A platform whose tokens end, and which answers questions two invoices a page. */
interface TokenPlatform {
  readonly origin: string;
  readonly server: Server;
  readonly taken: { readonly no: string; readonly ref: string }[];
  /** Questions: target and token. */
  readonly asked: { readonly target: string; readonly token: string }[];
  /** The tokens that are let in. */
  good: readonly string[];
  /** So many answers to invoices are lost. */
  lost: number;
}

async function startTokenPlatform(): Promise<TokenPlatform> {
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      const { method, url = "", headers: { authorization = "" } } = request;
      if (method === "GET" && url.startsWith("/list")) self.asked.push({ target: url, token: authorization });
      const say = (status: number, body: object): void => void response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      if (!self.good.includes(authorization)) return say(401, {});
      if (method === "GET" && url === "/state") return say(200, {});
      if (method === "GET") {
        const page = Number(new URLSearchParams(url.slice(url.indexOf("?"))).get("page") ?? "1");
        return say(200, { invoices: self.taken.slice((page - 1) * 2, page * 2) });
      }
      self.taken.push({ no: (JSON.parse(Buffer.concat(parts).toString()) as { no: string }).no, ref: `R${self.taken.length + 1}` });
      if (self.lost-- > 0) request.socket.destroy();
      else say(202, { ref: `R${self.taken.length}` });
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  const self: TokenPlatform = { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server, taken: [], asked: [], good: [], lost: 0 };
  return self;
}

describe("questions about doubts", () => {
  let platform: TokenPlatform;
  let scene: Scene;
  before(async () => {
    platform = await startTokenPlatform();
    scene = await openScene({ yaml: () => configuration(platform.origin, { routes: ROUTES, identity: IDENTITY }) });
  });
  after(async () => {
    await scene.end();
    platform.server.closeAllConnections();
    await new Promise((resolve) => void platform.server.close(resolve));
  });
  beforeEach(() => {
    platform.asked.length = 0;
    platform.taken.length = 0;
  });

  const send = (no: string, authorization: string): Promise<Told> => scene.submit(JSON.stringify({ no }), { path: "/invoices", headers: { authorization } });
  const look = (authorization: string): Promise<Response> => fetch(`http://127.0.0.1:${scene.taxgate().port("plain")}/state`, { headers: { authorization } });

  test("eight doubts of one taxpayer are resolved by one reading of the platform's list, page by page, of what came since", async () => {
    const mine = token("T1", 1);
    Object.assign(platform, { good: [mine], lost: 8 });
    const numbers = Array.from({ length: 8 }, (_, index) => `L${index}`);
    const told = await Promise.all(numbers.map((no) => send(no, mine)));
    deepEqual(told.map(({ status, submission }) => `${status} ${submission}`), numbers.map(() => "202 confirmed"));
    equal(platform.taken.length, 8);
    // Four pages of two: not eight readings of one to four pages. A doubt that came a moment later begins another one.
    ok(platform.asked.length <= 8, `${platform.asked.length} questions`);
    ok(platform.asked.every(({ target }) => /^\/list\?from=\d{4}-\d{2}-\d{2}T\d{2}%3A\d{2}%3A\d{2}Z&to=\d{4}-\d{2}-\d{2}T\d{2}%3A\d{2}%3A\d{2}Z(&page=[2-4])?$/.test(target)), platform.asked[0]?.target ?? "none");
  });

  test("a doubt whose token has ended is asked about with the next one that passes, on any route, and never with another taxpayer's", async () => {
    const [ended, next, others] = [token("T2", 1), token("T2", 2), token("T3", 1)];
    Object.assign(platform, { good: [ended], lost: 1 });
    const hearing = send("E1", ended);
    await eventually("the platform has it", () => platform.taken.length === 1);
    platform.good = [next, others];
    await eventually("the ended token is refused", () => platform.asked.length > 0);
    equal((await look(others)).status, 200);
    const before = platform.asked.length;
    await eventually("it is asked about again", () => platform.asked.length > before + 1);
    deepEqual([...new Set(platform.asked.map((one) => one.token))], [ended]);
    equal((await look(next)).status, 200);
    const told = await hearing;
    deepEqual([told.status, told.submission, platform.taken.length], [202, "confirmed", 1]);
    equal(platform.asked.some((one) => one.token === others), false);
  });
});
