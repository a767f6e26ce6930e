import type { Path } from "../document/yaml-node.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import type { OwnAllowOptions } from "../waf/allow/options.ts";
import type { RequireOptions } from "../waf/require/options.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";
import { standInBodies } from "./stands-in-body.ts";
import { canBe, shapeOf } from "./warn-entitled.ts";
import { wafPlaces, type WafPlace } from "./waf-places.ts";

interface Spoken {
  readonly mode?: string | undefined;
  readonly allow?: OwnAllowOptions | undefined;
  readonly require?: RequireOptions | undefined;
}

interface Held {
  readonly site: SiteOptions;
  readonly route: RouteOptions;
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "DELETE", "TRACE"]);

/** Allowlists and requirements that can never act, or that stop everything. */
export function warnOfAllow(draft: Draft, config: Config): void {
  for (const place of wafPlaces(draft)) {
    const spoken = spokenAt(config, place);
    const held = heldAt(config, place);
    if (spoken === undefined || held.length === 0) continue;
    const isOff = held.every(({ site, route }) => (route.waf?.mode ?? site.waf?.mode ?? config.waf.mode) === "off");
    if (!isOff) {
      warnOfWho(draft, [...place.path, "allow"], spoken.allow ?? {}, held);
      warnOfUnread(draft, place, spoken.allow ?? {}, held);
      warnOfMethods(draft, [...place.path, "allow", "methods"], spoken.allow?.methods ?? [], held);
      warnOfBody(draft, [...place.path, "require", "body"], held);
    } else for (const key of ["allow", "require"]) if (draft.has([...place.path, key])) draft.warn([...place.path, key], "can never act: the firewall is off here");
  }
}

function spokenAt({ waf, sites }: Config, { path, sites: [site = 0], route }: WafPlace): Spoken | undefined {
  if (path.length === 1) return { mode: waf.mode, allow: waf.allow };
  return route === null ? sites[site]?.waf : sites[site]?.routes[route]?.waf;
}

function heldAt(config: Config, { sites, route }: WafPlace): Held[] {
  const meant = config.sites.filter((_, index) => sites.includes(index));
  return meant.flatMap((site) => site.routes.filter((_, index) => route === null || index === route).map((route) => ({ site, route })));
}

function warnOfWho(draft: Draft, at: Path, { principals = [], taxpayers = [], unnamed = "pass" }: OwnAllowOptions, held: readonly Held[]): void {
  const sites = [...new Set(held.map(({ site }) => site))];
  for (const [index, pattern] of principals.entries()) {
    const sources = sites.flatMap(({ identity }) => identity.principal);
    if (!sources.some((source) => canBe(source, pattern))) draft.warn([...at, "principals", index], `can never fit: identity.principal gives nothing like it (${[...new Set(sources.map(shapeOf))].join(", ") || "it is empty"})`);
  }
  const isNamed = sites.some(({ identity }) => identity.taxpayer.length > 0);
  if (taxpayers.length > 0 && !isNamed) draft.warn([...at, "taxpayers"], unnamed === "refuse" ? "refuses every request: identity.taxpayer does not say where a taxpayer stands" : "can never act: identity.taxpayer does not say where a taxpayer stands");
  for (const [index, one] of taxpayers.entries()) {
    if (typeof one === "string" && !(/^(?:\^|\\A)/.test(one) && /(?:\$|\\z)$/.test(one))) draft.warn([...at, "taxpayers", index], "risky: it fits wherever it stands in a number; write '^' before it and '$' after it");
  }
  if (unnamed === "refuse" && taxpayers.length === 0 && draft.has([...at, "unnamed"]) && draft.has([...at, "taxpayers"])) draft.warn([...at, "unnamed"], "can never act: no taxpayers are listed");
}

/** The list that counts on a route is the nearest one. */
function warnOfUnread(draft: Draft, { path, route: own }: WafPlace, { taxpayers = [], unnamed = "pass" }: OwnAllowOptions, held: readonly Held[]): void {
  if (taxpayers.length === 0) return;
  const ruled = own !== null ? held : held.filter(({ site, route }) => route.waf?.allow?.taxpayers === undefined && (path.length > 1 || site.waf?.allow?.taxpayers === undefined));
  const blind = ruled.filter(({ site, route }) => route.class === "pass" && standInBodies(site.identity.taxpayer));
  const [first] = blind;
  if (first === undefined) return;
  const where = blind.length === held.length ? "here" : `on route '${first.route.name}'${blind.length > 1 ? ` and ${blind.length - 1} more` : ""}`;
  draft.warn([...path, "allow", "taxpayers"], `${unnamed === "refuse" ? "refuses every request" : "cannot act"} ${where}: the number stands in bodies, and bodies of class pass are not read`);
}

function warnOfMethods(draft: Draft, at: Path, methods: readonly string[], held: readonly Held[]): void {
  for (const [index, method] of methods.entries()) {
    if (!held.some(({ route: { match } }) => match.methods.length === 0 || match.methods.includes(method) || (method === "HEAD" && match.methods.includes("GET")))) draft.warn([...at, index], `can never come: no route ${held.length === 1 ? "here " : ""}takes ${method}`);
  }
}

/** Of `pass` routes no body is in hand, and some methods have none. */
function warnOfBody(draft: Draft, at: Path, held: readonly Held[]): void {
  if (!draft.has(at)) return;
  if (held.every(({ route }) => route.class === "pass")) draft.warn(at, "can never act: bodies of class pass are not looked at");
  else if (held.every(({ route: { class: kind, match } }) => kind === "pass" || (match.methods.length > 0 && match.methods.every((method) => BODILESS.has(method))))) draft.warn(at, "can never act: requests of these methods have no body");
}
