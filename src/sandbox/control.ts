import type { IncomingMessage, ServerResponse } from "node:http";
import { type Answer, errorAnswer, jsonAnswer } from "./answer.ts";
import { checkFaults } from "./fault-check.ts";
import type { Faults } from "./faults.ts";
import type { Issue } from "./ledger.ts";
import { receive } from "./receive.ts";
import { termsOf } from "./routes.ts";
import type { Simulation } from "./simulation.ts";
import { readTarget, type Target } from "./target.ts";
import type { Call, World } from "./world.ts";

/** What the control API works on. */
export interface Desk {
  readonly simulation: Simulation;
  readonly faults: Faults;
  /** Open connections to the platform. */
  sockets(): number;
  /** Whether the platform accepts connections. */
  listening(): boolean;
  /** Where the control API listens alone: the way in while the platform refuses connections. */
  controlOrigin(): string;
}

type Action = (desk: Desk, call: Call) => Answer | Promise<Answer>;

const NO_STORE = { "cache-control": "no-store" };
const FAULTS_BOUND = 64 * 1024;
const PAGE_SIZE = 1000;

const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  "/_sandbox/ledger": { GET: (desk, call) => ledgerAnswer(desk.simulation.world, call.target) },
  "/_sandbox/limits": { GET: limitsAnswer },
  "/_sandbox/requests": { GET: requestsAnswer },
  "/_sandbox/faults": { GET: faultsAnswer, PUT: replaceFaults, DELETE: clearFaults },
};

/** Answers a request to the control API, whatever faults are in force. */
export async function control(desk: Desk, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const target = readTarget(request.url ?? "");
  const answer = await actionOf(target.path, request.method ?? "")(desk, { request, response, target });
  const length = String(answer.body.size);
  response.writeHead(answer.status, { ...answer.headers, "content-length": length, "taxgate-sandbox": desk.simulation.world.name });
  response.end(answer.body.slice(0, answer.body.size));
}

function actionOf(path: string, method: string): Action {
  const actions = Object.hasOwn(ACTIONS, path) ? ACTIONS[path] : undefined;
  if (!actions) return () => errorAnswer(404, 4041, `no such control resource, want one of ${Object.keys(ACTIONS).join(", ")}`);
  const action = Object.hasOwn(actions, method) ? actions[method] : undefined;
  return action ?? (() => errorAnswer(405, 4050, "method not allowed", { allow: Object.keys(actions).join(", ") }));
}

function faultsAnswer(desk: Desk): Answer {
  return jsonAnswer(200, { faults: desk.faults.get(), controlOrigin: desk.controlOrigin() }, NO_STORE);
}

async function replaceFaults(desk: Desk, call: Call): Promise<Answer> {
  const received = await receive(call, { keep: true, bound: FAULTS_BOUND });
  if (received.kind !== "whole") return errorAnswer(413, 4130, `reading faults: more than ${FAULTS_BOUND} bytes`);
  const value = parse(received.bytes.toString("utf8"));
  if (value === undefined) return errorAnswer(400, 4001, "reading faults: not JSON");
  const checked = checkFaults(value, termsOf(desk.simulation.kind));
  if (!checked.ok) return jsonAnswer(400, { code: 4001, message: checked.errors[0], errors: checked.errors }, NO_STORE);
  await desk.faults.set(checked.faults);
  return faultsAnswer(desk);
}

async function clearFaults(desk: Desk): Promise<Answer> {
  await desk.faults.clear();
  return faultsAnswer(desk);
}

function requestsAnswer(desk: Desk): Answer {
  const { platform, world: { counters, faults, capacity, waits } } = desk.simulation;
  const now = { listening: desk.listening(), sockets: desk.sockets(), ...capacity.state(), waits: waits.pending() };
  return jsonAnswer(200, { name: desk.simulation.world.name, kind: desk.simulation.kind.name, ...counters.report(), own: platform.counts?.() ?? {}, strikes: faults.counts(), now }, NO_STORE);
}

function limitsAnswer({ simulation: { world, kind, limits } }: Desk): Answer {
  const enforced = world.faults.set().limits?.enforce ?? true;
  return jsonAnswer(200, { name: world.name, kind: kind.name, enforced, limits: limits.report() }, NO_STORE);
}

/** Without a query: a page of issues. With `orderNo`: the issues of that order. `from` and `size` turn the pages. */
function ledgerAnswer({ ledger, name }: World, { query }: Target): Answer {
  const orderNo = query.get("orderNo");
  const from = wholeOr(query.get("from"), 0);
  const size = Math.min(wholeOr(query.get("size"), PAGE_SIZE), PAGE_SIZE);
  const issues = orderNo === null ? ledger.page(from, size) : ledger.ofOrder(orderNo);
  const duplicates = ledger.repeated(PAGE_SIZE).map((repeated) => ({
    orderNo: repeated, invoiceNos: ledger.ofOrder(repeated).slice(0, 10).map((issue) => issue.invoiceNo),
  }));
  const counts = Object.fromEntries(issues.map((issue) => [issue.orderNo, ledger.ofOrder(issue.orderNo).length]));
  const refusals = Object.fromEntries(issues.map(({ orderNo }) => [orderNo, ledger.refusalsOf(orderNo)]).filter(([, times]) => times !== 0));
  return jsonAnswer(200, { name, totals: ledger.totals(), from, issues: issues.map(entry), counts, refusals, duplicates }, NO_STORE);
}

function entry({ invoiceNo, orderNo, sha256, issuedAt, at }: Issue): object {
  return { invoiceNo, orderNo, sha256, issuedAt, at };
}

function wholeOr(text: string | null, fallback: number): number {
  return text !== null && /^[0-9]{1,9}$/.test(text) ? Number(text) : fallback;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
