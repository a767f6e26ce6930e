import assert from "node:assert/strict";
import { compileLearns, type LearnRules } from "../../../src/journal/verdicts/rules.ts";
import { compilePolicy, type SubmissionPolicy } from "../../../src/journal/policy.ts";
import type { RouteOptions } from "../../../src/pipeline/options.ts";
import { loadText } from "../../config/load-text.ts";
import { profileText } from "./site.ts";

const loaded = loadText("version: 1\nplatform: ./profile.yaml\n", {}, { "profile.yaml": profileText() });
assert.ok(loaded.ok, JSON.stringify(loaded));

/** The routes of a site that says nothing but the platform's name. */
export const ROUTES: readonly RouteOptions[] = loaded.config.sites[0]?.routes ?? [];

/** What the configuration warns of. */
export const WARNINGS: readonly string[] = loaded.warnings.map(({ message }) => message);

/** A route of the profile. */
export function routeNamed(name: string): RouteOptions {
  return ROUTES.find((route) => route.name === name) ?? assert.fail(`the profile has no route '${name}'`);
}

/** What a route says about submissions. */
export function policyOf(name: string): SubmissionPolicy {
  const { submission } = routeNamed(name);
  assert.ok(submission, `route '${name}' takes no submissions`);
  return compilePolicy(submission, "default", name);
}

/** What a route's answers tell about submissions. */
export function learnsOf(name: string): LearnRules {
  return compileLearns(routeNamed(name).learns ?? []);
}
