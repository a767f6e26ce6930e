import { parseAddress } from "../base/cidr.ts";
import type { OwnAnswer } from "../http/own-message.ts";
import type { BanViews } from "./ban-views.ts";
import { json, problem } from "./message.ts";
import { quoted, readOne, readParameters, refused, type Refused } from "./parameters.ts";

/** Lists who is shut out. */
export function bansAnswer(query: string, views: BanViews): OwnAnswer {
  const parameters = readParameters(query, []);
  if (!parameters.ok) return refusal(parameters);
  return json(200, { bans: views.list() });
}

/** Lifts the ban that `address` names, or `all=true` of them; `lifted` says how many there were. */
export function liftAnswer(query: string, views: BanViews): OwnAnswer {
  const parameters = readParameters(query, ["address", "all"]);
  if (!parameters.ok) return refusal(parameters);
  const one = readOne(parameters.value, ["address", "all"]);
  if (!one.ok) return refusal(one);
  const { name, value } = one.value;
  if (name === "all") return value === "true" ? json(200, { lifted: views.liftAll() }) : refusal(refused(`parameter 'all': got ${quoted(value)}, want true`));
  if (parseAddress(value.replace(/\/64$/, "")) === null) return refusal(refused(`parameter 'address': got ${quoted(value)}, want an address as the list has it`));
  return json(200, { lifted: views.lift(value) ? 1 : 0 });
}

function refusal({ code, detail }: Refused): OwnAnswer {
  return problem(code, detail);
}
