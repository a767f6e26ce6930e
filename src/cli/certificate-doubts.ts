import { systemClock, type Clock } from "../base/clock.ts";
import { credentialThing, datedCredentials } from "../certs/expiry/credentials.ts";
import { watchedOf } from "../certs/expiry/held.ts";
import { sentence } from "../certs/expiry/sentence.ts";
import { rankOf, stageOf } from "../certs/expiry/stage.ts";
import { trustedThings } from "../certs/expiry/trusted.ts";
import type { Watched } from "../certs/expiry/watched.ts";
import { readClientDemands } from "../certs/client-demands.ts";
import { inspectKeyPairs, type ReadPairs } from "../certs/key-pairs.ts";
import { readLeaf } from "../certs/leaf.ts";
import { noAuthorities } from "../certs/read-authorities.ts";
import type { Config } from "../config/config.ts";
import type { ProblemLine } from "./world.ts";

/** What is doubtful about certificates, authorities and credentials of a configuration at this moment: what runs out within 14 days among it. Throws an OperatorError where a certificate is broken. */
export function certificateDoubts(file: string, config: Config, clock: Clock = systemClock): ProblemLine[] {
  const now = clock.wall();
  const read = inspectKeyPairs(config.certificates, now);
  const doubts = read.warnings.map(({ name, file: about, message }) => lineAt(about, `certificates.${name}`, message));
  const clients = clientDoubts(config, now);
  const held = heldThings(config, read);
  // Of those that have run out the pair itself has said so.
  const ending = held.filter((thing) => stageOf(thing, now) !== "expired").concat(trustedThings(config)).concat(credentialThings(config, read));
  const soon = ending.map((thing) => ({ ...thing, stage: stageOf(thing, now) })).filter(({ stage }) => rankOf(stage) >= rankOf("14d"));
  return [...doubts, ...clients, ...soon.map((thing) => lineAt(placeOf(thing, file, config), thing.where, `${sentence(thing, now)}${thing.detail === "" ? "" : ` (${thing.detail})`}`))];
}

/** What listeners demand of clients is read as at a start, and refused as there. */
function clientDoubts({ listeners }: Config, now: number): ProblemLine[] {
  return listeners.flatMap(({ tls }, index) => {
    const demands = tls === undefined ? null : readClientDemands(tls, now);
    if (tls?.clientCa === undefined || demands === null) return [];
    const { clientCa, clientCrl = clientCa } = tls;
    return [
      ...noAuthorities(demands.ca).map((subject) => lineAt(clientCa, `listeners[${index}].tls.clientCa`, `'${subject}' is no authority, and lets no client in: the certificate of whoever signed it belongs here`)),
      // What has run out is said with everything else that has.
      ...demands.gaps.filter(({ kind }) => kind !== "expired").map(({ why }) => lineAt(clientCrl, `listeners[${index}].tls.clientCrl`, why)),
    ];
  });
}

function heldThings(config: Config, { pairs }: ReadPairs): Watched[] {
  return [...pairs].flatMap(([name, pair]) => watchedOf({ name, kind: "files", leaf: readLeaf(pair.cert), renewal: null, authority: null, files: null }, { pair, names: [] }, config));
}

function credentialThings({ sites }: Config, { pairs }: ReadPairs): Watched[] {
  return sites.flatMap((site) => datedCredentials(site, (name) => readLeaf(pairs.get(name)?.cert ?? ""))).map(credentialThing);
}

/** The file that somebody has to change. */
function placeOf({ kind, name }: Watched, file: string, { certificates }: Config): string {
  if (kind === "own" || kind === "client") return certificates[name]?.files?.cert ?? file;
  return kind === "bundle" || kind === "revocation-list" ? name : file;
}

function lineAt(file: string, path: string, message: string): ProblemLine {
  return { file, line: 1, column: 1, path, message };
}
