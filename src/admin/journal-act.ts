import { z } from "zod";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";
import type { ByHandState } from "../journal/by-hand.ts";
import type { Operator } from "./authenticate.ts";
import { MOST_LISTED, readTime } from "./journal-filter.ts";
import { isEntryId, without } from "./journal-read.ts";
import type { JournalViews } from "./journal-views.ts";
import { json, problem } from "./message.ts";
import { quoted, refused, type Read } from "./parameters.ts";

/*
 * Actions on the journal. What they take stands in a JSON body, never in the address: reasons and numbers belong into no
 * access log of a proxy in between.
 */

const TO = ["accepted", "rejected", "released", "expired"] as const satisfies readonly ByHandState[];
const FIELD_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const FIELD_VALUE = /^[\x20-\x7e]*$/;

const entry = { id: z.string().refine(isEntryId, { error: () => "want 32 hexadecimal digits" }), revision: z.int().min(1).optional(), reason: z.string().max(10_000) };
const answer = z.strictObject({ status: z.int().min(200).max(599), contentType: z.string().regex(/^[!-~][ -~]{0,200}$/, { error: () => "want a content type" }).default("application/json"), body: z.string().max(500_000).default("") });
const resolveBody = z.strictObject({ ...entry, to: z.enum(TO), reference: z.string().optional(), answer: answer.optional() });
const releaseBody = z.strictObject(entry);
const backupBody = z.strictObject({ name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/, { error: () => "want the name of a file, without a path" }).optional() });
const emptyBody = z.strictObject({});
const reconcileBody = z.strictObject({
  from: z.string(),
  to: z.string().optional(),
  site: z.string().optional(), route: z.string().optional(), taxpayer: z.string().optional(), region: z.string().optional(),
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(MOST_LISTED).default(MOST_LISTED),
  headers: z.record(z.string().toLowerCase().regex(FIELD_NAME), z.string().regex(FIELD_VALUE)).default({}),
});

/** The body of a request as a shape; an empty one is an empty object. */
function readBody<Shape>({ body, query }: OwnRequest, shape: z.ZodType<Shape>): Read<Shape> {
  if (query !== "") return refused("this call takes its parameters as JSON in the body, none in the address");
  let value: unknown;
  try {
    value = body.byteLength === 0 ? {} : JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return refused("the body is not JSON in UTF-8");
  }
  const read = shape.safeParse(value);
  if (read.success) return { ok: true, value: read.data };
  const [issue] = read.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "the body" : quoted(issue.path.join("."));
  const said = issue?.message ?? "not understood";
  return refused(`${where}: ${said.charAt(0).toLowerCase()}${said.slice(1)}`);
}

/** Who decides and from where, as the log keeps it. */
function whoOf(operator: Operator | null, { peer }: OwnRequest): string {
  return `${operator?.name ?? "nobody"} from ${peer.address}`;
}

type Order = Omit<z.output<typeof resolveBody>, "to"> & { readonly to: ByHandState };

async function decide(order: Order, by: string, views: JournalViews): Promise<OwnAnswer> {
  const { id, revision = null, to, reference = null, answer, reason } = order;
  const stored = answer === undefined ? null : { status: answer.status, headers: ["Content-Type", answer.contentType], body: Buffer.from(answer.body) };
  const kept = await views.decide({ id, revision, to, reference, answer: stored, reason, by });
  if (!kept.ok) return without(kept);
  if (kept.value.result === "done") return json(200, kept.value);
  if (kept.value.refusal === "wrong-order") return problem("bad-parameter", kept.value.why);
  return json(kept.value.refusal === "unknown" ? 404 : 409, kept.value);
}

/** Decides about an entry by hand. */
export async function resolveAnswer(request: OwnRequest, views: JournalViews, operator: Operator | null): Promise<OwnAnswer> {
  const body = readBody(request, resolveBody);
  return body.ok ? decide(body.value, whoOf(operator, request), views) : problem(body.code, body.detail);
}

/** Frees the key of an entry: the next try is sent. */
export async function releaseAnswer(request: OwnRequest, views: JournalViews, operator: Operator | null): Promise<OwnAnswer> {
  const body = readBody(request, releaseBody);
  return body.ok ? decide({ ...body.value, to: "released" }, whoOf(operator, request), views) : problem(body.code, body.detail);
}

/** Checks everything that is stored; as long as there is data. */
export async function verifyAnswer(request: OwnRequest, views: JournalViews): Promise<OwnAnswer> {
  const body = readBody(request, emptyBody);
  if (!body.ok) return problem(body.code, body.detail);
  const kept = await views.verify();
  return kept.ok ? json(200, kept.value) : without(kept);
}

/** Copies the journal into the state directory's folder of backups. */
export async function backupAnswer(request: OwnRequest, views: JournalViews): Promise<OwnAnswer> {
  const body = readBody(request, backupBody);
  if (!body.ok) return problem(body.code, body.detail);
  const kept = await views.backup(body.value.name ?? null);
  if (!kept.ok) return without(kept);
  return json(kept.value.result === "done" ? 200 : 409, kept.value);
}

/** Asks the platform about a piece of a span. */
export async function reconcileAnswer(request: OwnRequest, views: JournalViews): Promise<OwnAnswer> {
  const body = readBody(request, reconcileBody);
  if (!body.ok) return problem(body.code, body.detail);
  const { from, to, after, limit, headers, ...names } = body.value;
  const now = views.now();
  const first = readTime("from", from, now);
  if (!first.ok) return problem(first.code, first.detail);
  const last = to === undefined ? { ok: true as const, value: now } : readTime("to", to, now);
  if (!last.ok) return problem(last.code, last.detail);
  if (first.value >= last.value) return problem("bad-parameter", "nothing lies between: 'from' is not before 'to'");
  const filter = Object.fromEntries(Object.entries(names).filter(([, name]) => name !== undefined));
  const kept = await views.reconcile({ from: first.value, to: last.value, filter, after, limit, headers: Object.entries(headers).flat() });
  return kept.ok ? json(200, kept.value) : without(kept);
}
