import assert from "node:assert/strict";
import { join } from "node:path";
import { BUILT_IN_PROFILES } from "../../src/config/built-in-profiles.ts";
import { loadConfig } from "../../src/config/load.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { readFromDisk } from "../../src/config/sources.ts";
import { routeOf } from "../../src/pipeline/match-route.ts";
import type { SiteOptions } from "../../src/pipeline/options.ts";
import { compileRoute } from "../../src/pipeline/site.ts";
import { createFirewall, type Firewall, type RouteFirewall } from "../../src/waf/waf.ts";
import type { Sent } from "./generated/sent.ts";

/** What the firewall makes of a request. */
export interface Ruling {
  readonly stops: boolean;
  readonly score: number;
  /** Rules that saw something, those of the worst field first. */
  readonly rules: readonly string[];
  /** The worst field; null where nothing was found. */
  readonly field: string | null;
}

/** Judges one request as the pipeline does. */
export type Judge = (sent: Sent) => Ruling;

/** A route's firewall. */
export interface Firewalled {
  /** The profile's name, or `plain`. */
  readonly site: string;
  readonly route: string;
  readonly judge: Judge;
}

/** The firewalls of all profiles, each as a configuration has them that says nothing about it. */
export interface Firewalls {
  /** Every route of class submit, and the submit, control and pass routes of a site without a profile. */
  readonly all: readonly Firewalled[];
  /** Of the plain site's submit route. */
  readonly plain: Firewalled;
  /** Of the submit route that takes a request. Throws where the profile has none for it. */
  takes(profile: string, sent: Sent): Firewalled;
}

const PLAIN = "plain";
const FILE = join("/etc/taxgate", "taxgate.yaml");
const REGIONS = { home: { endpoints: [{ url: "https://tax.example" }] } };
const CLASSES = ["submit", "control", "pass"];
const NOTHING: Ruling = { stops: false, score: 0, rules: [], field: null };

/** Loads a configuration for each, with no word about the firewall. */
export function openFirewalls(): Firewalls {
  const firewall = createFirewall({ judged: () => undefined });
  const plainRoutes = CLASSES.map((name) => ({ name, class: name, match: { path: `/${name}/**` } }));
  const sites = [openSite(PLAIN, { version: 1, regions: REGIONS, routes: plainRoutes }, firewall), ...BUILT_IN_PROFILES.map((name) => openSite(name, { version: 1, platform: name, regions: REGIONS }, firewall))];
  const all = sites.flatMap(({ options, of }) => options.routes.filter((route) => route.class === "submit" || options.platform === null).map(({ name }) => of(name)));
  const plain = all.find(({ route }) => route === "submit") ?? assert.fail("the plain site has no submit route");
  return { all, plain, takes: (profile, sent) => sites.find(({ name }) => name === profile)?.takes(sent) ?? assert.fail(`no profile '${profile}'`) };
}

interface OpenSite {
  readonly name: string;
  readonly options: SiteOptions;
  of(route: string): Firewalled;
  takes(sent: Sent): Firewalled;
}

function openSite(name: string, text: object, firewall: Firewall): OpenSite {
  const loaded = loadConfig(FILE, {}, (path) => (path === FILE ? { ok: true, bytes: Buffer.from(JSON.stringify(text)) } : readFromDisk(path)));
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatProblem).join("\n"));
  const { waf, ruleSets, sites } = loaded.config;
  const options = sites[0] ?? assert.fail("no site");
  const compiled = options.routes.map((route) => compileRoute(route));
  const opened = firewall.open(waf, ruleSets);
  const made = new Map(options.routes.map((route): [string, Firewalled] => {
    const routeFirewall = opened.of(options.name, route.name, [options.waf, route.waf]) ?? assert.fail(`${name}/${route.name}: the firewall is off`);
    return [route.name, { site: name, route: route.name, judge: judgeOf(routeFirewall, route.class !== "pass") }];
  }));
  const of = (route: string): Firewalled => made.get(route) ?? assert.fail(`${name} has no route '${route}'`);
  return {
    name, options, of,
    takes(sent) {
      const [path = "", query = ""] = sent.path.split("?");
      const route = routeOf(compiled, { method: sent.method, path, query, headers: sent.headers, body: sent.body });
      assert.equal(route?.class, "submit", `${name}: ${sent.method} ${sent.path} takes route '${route?.name ?? "none"}'`);
      return of(route?.name ?? "");
    },
  };
}

/** A route of class pass is looked at no further than the head. */
function judgeOf(firewall: RouteFirewall, seesBody: boolean): Judge {
  let id = 0;
  return ({ path, headers, body }) => {
    const mark = path.indexOf("?");
    const [alone, query] = mark < 0 ? [path, ""] : [path.slice(0, mark), path.slice(mark)];
    const type = headers.findIndex((name, at) => at % 2 === 0 && name === "content-type");
    const judgement = firewall.judge({ path: alone, query, headers, body: seesBody && body.length > 0 ? body : null, contentType: type < 0 ? undefined : headers[type + 1] }, String(++id));
    if (judgement === null) return NOTHING;
    const { stops, score, findings } = judgement;
    return { stops, score, rules: [...new Set(findings.map(({ rule }) => rule))], field: findings[0]?.field ?? null };
  };
}
