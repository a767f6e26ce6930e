import { type Answer, errorAnswer, jsonAnswer } from "./answer.ts";
import { codesAnswer } from "./codes.ts";
import { documentAnswer, issueAnswer, pdfAnswer, queryAnswer } from "./invoices.ts";
import { methodsOf, type Operation } from "./operation.ts";
import type { Received, ReceiveRules, WholeBody } from "./receive.ts";
import { taxpayerAnswer } from "./taxpayers.ts";
import { downloadAnswer, echoAnswer } from "./transfer.ts";
import type { Call, World } from "./world.ts";

type Handler = (call: Call, body: WholeBody, world: World) => Answer;

const SUBMISSION_BOUND = 5_000_000;

const HANDLERS: Readonly<Record<Operation, Handler>> = {
  issue: (_call, body, world) => issueAnswer(body, world),
  query: (call, _body, world) => queryAnswer(call.target, world),
  document: (call, _body, world) => documentAnswer(call, world),
  pdf: (call, _body, world) => pdfAnswer(call, world),
  codes: (call, _body, world) => codesAnswer(world.name, call.request.headers["if-none-match"]),
  taxpayer: (call, _body, world) => taxpayerAnswer(call.target.id, world.name),
  health: (_call, _body, world) => jsonAnswer(200, { code: 0, status: "up", region: world.name }, { "cache-control": "no-store" }),
  echo: (_call, body, world) => echoAnswer(body, world.name),
  download: (call) => downloadAnswer(call.target),
  unknown: (call) => unknownAnswer(call.target.path),
};

/** How the body of an operation is read: a submission is kept within its bound, everything else only counted. */
export function rulesOf(operation: Operation): ReceiveRules {
  return operation === "issue" ? { keep: true, bound: SUBMISSION_BOUND } : { keep: false, bound: Infinity };
}

/** Does what the request asks for. Synchronous, so that what is issued and what is answered cannot drift apart. */
export function processRequest(call: Call, received: Received, world: World): Answer {
  if (received.kind !== "whole") {
    return errorAnswer(413, 4130, `reading body: more than ${SUBMISSION_BOUND} bytes`, closing(call));
  }
  return HANDLERS[call.target.operation](call, received, world);
}

// A caller that waits for 100 Continue may or may not send its body after a refusal, so the connection is of no further use.
function closing(call: Call): Readonly<Record<string, string>> {
  return call.request.headers.expect === undefined ? {} : { connection: "close" };
}

function unknownAnswer(path: string): Answer {
  const methods = methodsOf(path);
  if (methods.length === 0) return errorAnswer(404, 4041, "no such resource");
  return errorAnswer(405, 4050, "method not allowed", { allow: methods.join(", ") });
}
