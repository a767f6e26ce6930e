import type { Path } from "../document/yaml-node.ts";
import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Client errors after which software tries again. */
const TRY_AGAIN: ReadonlySet<number> = new Set([408, 409, 423, 425, 429]);

/** Forms of our own errors that would be taken for the platform's final word. */
export function warnOfErrors(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    if (site.routes.some((route) => route.class === "submit" && route.errors === undefined)) warnOfStatus(draft, path, site.errors?.status);
    for (const [number, route] of site.routes.entries()) if (route.class === "submit") warnOfStatus(draft, [...path, "routes", number], route.errors?.status);
  }
}

function warnOfStatus(draft: Draft, owner: Path, status: number | undefined): void {
  if (status === undefined || status < 400 || status > 499 || TRY_AGAIN.has(status)) return;
  draft.warn([...owner, "errors", "status"], "risky: an answer that was lost has this status too, and software takes it for a final no; without it each error has its own");
}
