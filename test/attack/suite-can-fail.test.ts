import { ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { startNaiveProxy } from "../support/naive-proxy.ts";
import type { ProxyUnderTest } from "../support/proxy-under-test.ts";
import { startRecordingUpstream, type RecordingUpstream } from "../support/recording-upstream.ts";
import { ANSWER_TABLES } from "./answer-tables.ts";
import { REQUEST_TABLES } from "./request-tables.ts";
import { runAnswerCase } from "./run-answer-case.ts";
import { runRequestCase } from "./run-request-case.ts";

let upstream: RecordingUpstream;
let proxy: ProxyUnderTest;

before(async () => {
  upstream = await startRecordingUpstream();
  proxy = await startNaiveProxy(upstream.port);
});

after(async () => {
  await proxy.stop();
  await upstream.close();
});

const FAULTS = ["HTTP/1.0 with chunked", "odd: gzip then chunked", "bad: two different", "malformed-target: /a\\b"];

for (const one of Object.values(REQUEST_TABLES).flat().filter(({ name }) => FAULTS.includes(name))) {
  test(`a twelve-line proxy fails "${one.name}"`, async () => {
    ok((await runRequestCase(one, proxy.port, upstream)).some(({ rule }) => rule === "safety"));
  });
}

for (const one of Object.values(ANSWER_TABLES).flat().filter(({ name }) => name === "until close, reset" || name === "conflict: xchunked")) {
  test(`a twelve-line proxy fails "${one.name}"`, async () => {
    ok((await runAnswerCase(one, proxy.port, upstream)).some(({ rule }) => rule === "safety"));
  });
}
