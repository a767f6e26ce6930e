import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Days that are written where the certificate itself says when it ends: nobody changes both. */
export function warnOfCredentials(draft: Draft, { sites }: Config): void {
  const paths = sitePaths(draft);
  for (const [index, { platform, credentials = {}, regions }] of sites.entries()) {
    const isShown = regions.some(({ upstream }) => upstream.tls.clientCertificate !== undefined);
    const own = new Set(platform?.credentials.filter(({ clientCertificate }) => clientCertificate).map(({ name }) => name));
    for (const name of Object.keys(credentials)) {
      if (isShown && own.has(name)) draft.warn([...(paths[index] ?? []), "credentials", name], "it is upstream.tls.clientCertificate, which says itself when it ends: without this line its own day counts, also after it was renewed");
    }
  }
}
