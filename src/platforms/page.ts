import { formatBytes, formatDuration } from "../base/units-text.ts";
import type { ShownPlace } from "./condition-words.ts";
import { placeWords } from "./condition-words.ts";
import type { Bilingual, ProfileOptions } from "./options.ts";
import { submissionWords, type ShownSubmission } from "./submission-words.ts";
import { wordsOf, type Language, type Say } from "./words.ts";

/** A route of a site, as far as it is shown. */
export interface ShownRoute {
  readonly name: string;
  readonly class: string;
  readonly match: { readonly methods: readonly string[]; readonly path: string };
  readonly body: { readonly maxBytes?: number | undefined };
  readonly cache?: { readonly ttl?: number | undefined; readonly immutableWhen: readonly unknown[]; readonly immutableFor: number } | undefined;
  readonly submission?: ShownSubmission | undefined;
  readonly learns?: readonly { readonly of: string }[] | undefined;
  readonly pace?: readonly ShownPace[] | undefined;
}

interface ShownPace {
  readonly group?: string | undefined;
  readonly windows: readonly { readonly count: number; readonly per: number }[];
  readonly scope: readonly (string | ShownPlace)[];
  readonly maxWait?: number | undefined;
  readonly learn?: readonly unknown[] | undefined;
}

/** A profile as a page of Markdown that reads well on a terminal too. `routes` are those of a site that gives it all its keys; `builtIn` says how a site names it. */
export function profilePage(profile: ProfileOptions, routes: readonly ShownRoute[], language: Language, builtIn = true): string {
  const say = wordsOf(language);
  const submits = routes.filter(({ submission }) => submission !== undefined);
  const others = routes.filter(({ submission }) => submission === undefined);
  const sections = [
    [`# ${profile.title[language]}`, ...headLines(profile, say, language, builtIn)],
    section(say("protected"), bullets(profile.guide.protected, language)),
    section(say("notProtected"), bullets(profile.guide.notProtected, language)),
    section(say("must"), bullets(profile.guide.must, language)),
    section(say("traps"), bullets(profile.guide.traps, language)),
    section(say("submissions"), submits.flatMap((route) => submitLines(profile, route, say, language))),
    section(say("others"), others.map((route) => otherLine(profile, route, say, language))),
    section(say("limits"), limitLines(routes, say)),
    section(say("credentials"), credentialLines(profile, say, language)),
    section(say("sources"), Object.values(profile.sources).map(({ title, where, verified, secondHand }) => `- ${title} (${where}), ${say("read", verified)}${secondHand ? ` (${say("secondHand")})` : ""}`)),
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join("\n")).join("\n\n")}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [`## ${title}`, "", ...lines];
}

function bullets(texts: readonly Bilingual[], language: Language): string[] {
  return texts.map((text) => `- ${text[language]}`);
}

function headLines({ profile, version, sources, environments, keys, taxNumbers }: ProfileOptions, say: Say, language: Language, builtIn: boolean): string[] {
  const days = Object.values(sources).map(({ verified }) => verified).toSorted();
  const [first = "", last = first] = [days[0], days.at(-1)];
  const lines = [first === last ? say("profileOneDay", profile, version, first) : say("profile", profile, version, first, last)];
  if (Object.values(sources).some(({ secondHand }) => secondHand)) lines.push(say("secondHandNote"));
  const names = Object.keys(environments);
  lines.push(`${say(builtIn ? "use" : "useFile", profile)} ${names.length === 0 ? say("noEnvironment") : say(names.includes("production") ? "environments" : "environmentsAlone", names.map((name) => `\`${name}\``).join(", "))}`);
  for (const [name, { optional, what }] of Object.entries(keys)) lines.push(say(optional ? "keyOptional" : "keyNeeded", name, what[language]));
  if (taxNumbers.length > 0) lines.push(say("taxNumbers", taxNumbers.map((name) => `\`${name}\``).join(", ")));
  return ["", ...lines];
}

function submitLines(profile: ProfileOptions, route: ShownRoute, say: Say, language: Language): string[] {
  const lines = submissionWords(route.submission as ShownSubmission, say);
  if (route.body.maxBytes !== undefined) lines.push(say("atMost", formatBytes(route.body.maxBytes)));
  return [`### ${meaningOf(profile, route, say, language)}`, "", `\`${requestOf(route)}\``, "", ...lines.map((line) => `- ${line}`), ""];
}

function otherLine(profile: ProfileOptions, route: ShownRoute, say: Say, language: Language): string {
  const more: string[] = [];
  if (route.cache !== undefined) more.push(keptWords(route.cache, say));
  if (route.learns !== undefined && route.learns.length > 0) more.push(say("learns", route.learns.map(({ of }) => `\`${of}\``).join(", ")));
  return `- \`${requestOf(route)}\`: ${[meaningOf(profile, route, say, language), ...more].join("; ")}`;
}

function keptWords({ ttl, immutableWhen, immutableFor }: NonNullable<ShownRoute["cache"]>, say: Say): string {
  if (immutableWhen.length > 0) return say("keptForGood", formatDuration(immutableFor));
  return ttl === undefined ? say("keptStated") : say("kept", formatDuration(ttl));
}

/** `send-invoice: sends one invoice`, and on which key it depends. */
function meaningOf({ routes }: ProfileOptions, { name }: ShownRoute, say: Say, language: Language): string {
  const route = routes.find((one) => one.name === name);
  const when = route?.when;
  const only = when === undefined ? "" : ` (${"key" in when ? say("only", when.key) : say("onlyWithout", when.noKey)})`;
  return `${name}: ${route?.means[language] ?? ""}${only}`;
}

function requestOf({ match: { methods, path } }: ShownRoute): string {
  return `${methods.length === 0 ? "*" : methods.join(", ")} ${path}`;
}

function limitLines(routes: readonly ShownRoute[], say: Say): string[] {
  const rows = new Map<string, { readonly names: readonly string[]; readonly pace: ShownPace }>();
  for (const route of routes) {
    for (const pace of route.pace ?? []) {
      const group = pace.group ?? route.name;
      const row = rows.get(group);
      // Where several routes name a group, one of them says what it is.
      rows.set(group, { names: [...(row?.names ?? []), route.name], pace: row === undefined || row.pace.windows.length === 0 ? pace : row.pace });
    }
  }
  if (rows.size === 0) return [];
  const table = [...rows.values()].filter(({ pace }) => pace.windows.length > 0).map(({ names, pace }) => `| ${names.join(", ")} | ${pace.windows.map(windowWords).join(", ")} | ${pace.scope.map((one) => (typeof one === "string" ? one : placeWords(one, say))).join(say("and"))} |`);
  const longest = Math.max(...[...rows.values()].map(({ pace }) => pace.maxWait ?? 0));
  const learns = [...rows.values()].some(({ pace }) => (pace.learn?.length ?? 0) > 0);
  const notes = [...(longest > 0 ? [say("told", formatDuration(longest))] : []), ...(learns ? [say("obeyed")] : [])];
  return [say("limitsHead"), ...table, "", notes.join(" ")];
}

function windowWords({ count, per }: { readonly count: number; readonly per: number }): string {
  return `${count}/${formatDuration(per).replace(/^1(?=[a-z])/, "")}`;
}

function credentialLines({ credentials }: ProfileOptions, say: Say, language: Language): string[] {
  return credentials.flatMap(({ name, what, life, renew, human }) => [
    `- **${name}**: ${what[language]} (${say("lives", life)}${human ? `; ${say("human")}` : ""})`,
    ...renew.map((step, index) => `  ${index + 1}. ${step[language]}`),
  ]);
}
