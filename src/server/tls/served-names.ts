import { hostMatcher } from "../../base/host-names.ts";
import type { TlsMaterial } from "./material.ts";

/** Tells which hosts, in their plain form, a listener answers for; asked for every request, while the material changes now and then. */
export interface ServedNames {
  /** Is it listed under `intercept`? */
  isIntercepted(host: string): boolean;
  /** Is it listed there, or is one of the listener's own certificates for it? */
  isServed(host: string): boolean;
}

interface Tables {
  readonly material: TlsMaterial;
  readonly isIntercepted: (host: string) => boolean;
  readonly isOwn: (host: string) => boolean;
}

/** Makes it for what `material` says at each time. */
export function servedNames(material: () => TlsMaterial): ServedNames {
  let tables = tablesOf(material());
  const current = (): Tables => {
    const now = material();
    if (now !== tables.material) tables = tablesOf(now);
    return tables;
  };
  const isIntercepted = (host: string): boolean => current().isIntercepted(host);
  return { isIntercepted, isServed: (host) => isIntercepted(host) || current().isOwn(host) };
}

function tablesOf(material: TlsMaterial): Tables {
  return {
    material,
    isIntercepted: hostMatcher(material.interception?.hosts ?? []),
    isOwn: hostMatcher(material.certificates.flatMap(({ names }) => names)),
  };
}
