import { requestTrier, type RequestToTry } from "../app/try-request.ts";
import type { Config } from "../config/config.ts";
import { loadConfig, type Env } from "../config/load.ts";
import { loadRuleSet } from "../config/load-rule-set.ts";
import type { TriedOrNot } from "./world.ts";

/** Judges a request by a configuration, with another set of rules where one is named; the administrator's own rules go with it. */
export async function tryRecorded(file: string, env: Env, ruleset: string | null, asked: RequestToTry): Promise<TriedOrNot> {
  const loaded = loadConfig(file, env);
  if (!loaded.ok) return { ok: false, reason: null, problems: loaded.problems };
  const sets = ruleset === null ? ({ ok: true, sets: loaded.config.ruleSets } as const) : setsWith(ruleset, loaded.config);
  if (!sets.ok) return sets;
  const tried = await requestTrier({ ...loaded.config, ruleSets: sets.sets })(asked);
  return tried.ok ? tried : { ok: false, reason: tried.reason, problems: [] };
}

type Sets = { readonly ok: true; readonly sets: Config["ruleSets"] } | Extract<TriedOrNot, { ok: false }>;

function setsWith(name: string, { waf }: Config): Sets {
  const [base, ...own] = [name, ...waf.rules].map(loadRuleSet);
  const broken = [base, ...own].find((one) => one?.ok === false);
  if (base === undefined || !base.ok || broken?.ok === false) return broken?.ok === false ? broken : { ok: false, reason: `reading rules '${name}': nothing was read`, problems: [] };
  const added = own.flatMap((one) => (one.ok ? [one.set] : []));
  const classes = Object.assign({}, ...[base.set, ...added].map((set) => set.classes)) as Config["ruleSets"]["acting"]["classes"];
  return { ok: true, sets: { acting: { name: base.set.name, classes, rules: [base.set, ...added].flatMap((set) => set.rules) }, trial: null } };
}
