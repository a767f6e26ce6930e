import { z } from "zod";
import type { Clock } from "../../base/clock.ts";
import { done, type Step } from "./fault.ts";
import { address, isGood, readAs, refused } from "./read-answer.ts";
import type { Answer, Transport } from "./transport.ts";

/** What an authority offers, and where (RFC 8555 section 7.1.1). */
const document = z.object({
  newNonce: address,
  newAccount: address,
  newOrder: address,
  /** RFC 9773 section 4. */
  renewalInfo: address.optional(),
  meta: z
    .object({
      externalAccountRequired: z.boolean().optional(),
      /** By name, with a description for people (draft-ietf-acme-profiles). */
      profiles: z.record(z.string(), z.unknown()).optional(),
    })
    .prefault({}),
});

/** See {@link document}. */
export type Directory = z.output<typeof document>;

/** The directory of one authority, fetched when it is needed. */
export interface DirectoryKeeper {
  /** The one that is known, where it is not too old, else a new one. */
  get(transport: Transport): Promise<Step<Directory>>;
  /** It may have changed: the next `get` fetches it. */
  forget(): void;
  /** When it was fetched, monotonic ms; -Infinity: never. */
  fetchedAt(): number;
}

const DOING = "fetching the directory";
const NONE_THERE = "there is no directory of the protocol at this address";

/** Is this the detail of a failure whose cause is the address of the directory? */
export function isWrongDirectory(detail: string): boolean {
  return detail.startsWith(DOING) && detail.endsWith(NONE_THERE);
}

/** How long it is taken to be true. */
const KEPT_MS = 3_600_000;

/** Knows nothing at first. */
export function createDirectoryKeeper(url: string, clock: Clock): DirectoryKeeper {
  let known: { readonly directory: Directory; readonly at: number } | null = null;
  return {
    async get(transport) {
      if (known !== null && clock.now() - known.at < KEPT_MS) return done(known.directory);
      const step = await fetchDirectory(url, transport, clock);
      if (step.ok) known = { directory: step.value, at: clock.now() };
      return step;
    },
    forget() {
      known = null;
    },
    fetchedAt: () => known?.at ?? -Infinity,
  };
}

/** An authority that is busy or bars us answers otherwise. */
function isOther({ status }: Answer): boolean {
  return status < 400 || status === 404 || status === 410;
}

async function fetchDirectory(url: string, transport: Transport, clock: Clock): Promise<Step<Directory>> {
  const step = await transport.send({ method: "GET", url, doing: DOING, headers: { accept: "application/json" } });
  if (!step.ok) return step;
  const read = isGood(step.value) ? readAs(document, DOING, step.value) : refused(DOING, step.value, clock);
  if (read.ok || read.fault.failure.kind !== "server" || !isOther(step.value)) return read;
  const { failure } = read.fault;
  return { ok: false, fault: { ...read.fault, failure: { ...failure, detail: `${failure.detail}; ${NONE_THERE}` } } };
}
