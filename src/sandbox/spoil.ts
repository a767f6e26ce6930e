import { type Answer, bytesBody } from "./answer.ts";
import type { Ending } from "./counters.ts";
import type { AfterName, Fate } from "./fate.ts";
import { reset, send, sendHalf } from "./send.ts";
import type { Call, World } from "./world.ts";

/** What a load balancer, a server of another protocol and a broken one say to an HTTP client. */
const GARBAGE: readonly Buffer[] = [
  Buffer.from([0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x0a]),
  Buffer.from("SSH-2.0-platform_1.4\r\n"),
  Buffer.alloc(256, 0xfe),
];

const PAGE = (status: number): string =>
  `<!DOCTYPE html>\n<html><head><meta charset="utf-8"><title>${status}</title></head>\n` +
  "<body><h1>请求已被拦截</h1><p>Your request was blocked by the security gateway. Event 20261121-0042.</p></body></html>\n";

/** Sends bytes that are not HTTP; `form` in [0, 1) picks which. */
export function garbage({ request }: Call, form: number): Ending {
  request.socket.end(GARBAGE[Math.floor(form * GARBAGE.length)] ?? "");
  return "garbage";
}

/** The page of a firewall in front of the platform. */
export function htmlAnswer(world: World): Answer {
  const status = world.faults.set().html?.status ?? 403;
  return { status, headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }, body: bytesBody(Buffer.from(PAGE(status))) };
}

/** What spoils an answer. */
export interface Spoiling {
  readonly fate: Fate;
  readonly world: World;
  /** The platform's words for: nobody knows what became of it. */
  readonly unknownOutcome: () => Answer;
}

/** Gives the caller what the fate leaves of the answer to a processed request. */
export async function spoil(call: Call, answer: Answer, { fate, world, unknownOutcome }: Spoiling): Promise<[Ending, number]> {
  if (!fate.after) return [await send(call, answer, world), answer.status];
  const faults = world.faults.set();
  const whole = async (sent: Answer): Promise<[Ending, number]> => [await send(call, sent, world), sent.status];
  const actions: Record<AfterName, () => Promise<[Ending, number]>> = {
    garbage: async () => [garbage(call, fate.form), 0],
    html: () => whole(htmlAnswer(world)),
    errorAfter: async () =>
      losesAnswer(faults.errorAfter?.as, fate) ? [reset(call), 0] : whole(unknownOutcome()),
    resetAfterProcessing: async () => [reset(call), 0],
    resetMidAnswer: async () => [await sendHalf(call, answer, world, faults.resetMidAnswer?.as ?? "reset"), answer.status],
  };
  return actions[fate.after]();
}

function losesAnswer(as: "reset" | "504" | "either" | undefined, { form }: Fate): boolean {
  return as === "reset" || (as === "either" && form < 0.5);
}
