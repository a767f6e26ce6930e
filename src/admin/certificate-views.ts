import type { AuthorityState } from "../certs/authority/authority-state.ts";
import type { Stage } from "../certs/expiry/stage.ts";
import type { WatchedKind } from "../certs/expiry/watched.ts";
import type { OrderWhy, WaitWhy } from "../certs/renewal/decide.ts";
import type { KeeperState } from "../certs/renewal/keeper-state.ts";
import type { KeeperStatus, RenewAnswer } from "../certs/renewal/keeper-status.ts";
import type { Read } from "./parameters.ts";

/** Something that can run out. Times in RFC 3339. */
export interface CertificateLineView {
  readonly kind: WatchedKind;
  readonly name: string;
  /** `none`: there is nothing to show yet, or any more. */
  readonly stage: Stage | "none";
  readonly notAfter: string | null;
  /** Below 0: it has run out. */
  readonly secondsLeft: number | null;
  /** Who uses it. */
  readonly where: string;
  /** Of one that is ordered here: how its renewal stands; null: it is not. */
  readonly renewal: KeeperState | null;
  /** What of it ends first, or why it is not renewed; may be empty. */
  readonly note: string;
}

/** Everything that can run out; what needs somebody first stands first. */
export interface CertificateListView {
  /** When this was looked up. */
  readonly at: string;
  readonly certificates: readonly CertificateLineView[];
}

/** What a certificate says of itself. */
export interface LeafView {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly serial: string;
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
  readonly notBefore: string;
  readonly notAfter: string;
}

/** One that is ordered here. */
export interface AcmeView {
  readonly state: KeeperState;
  readonly doing: KeeperStatus["doing"];
  readonly domains: readonly string[];
  readonly challenge: string;
  /** Directories: of the authority that issued it, null where that is not known; and all that may be asked. */
  readonly issuedBy: string | null;
  readonly authorities: readonly string[];
  /** When the authority wants it to be renewed; null: it does not say. */
  readonly window: { readonly start: string; readonly end: string; readonly chosen: string; readonly movedUp: boolean; readonly explanation: string | null } | null;
  readonly next: { readonly at: string; readonly inSeconds: number; readonly why: WaitWhy | OrderWhy };
  /** In a row. */
  readonly failures: number;
  readonly lastFailure: { readonly at: string; readonly authority: string | null; readonly kind: string; readonly detail: string } | null;
  /** Why the one in use does not stand on the disk; null: it does. */
  readonly unwritten: string | null;
  /** Where it stands with its key, and what is known of its renewal. */
  readonly directory: string;
}

/** A private authority. */
export interface AuthorityDetailView {
  readonly state: AuthorityState;
  readonly permitted: readonly string[];
  /** Hosts that are to be intercepted, and that it does not permit. */
  readonly uncovered: readonly string[];
  readonly directory: string;
}

/** What a person renews at a platform. */
export interface CredentialView {
  readonly site: string;
  readonly profile: string;
  readonly what: { readonly en: string; readonly zh: string };
  readonly life: string;
  readonly ends: string;
  /** Where the day stands: a certificate's name; null: in the configuration. */
  readonly certificate: string | null;
  /** Each with the latest time to begin it. */
  readonly steps: readonly { readonly begin: string; readonly en: string; readonly zh: string }[];
}

/** Everything about one thing that can run out. */
export interface CertificateView extends Omit<CertificateLineView, "kind"> {
  readonly kinds: readonly WatchedKind[];
  readonly at: string;
  readonly leaf: LeafView | null;
  readonly files: { readonly cert: string; readonly key: string } | null;
  readonly acme: AcmeView | null;
  readonly authority: AuthorityDetailView | null;
  readonly credential: CredentialView | null;
  /** What to do, or where to look; a sentence each. */
  readonly advice: readonly string[];
}

/** What came of the wish for another certificate; `under-way`: it takes longer than anybody waits. */
export interface RenewView {
  readonly result: RenewAnswer["kind"] | "under-way";
  /** For people. */
  readonly detail: string;
  readonly notAfter: string | null;
}

/** What the API shows of whatever can run out, and does about it; handed in by the app. */
export interface CertificateViews {
  list(): CertificateListView;
  /** Refused where nothing is called so, or several things are. */
  show(name: string): Read<CertificateView>;
  /** Orders another one, and waits for what comes of it for a while. Refused for what is not ordered here. */
  renew(name: string): Promise<Read<RenewView>>;
}
