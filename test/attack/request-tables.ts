import type { RequestCase } from "./attack-case.ts";
import { CHUNKED } from "./tables/chunked.ts";
import { CONTENT_LENGTH } from "./tables/content-length.ts";
import { HEADER_FIELDS } from "./tables/header-fields.ts";
import { HOP_BY_HOP } from "./tables/hop-by-hop.ts";
import { HOST } from "./tables/host.ts";
import { OPT_INS } from "./tables/opt-ins.ts";
import { PATHS } from "./tables/paths.ts";
import { PIPELINING } from "./tables/pipelining.ts";
import { REQUEST_LINE } from "./tables/request-line.ts";
import { TRANSFER_ENCODING } from "./tables/transfer-encoding.ts";

/** All attacks from the client's side, by family. */
export const REQUEST_TABLES: Readonly<Record<string, readonly RequestCase[]>> = {
  "content length": CONTENT_LENGTH,
  "transfer encoding": TRANSFER_ENCODING,
  chunked: CHUNKED,
  "header fields": HEADER_FIELDS,
  "request line": REQUEST_LINE,
  host: HOST,
  paths: PATHS,
  "hop by hop": HOP_BY_HOP,
  pipelining: PIPELINING,
  "opt-ins": OPT_INS,
};
