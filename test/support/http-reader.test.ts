import { equal } from "node:assert/strict";
import { test } from "node:test";
import { readAnswers, readRequests } from "./http-reader.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

const REQUESTS: readonly (readonly [name: string, text: string, tail: string, messages: number])[] = [
  ["a plain request is read", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "clean", 1],
  ["two requests are read", "GET / HTTP/1.1\r\nHost: a\r\n\r\nPOST /b?c HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi", "clean", 2],
  ["chunks with extension and trailer are read", 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2;a="b;c"\r\nhi\r\n0\r\nX: 1\r\n\r\n', "clean", 1],
  ["a short body is incomplete", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nhi", "incomplete", 0],
  ["half a head is incomplete", "GET / HTTP/1.1\r\nHo", "incomplete", 0],
  ["a chunked body without its end is incomplete", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n", "incomplete", 0],
  ["a bare line feed breaks", "GET / HTTP/1.1\nHost: a\r\n\r\n", "broken", 0],
  ["a bare carriage return breaks", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", "broken", 0],
  ["no Host breaks", "GET / HTTP/1.1\r\n\r\n", "broken", 0],
  ["two Hosts break", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "broken", 0],
  ["length with chunked breaks", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "broken", 0],
  ["two equal lengths break", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", "broken", 0],
  ["another coding breaks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "broken", 0],
  ["chunked in HTTP/1.0 breaks", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "broken", 0],
  ["a folded field breaks", "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n", "broken", 0],
  ["white space before a colon breaks", "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "broken", 0],
  ["a broken triplet breaks", "GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", "broken", 0],
  ["a fragment breaks", "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n", "broken", 0],
  ["absolute form breaks", "GET http://a/ HTTP/1.1\r\nHost: a\r\n\r\n", "broken", 0],
  ["a chunk longer than its size breaks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhigher\r\n0\r\n\r\n", "broken", 0],
  ["a length in a trailer breaks", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 2\r\n\r\n", "broken", 0],
];

for (const [name, text, tail, messages] of REQUESTS) {
  test(`request: ${name}`, () => {
    const reading = readRequests(bytes(text));
    equal(reading.tail, tail);
    equal(reading.messages.length, messages);
  });
}

const ANSWERS: readonly (readonly [name: string, text: string, method: string, ended: boolean, tail: string, messages: number])[] = [
  ["an interim answer and a final one are read", "HTTP/1.1 103 E\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "GET", false, "clean", 2],
  ["an answer to HEAD has no body", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n", "HEAD", false, "clean", 1],
  ["until close is complete after a clean close", "HTTP/1.1 200 OK\r\n\r\nhi", "GET", true, "clean", 1],
  ["until close is incomplete after a reset", "HTTP/1.1 200 OK\r\n\r\nhi", "GET", false, "incomplete", 0],
  ["a body behind 204 is another, broken answer", "HTTP/1.1 204 N\r\n\r\nhi\r\n", "GET", true, "broken", 1],
  ["a length in 204 breaks", "HTTP/1.1 204 N\r\nContent-Length: 0\r\n\r\n", "GET", true, "broken", 0],
  ["a status of four digits breaks", "HTTP/1.1 2000 OK\r\n\r\n", "GET", true, "broken", 0],
  ["a missing space after the status breaks", "HTTP/1.1 200\r\n\r\n", "GET", true, "broken", 0],
];

for (const [name, text, method, ended, tail, messages] of ANSWERS) {
  test(`answer: ${name}`, () => {
    const reading = readAnswers(bytes(text), [method], ended);
    equal(reading.tail, tail);
    equal(reading.messages.length, messages);
  });
}
