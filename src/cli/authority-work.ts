import { parseNetwork } from "../base/cidr.ts";
import { systemClock, type Clock } from "../base/clock.ts";
import { OperatorError } from "../base/errors.ts";
import { isHost, plainHost } from "../base/host-names.ts";
import { lockState } from "../base/state-lock.ts";
import { authorityDirectory, type AuthorityCertificate } from "../certs/authority/authority-file.ts";
import { authorityState, type AuthorityState } from "../certs/authority/authority-state.ts";
import { interceptedHosts } from "../certs/authority/intercepted-hosts.ts";
import { makeStored } from "../certs/authority/open-files.ts";
import { notPermitted, permittedText } from "../certs/authority/permitted.ts";
import { authorityCertificates, prepareSuccessor, switchToSuccessor, type AuthorityCertificates } from "../certs/authority/successor.ts";
import { authorityOf } from "../certs/options.ts";
import { readSigner } from "../certs/x509/signer.ts";
import type { Config } from "../config/config.ts";

/** What is to be done with an authority: `show` makes it where there is none, `look` does not. */
export type AuthorityDeed = "look" | "show" | "next" | "switch";

/** What is asked of the authorities of a configuration. */
export interface AuthorityAsked {
  /** Null: the only one there is. */
  readonly name: string | null;
  readonly deed: AuthorityDeed;
  /** Names that it may make certificates for, where the configuration lists none; empty: those that listeners intercept. */
  readonly domains: readonly string[];
}

/** One certificate of an authority, as it is shown. */
export interface ShownCertificate extends AuthorityCertificate {
  readonly state: AuthorityState;
  readonly permitted: readonly string[];
  /** Intercepted hosts that it does not permit. */
  readonly uncovered: readonly string[];
}

/** An authority as commands show it. */
export interface ShownAuthority {
  readonly name: string;
  readonly directory: string;
  /** True where this call made it. */
  readonly made: boolean;
  readonly current: ShownCertificate;
  readonly next: ShownCertificate | null;
  readonly former: ShownCertificate | null;
}

/** Does a deed and shows the authority after it. Throws an OperatorError where it cannot be done. */
export async function workOnAuthority(config: Config, { name: asked, deed, domains }: AuthorityAsked, clock: Clock = systemClock): Promise<ShownAuthority> {
  const name = asked ?? onlyAuthority(config);
  const written = config.certificates[name];
  const options = written === undefined ? null : authorityOf(written);
  if (options === null) throw new OperatorError(`finding authority '${name}': ${listText(config)}`);
  checkDomains(name, domains, options.domains.length > 0);
  const hosts = interceptedHosts(config.listeners, name);
  const directory = authorityDirectory(config.stateDir, name);
  const place = { name, options: { ...options, domains: domains.length > 0 ? [...domains] : options.domains }, hosts, directory, now: clock.wall() };
  const before = authorityCertificates(directory, place.now);
  if (domains.length > 0 && (deed === "switch" || (deed === "show" && before.current !== null))) throw new OperatorError(`reading --domains: they count when an authority is made; '--next' makes another one beside '${name}'`);
  if (deed === "show" && before.current === null) await underLock(config.stateDir, name, () => makeStored(place));
  if (deed === "next") await prepareSuccessor(place);
  if (deed === "switch") switchToSuccessor(place);
  const certificates = authorityCertificates(directory, place.now);
  if (certificates.current === null) throw new OperatorError(`reading authority '${name}': there is none yet; 'taxgate cert authority ${name}' makes it, and so does the first start that uses it`);
  return shown(name, directory, { ...certificates, current: certificates.current }, deed === "show" && before.current === null, hosts, place.now);
}

function checkDomains(name: string, domains: readonly string[], configured: boolean): void {
  if (domains.length > 0 && configured) throw new OperatorError(`reading --domains: the configuration lists them already, under 'certificates.${name}.authority.domains'`);
  const wrong = domains.find((text) => !isHost(plainHost(text)) && parseNetwork(text) === null);
  if (wrong !== undefined) throw new OperatorError(`reading --domains: got '${wrong}', want host names and IP addresses, separated by commas`);
}

/** A Taxgate that runs makes its authorities itself: two that each make one would have applications trust the wrong one. */
async function underLock(stateDir: string, name: string, make: () => Promise<unknown>): Promise<void> {
  const state = lockState(stateDir);
  if (!state.ok) throw new OperatorError(`making authority '${name}': state directory '${stateDir}': ${state.why}; that Taxgate makes it as soon as a listener of its configuration intercepts with it ('taxgate reload'), and then this command shows it`);
  try {
    await make();
  } finally {
    await state.lock.stop();
  }
}

function authorityNames({ certificates }: Config): string[] {
  return Object.entries(certificates).flatMap(([name, options]) => (options.authority === undefined ? [] : [name]));
}

function listText(config: Config): string {
  const names = authorityNames(config);
  return names.length === 0 ? "the configuration has none; a certificate with 'authority: true' is one" : `the configuration has ${names.map((name) => `'${name}'`).join(", ")}`;
}

function onlyAuthority(config: Config): string {
  const [name, ...more] = authorityNames(config);
  if (name === undefined || more.length > 0) throw new OperatorError(`finding the authority: say which; ${listText(config)}`);
  return name;
}

function shown(name: string, directory: string, { current, next, former }: AuthorityCertificates & { readonly current: AuthorityCertificate }, made: boolean, hosts: readonly string[], now: number): ShownAuthority {
  const one = (certificate: AuthorityCertificate): ShownCertificate => {
    const { permitted } = readSigner(certificate.pem);
    const state = authorityState(certificate.leaf, now);
    return { ...certificate, state, permitted: permitted === null ? [] : permittedText(permitted), uncovered: permitted === null ? [] : notPermitted(permitted, hosts) };
  };
  return { name, directory, made, current: one(current), next: next === null ? null : one(next), former: former === null ? null : one(former) };
}
