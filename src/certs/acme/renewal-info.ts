import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { parseInstant } from "../../base/instant.ts";
import { certificateId } from "./certificate-id.ts";
import type { Directory } from "./directory.ts";
import { done, failed, tame, type Step } from "./fault.ts";
import type { RenewalInfo } from "./issuer.ts";
import { isGood, readAs, refused } from "./read-answer.ts";
import { readRetryAfter } from "./retry-after.ts";
import type { Answer, Transport } from "./transport.ts";

const instant = z.string().max(100).transform((text, context) => {
  const at = parseInstant(text);
  if (at !== null) return at;
  context.addIssue({ code: "custom", message: "no time" });
  return z.NEVER;
});

/** RFC 9773 section 4.2. */
const document = z.object({
  suggestedWindow: z.object({ start: instant, end: instant }),
  explanationURL: z.string().max(500).optional().catch(undefined),
});

/** Asked for later than in a day it would come too late (section 4.3.2). */
const LONGEST_MS = 24 * 3_600_000;
const DOING = "asking for renewal information";

/** Asks when to renew a certificate, PEM. Null where the authority offers nothing of the kind, or not for this certificate. */
export async function fetchRenewalInfo(cert: string, { transport, directory, clock }: { readonly transport: Transport; readonly directory: Directory; readonly clock: Clock }): Promise<Step<RenewalInfo | null>> {
  const id = certificateId(cert);
  if (directory.renewalInfo === undefined || id === null) return done(null);
  const url = `${directory.renewalInfo.replace(/\/$/, "")}/${id}`;
  const step = await transport.send({ method: "GET", url, doing: DOING, headers: { accept: "application/json" } });
  if (!step.ok) return step;
  return isGood(step.value) ? read(step.value, clock) : refused(DOING, step.value, clock);
}

function read(answer: Answer, clock: Clock): Step<RenewalInfo> {
  const step = readAs(document, DOING, answer);
  if (!step.ok) return step;
  const { suggestedWindow, explanationURL } = step.value;
  const { start, end } = suggestedWindow;
  if (end <= start) return failed("server", `${DOING}: the window ends before it starts`);
  const asked = readRetryAfter(answer.header("retry-after"), clock.wall());
  const isPage = explanationURL !== undefined && /^https?:\/\//.test(explanationURL) && URL.canParse(explanationURL);
  return done({ start, end, explanation: isPage ? tame(explanationURL) : null, askAfter: asked === null ? null : Math.min(asked, LONGEST_MS) });
}
