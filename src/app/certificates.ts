import { createCommandRunner } from "../base/run-command.ts";
import { instantText } from "../base/instant.ts";
import { systemRandom } from "../base/random.ts";
import { createCertificates, type CertificateEvents, type Certificates } from "../certs/certs.ts";
import type { CertificatesConfig } from "../certs/coming.ts";
import { inspectKeyPairs } from "../certs/key-pairs.ts";
import { createWebhookCaller } from "../certs/webhook.ts";
import type { Env } from "../config/load.ts";
import { formatPath, type Problem } from "../config/problem.ts";
import type { Log } from "../observe/log.ts";
import type { Surroundings } from "../pipeline/generation.ts";
import type { Generations } from "./generations.ts";
import type { Doors } from "./listeners.ts";

/** Makes the certificates of the process: what becomes of them is told to log and metrics, and `changed` to whoever shows them: a reload shows by itself what it takes into use. */
export function watchedCertificates({ clock, log, metrics }: Surroundings, env: Env, changed: (name: string) => void): Certificates {
  const events: CertificateEvents = {
    changed(name, leaf, by) {
      metrics.certificateSwapped(name);
      if (leaf === null) log.error("certificate has run out: there is nothing to show", { certificate: name });
      else log.info("certificate in use", { certificate: name, names: leaf.names, notAfter: instantText(leaf.notAfter), fingerprint: leaf.fingerprint });
      if (by === "renewal") changed(name);
    },
    ordering: (name, { why, issuer, rehearsal }) => log.info("ordering a certificate", { certificate: name, why, authority: issuer, rehearsal }),
    ordered(name, { why, issuer, rehearsal, result, detail, ms }) {
      metrics.certificateOrdered(name, result);
      const facts = { certificate: name, why, authority: issuer, rehearsal, ms: Math.round(ms) };
      if (result === "issued") log.info("certificate ordered", facts);
      else log.warn("ordering a certificate failed", { ...facts, kind: result, detail });
    },
    moved(name, state) {
      if (state === "alarm") log.error("certificate in danger: it cannot be renewed", { certificate: name, see: `taxgate cert show ${name}` });
      else log.info("renewal of a certificate has another state", { certificate: name, state });
    },
    challenge(name, what, record, why) {
      if (what === "left") log.warn("what an authority was shown stays behind: take it away by hand", { certificate: name, record, why });
      else log.warn("other processes cannot show this to the authority", { certificate: name, host: record, why });
    },
    storeFault: (path, why) => log.error("a file of the certificate store was passed over", { path, why }),
    hookRan: (name, { how, ok, why, took }) => log[ok ? "info" : "warn"]("hook of a certificate ran", { certificate: name, how, ok, why, ms: Math.round(took) }),
    kept: (name, why) => log.warn("a new certificate is not used: the previous one stays in use", { certificate: name, why }),
  };
  return createCertificates({ clock, random: systemRandom, run: createCommandRunner(clock, env), call: createWebhookCaller(clock), events });
}

/** Tells what clients will object to in certificates that stand in files, and what an operator should mend. Throws an OperatorError where one is broken. */
export function tellDoubts({ certificates }: CertificatesConfig, { clock, log }: Pick<Surroundings, "clock" | "log">): void {
  for (const { name, file, message } of inspectKeyPairs(certificates, clock.wall()).warnings) log.warn("certificate needs attention", { certificate: name, file, why: message });
}

/** Which certificates' files are among what is wrong with a configuration, with why. */
export function refusedFiles(problems: readonly Problem[], { status }: Pick<Certificates, "status">): Map<string, string> {
  const all = status().flatMap(({ name }) => {
    const own = `${formatPath(["certificates", name, "files"])}.`;
    return problems.flatMap(({ path, message }): [string, string][] => (path.startsWith(own) ? [[name, message]] : []));
  });
  return new Map(all);
}

/** Tells of hosts that are intercepted with an authority which was made before they were listed: nobody is answered under their names. */
export function tellUncovered(certificates: Pick<Certificates, "status">, log: Pick<Log, "warn">): void {
  for (const { name, authority } of certificates.status()) {
    if (authority !== null && authority.uncovered.length > 0) log.warn("authority does not permit hosts that are intercepted with it", { certificate: name, hosts: authority.uncovered, see: `taxgate cert show ${name}` });
  }
}

/** Whoever shows certificates. */
export interface Showing {
  readonly generations: Generations;
  readonly doors: Doors;
  readonly certificates: Certificates;
  readonly log: Log;
}

/** Gives what is called when another certificate is to be shown: by listeners for connections to come, toward platforms by new connections. */
export function showAgain({ generations, doors, certificates, log }: Showing): (name: string) => void {
  return (name) => {
    const config = generations.config();
    try {
      doors.show(config, certificates);
    } catch (fault) {
      log.error("showing another certificate failed: the one before is shown on", { certificate: name, fault: String((fault as Error).stack ?? fault) });
    }
    const isClients = config.sites.some(({ regions }) => regions.some(({ upstream }) => upstream.tls.clientCertificate === name));
    if (isClients) void generations.renew();
  };
}
