import { z } from "zod";
import { name } from "../../base/fields.ts";
import type { EntryAddress, StoredAnswer } from "../entry.ts";

/** What stands under a key: an answer with the marks it counts under, or the names of the fields that choose among several. */
export type SharedRecord = { readonly kind: "answer"; readonly answer: StoredAnswer; readonly marks: readonly string[] } | { readonly kind: "vary"; readonly names: readonly string[] };

// Whoever can write to Redis could have written a record, and its head goes out as it stands: nothing in it may end a line.
// Characters above U+00FF count too, since a head is written as latin1, which cuts U+010A down to a line feed.
const FIELD_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const ms = z.number(); // finite: zod takes no other
const fields = z.array(z.string()).refine((headers) => headers.length % 2 === 0 && headers.every((text, i) => (i % 2 === 0 ? FIELD_NAME : FIELD_VALUE).test(text)));

const addressMeta = z.strictObject({ site: z.string(), route: z.string(), home: z.string(), path: z.string(), query: z.string(), tags: z.array(z.string()) });

const answerMeta = z.strictObject({
  address: addressMeta,
  region: name(),
  status: z.int().min(200).max(599),
  headers: fields,
  selecting: z.array(z.tuple([z.string(), z.string().nullable()])),
  bornAt: ms,
  lifetime: ms,
  staleWhileRevalidate: ms,
  staleIfError: ms,
  marks: z.array(z.string()),
});

const varyMeta = z.strictObject({ vary: z.array(z.string()).min(1).max(100) });

const LENGTH = 4;

/** A record as bytes: length of the meta data, meta data as JSON, body. The key is left out: it names people, and a reader has it. */
export function encodeRecord(record: SharedRecord): Buffer {
  const body = record.kind === "answer" ? record.answer.body : new Uint8Array();
  const meta = Buffer.from(JSON.stringify(record.kind === "answer" ? metaOf(record.answer, record.marks) : { vary: record.names }));
  const length = Buffer.alloc(LENGTH);
  length.writeUInt32BE(meta.length);
  return Buffer.concat([length, meta, body]);
}

function metaOf(answer: StoredAnswer, marks: readonly string[]): z.output<typeof answerMeta> {
  const { site, route, home, path, query, tags } = answer.address;
  return {
    address: { site, route, home, path, query, tags: [...tags] },
    region: answer.region,
    status: answer.status,
    headers: [...answer.headers],
    selecting: answer.selecting.map(([name, value]) => [name, value]),
    // JSON has no infinity.
    bornAt: finite(answer.bornAt),
    lifetime: finite(answer.lifetime),
    staleWhileRevalidate: finite(answer.staleWhileRevalidate),
    staleIfError: finite(answer.staleIfError),
    marks: [...marks],
  };
}

function finite(time: number): number {
  return Math.min(Math.max(time, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** Reads a record that was asked for under `key` (see {@link EntryAddress.key}); null where it is none. */
export function decodeRecord(content: Buffer, key: EntryAddress["key"]): SharedRecord | null {
  if (content.length < LENGTH) return null;
  const end = LENGTH + content.readUInt32BE(0);
  const meta = end > content.length ? undefined : parsed(content.toString("utf8", LENGTH, end));
  const vary = varyMeta.safeParse(meta);
  if (vary.success) return { kind: "vary", names: vary.data.vary };
  const read = answerMeta.safeParse(meta);
  if (!read.success) return null;
  const { marks, address, ...rest } = read.data;
  return { kind: "answer", marks, answer: { ...rest, address: { ...address, key }, body: content.subarray(end) } };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
