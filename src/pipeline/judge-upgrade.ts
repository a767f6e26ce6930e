import { hostName } from "../http/authority.ts";
import type { Answer, RequestHead } from "../http/message.ts";
import { canonicalTarget } from "../http/target.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { RegionUpstream, TunnelPermit } from "../upstream/region-upstream.ts";
import { admit } from "./admit.ts";
import { answer } from "./answer.ts";
import { relayPace } from "./call-in-turn.ts";
import type { Exchange } from "./exchange.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { identify } from "./identify.ts";
import { routeOf } from "./match-route.ts";
import { screen } from "./screen.ts";
import type { Route, Site } from "./site.ts";
import { upstreamHeaders } from "./upstream-head.ts";
import { refuse, retryAfter, type Verdict } from "./verdict.ts";

/** What becomes of a request to switch protocols: refused with an answer, or let through to one endpoint. */
export type UpgradeJudgement =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "tunnel"; readonly permit: TunnelPermit; readonly headers: readonly string[] };

const DECIDING = [["identify", identify], ["admit", admit], ["screen", screen]] as const;

/** Does a route that allows WebSocket lead there? Where none does, the request is an ordinary one and Upgrade is dropped. */
export function wantsUpgrade(head: RequestHead, generation: Generation): boolean {
  const canonical = canonicalTarget(head.target);
  if (!canonical.ok) return false;
  const { path, query, authority } = canonical.target;
  const site = generation.hosts.find(hostName(authority ?? head.authority));
  const route = site === null ? null : routeOf(site.routes, { method: head.method, path, query, headers: head.headers, body: null });
  return route?.options.upgrade.includes("websocket") ?? false;
}

/** Runs the same deciding phases as for any request: no rule about head or path can be avoided by asking for a switch. */
export async function judgeUpgrade(x: Exchange, generation: Generation, around: Surroundings): Promise<UpgradeJudgement> {
  for (const [phase, decide] of DECIDING) {
    x.phase = phase;
    const verdict = await decide(x, generation, around);
    if (verdict.kind !== "go-on") return refused(x, verdict);
  }
  x.phase = "forward";
  const region = (x.site as Site).upstream.regions.get(x.region as string) as RegionUpstream;
  const pace = relayPace(x, around.clock.now() + region.totalTimeout, around.clock)(region.name);
  const none = pace === null ? null : await pace.take({ abort: null });
  if (none !== null) return refused(x, refuse("limited-by-platform", "the platform allows no more for now", retryAfter(none.kind === "told" ? none.retryAfter : 1)));
  const permit = region.tunnel((x.route as Route).class);
  if (permit.kind === "refused") {
    pace?.back();
    return refused(x, refuse("open", permit.detail, retryAfter(permit.retryAfter)));
  }
  x.lastTried = { region: region.name, endpoint: permit.endpoint };
  return { kind: "tunnel", permit: pace === null ? permit : counted(permit, pace), headers: upstreamHeaders(x, (x.route as Route).options, region.name) };
}

/** It may have gone out at any time up to when it is known what became of it. */
function counted(permit: TunnelPermit, pace: PacedCall): TunnelPermit {
  return {
    ...permit,
    done(outcome) {
      pace.handed();
      pace.answered({ status: 101, headers: [] });
      permit.done(outcome);
    },
  };
}

function refused(x: Exchange, verdict: Verdict): UpgradeJudgement {
  x.verdict = verdict;
  x.endedBy = "edge";
  const made = answer(x);
  x.status = made.status;
  return { kind: "answer", answer: made };
}
