import type { Clock } from "../../../src/base/clock.ts";
import { BodyFault, type Answer } from "../../../src/http/message.ts";
import type { CallControl, UpstreamCall } from "../../../src/upstream/call.ts";
import type { AttemptCause, AttemptResult } from "../../../src/upstream/result.ts";
import { HEALTHY, MOST_LATE, type Behaviour } from "./behaviours.ts";
import { INVALID, type Executed, type Ledger } from "./ledger.ts";

/*
 * A platform in virtual time. It knows no process: a connection whose process has died ends like one that was reset, and
 * what had arrived may still be executed.
 */

/** What a submission says. */
export interface Content {
  readonly order: string;
  readonly lane: string;
  readonly content: string;
}

/** A submission that has arrived. */
export interface Arrival extends Content {
  readonly at: number;
}

/** See the top of this file. */
export interface Platform {
  /** What the next requests meet; a healthy platform after that. */
  readonly submits: Behaviour[];
  readonly queries: Behaviour[];
  /** While set, no request gets through. */
  outage: "none" | "refused" | "not-sent";
  readonly arrivals: Arrival[];
  /** Called with each submission that may be executed, before it is. */
  onArrival: (arrival: Arrival) => void;
  call(call: UpstreamCall, control: CallControl): Promise<AttemptResult>;
  /** Every connection of the process that has died. */
  cutAll(): void;
  /** A submission that arrived before `before` and may still be executed. */
  isPending(order: string, content: string, before: number): boolean;
  /** The answers of a final no that were given, as text. */
  readonly refusals: Set<string>;
}

/** A request under way. */
interface Connection {
  readonly cut: (cause: AttemptCause) => void;
}

interface Pending extends Arrival {
  done: boolean;
}

/** Makes one in order, with empty books. */
export function createPlatform(clock: Clock, ledger: Ledger): Platform {
  const connections = new Set<Connection>();
  const pending = new Set<Pending>();
  const refusals = new Set<string>();
  let traces = 0;

  function json(status: number, body: object): Answer {
    // Every answer differs from every other, so that a replay can be told from a second answer.
    const text = JSON.stringify({ ...body, trace: ++traces });
    return { status, headers: ["Content-Type", "application/json"], body: { kind: "bytes", bytes: new TextEncoder().encode(text) } };
  }

  function said(executed: Executed, submission: Content): Answer {
    switch (executed.kind) {
      case "issued":
        return json(200, { code: 0, order: submission.order, number: executed.number });
      case "duplicate":
        return json(409, { code: 6655, order: submission.order, number: executed.number });
      case "taken":
        return json(409, { code: 6656 });
      case "invalid": {
        const answer = json(400, { code: 4001 });
        if (answer.body.kind === "bytes") refusals.add(new TextDecoder().decode(answer.body.bytes));
        return answer;
      }
    }
  }

  function submit(call: UpstreamCall, control: CallControl, behaviour: Behaviour): Promise<AttemptResult> {
    const submission = contentOf(call);
    const one: Pending = { ...submission, at: clock.now(), done: false };
    let executed: Executed | null = null;
    const execute = (): void => {
      if (one.done) return;
      one.done = true;
      pending.delete(one);
      executed = ledger.execute(one.order, one.content, behaviour.hidden);
    };
    platform.arrivals.push(one);
    platform.onArrival(one);
    if (behaviour.executeAt !== null) {
      if (!one.content.startsWith(INVALID)) pending.add(one);
      clock.after(behaviour.executeAt, execute);
    }
    const answer = (): Answer => {
      execute();
      return said(executed as Executed, submission);
    };
    return connection(call, control, behaviour, answer, () => {
      if (behaviour.executeAt !== null) clock.after(MOST_LATE, execute);
    });
  }

  function query(call: UpstreamCall, control: CallControl, behaviour: Behaviour): Promise<AttemptResult> {
    const order = decodeURIComponent(call.target.split("order=")[1] ?? "");
    const look = (): Answer => {
      const seen = ledger.visible(order);
      return seen === null ? json(404, { code: 404 }) : json(200, { order, number: seen.number });
    };
    let seen: Answer | null = null;
    clock.after(behaviour.executeAt ?? 0, () => (seen = look()));
    return connection(call, control, behaviour, () => seen ?? look(), () => undefined);
  }

  function connection(call: UpstreamCall, control: CallControl, { end, endAt }: Behaviour, answer: () => Answer, ended: () => void): Promise<AttemptResult> {
    return new Promise((resolve) => {
      const finish = (result: AttemptResult): void => {
        if (!connections.delete(own)) return;
        timers.forEach((timer) => timer.cancel());
        ended();
        resolve(result);
      };
      const own: Connection = { cut: (cause) => finish(inDoubt(cause)) };
      connections.add(own);
      control.abort = own.cut;
      const timers = [clock.after(call.responseTimeout ?? 10_000, () => own.cut("response-timeout"))];
      if (end !== "hang") timers.push(clock.after(endAt, () => finish(end === "reset" ? inDoubt("reset") : answered(endOf(end, answer)))));
    });
  }

  function endOf(end: Behaviour["end"], answer: () => Answer): Answer {
    switch (end) {
      case "busy":
        return json(503, { code: 5030 });
      case "login":
        return json(401, { code: 4010 });
      case "unknown":
        return json(504, {});
      case "page":
        return { status: traces % 2 === 0 ? 404 : 200, headers: ["Content-Type", "text/html"], body: { kind: "bytes", bytes: new TextEncoder().encode("<html>intercepted</html>") } };
      case "garbled":
        return { ...answer(), body: { kind: "bytes", bytes: new TextEncoder().encode('{"code":') } };
      case "cut":
        return { ...answer(), body: { kind: "source", source: { length: null, read: () => Promise.reject(new BodyFault("truncated", "cut off")), cancel: () => undefined, trailers: () => [] } } };
      default:
        return answer();
    }
  }

  const platform: Platform = {
    submits: [], queries: [], outage: "none", arrivals: [], refusals,
    onArrival: () => undefined,
    call(call, control) {
      const behaviour = (call.class === "submit" ? platform.submits : platform.queries).shift() ?? HEALTHY;
      const end = platform.outage === "none" ? behaviour.end : platform.outage;
      if (end === "refused") return Promise.resolve({ kind: "refused", cause: "breaker-open", detail: "", retryAfter: 1 });
      if (end === "not-sent") return new Promise((resolve) => void clock.after(behaviour.endAt, () => resolve({ kind: "not-sent", cause: "connect-refused", detail: "", endpoint: "r1/e" })));
      return call.class === "submit" ? submit(call, control, behaviour) : query(call, control, behaviour);
    },
    cutAll() {
      for (const { cut } of connections) cut("reset");
    },
    isPending: (order, content, before) => [...pending].some((one) => one.order === order && one.content === content && one.at < before),
  };
  return platform;
}

function contentOf({ body }: UpstreamCall): Content {
  return JSON.parse(body.kind === "bytes" ? new TextDecoder().decode(body.bytes) : "{}") as Content;
}

function inDoubt(cause: AttemptCause): AttemptResult {
  return { kind: "in-doubt", cause, detail: "", endpoint: "r1/e", bodyFault: null };
}

function answered(answer: Answer): AttemptResult {
  return { kind: "answered", cause: "answer", answer, endpoint: "r1/e", region: "r1" };
}
