import { LAST_PART } from "../authority/authority-state.ts";
import { lifeOf, spansOf } from "../renewal/spans.ts";
import type { CertificateStatus, Shown } from "../holding.ts";
import type { AcmeOptions } from "../options.ts";
import { chainEnd, readCertificates } from "./chain-end.ts";
import { interceptedBy, shownBy, shownToPlatformsBy, type ExpiryConfig } from "./uses.ts";
import type { Watched } from "./watched.ts";


/** What is to be watched of a certificate of the configuration: once for each kind of its uses, and not at all where nothing uses it, or it is not there yet. */
export function watchedOf(status: CertificateStatus, shown: Shown | null, config: ExpiryConfig): Watched[] {
  return status.kind === "authority" ? authorityOf(status, config) : certificateOf(status, shown, config);
}

function authorityOf({ name, leaf }: CertificateStatus, config: ExpiryConfig): Watched[] {
  const users = interceptedBy(config, name);
  if (leaf === null || users.length === 0) return [];
  const { notBefore, notAfter } = leaf;
  return [{ kind: "authority", name, where: users.join(", "), notBefore, notAfter, detail: "", renewedAhead: null, remind: (notAfter - notBefore) * LAST_PART }];
}

function certificateOf(status: CertificateStatus, shown: Shown | null, config: ExpiryConfig): Watched[] {
  const { name } = status;
  const end = chainEnd(readCertificates(shown?.pair?.cert ?? ""));
  if (end === null) return [];
  const { leaf, notAfter, sooner } = end;
  const options = config.certificates[name]?.acme;
  const common = {
    name,
    notBefore: leaf.notBefore,
    notAfter,
    detail: sooner === null ? "" : `of its chain '${sooner}' ends first`,
    renewedAhead: options === undefined ? null : leadOf(leaf, status, options),
    remind: null,
  };
  const [ours, platforms] = [shownBy(config, name), shownToPlatformsBy(config, name)];
  return [
    ...(ours.length === 0 ? [] : [{ ...common, kind: "own" as const, where: ours.join(", ") }]),
    ...(platforms.length === 0 ? [] : [{ ...common, kind: "client" as const, where: platforms.join(", ") }]),
  ];
}

/** How long before its end it is renewed at the latest, when all goes well: where the authority says when, by its word; with blackouts the emergency alone is sure. */
function leadOf(leaf: { readonly notBefore: number; readonly notAfter: number }, { renewal }: CertificateStatus, { renew }: AcmeOptions): number {
  const { ahead, emergency } = spansOf(lifeOf(leaf), renew);
  if (renew.blackouts.length > 0) return emergency;
  const window = renewal?.window ?? null;
  return window === null ? ahead : Math.max(emergency, leaf.notAfter - window.end);
}
