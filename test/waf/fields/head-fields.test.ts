import assert from "node:assert/strict";
import test from "node:test";
import { hear, lines, names } from "./heard.ts";

const QUERIES: readonly (readonly [string, string, readonly string[]])[] = [
  ["decodes names and values, and takes '+' for a space", "?a%27=1+or%201%2B1", ["query query:a' = 1 or 1+1"]],
  ["keeps what is no encoding", "a=50%&b=%zz%4", ["query query:a = 50%", "query query:b = %zz%4"]],
  ["joins values of one name", "a=1'/*&b=x&a=*/or 1", ["query query:a = 1'/*", "query query:b = x", "query query:a = */or 1", "query query:a = 1'/*,*/or 1"]],
  ["reads what a reader finds that splits at ';'", "a=1;b=x y", ["query query:a = 1;b=x y", "query query:a = 1", "query query:b = x y"]],
  ["reads a name alone", "union&=x", ["query query: = x"]],
  ["reads GB18030", "a=%D6%D0%CE%C4", ["query query:a = 中文"]],
  ["reads overlong UTF-8 as what it hides", "a=..%c0%af..%e0%80%af", ["query query:a = ../../"]],
  ["reads bytes of no charset as Latin-1", "a=%bf%27%20or", ["query query:a = ¿' or"]],
  ["opens JSON", `a=${encodeURIComponent('{"b":"x"}')}`, ["json query:a>/b = x"]],
];

for (const [name, query, expected] of QUERIES) test(`A query: ${name}`, () => assert.deepEqual(lines(hear({ query })), expected));

test("A query: the steps of nested names are names", () => {
  assert.deepEqual(names(hear({ query: "user[$ne]=1&a.b=2&c[]=3" })), ["user[$ne]", "user", "$ne", "a.b", "c[]", "c"]);
});

test("A path is heard decoded, as a whole and by its segments", () => {
  assert.deepEqual(lines(hear({ path: "/a%20b/%27c/d+e" })), ["path path = /a b/'c/d+e", "path path = a b", "path path = 'c", "path path = d+e"]);
});

test("A segment of a path that is base64 of a text is heard as both", () => {
  const packed = Buffer.from("1' union select x from users").toString("base64url");
  assert.deepEqual(lines(hear({ path: `/a/${packed}` })), [`path path = /a/${packed}`, "path path = a", `path path = ${packed}`, "path path = 1' union select x from users"]);
});

const HEADERS: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ["values are heard under names in small letters", ["User-Agent", "() { :;}; id"], ["header header:user-agent = () { :;}; id"]],
  ["framing is passed over", ["Host", "x", "Content-Length", "1", "Connection", "close", "Transfer-Encoding", "chunked"], []],
  ["cookies are split", ["Cookie", 'a=x y; b="\' or 1"; c; d=e=f'], ["cookie cookie:a = x y", "cookie cookie:b = ' or 1", "cookie cookie: = c", "cookie cookie:d = e=f"]],
  ["a credential of one piece is passed over", ["Authorization", "Bearer eyJhbGciOiJub25lIn0.e30.x"], []],
  ["the user of Basic is heard, the password is not", ["Authorization", `Basic ${Buffer.from("u' or 1:p'").toString("base64")}`], ["header header:authorization = u' or 1"]],
  ["a credential that is none is heard", ["Authorization", "Bearer x' or 1"], ["header header:authorization = Bearer x' or 1"]],
  ["sound media types are passed over", ["Accept", "text/html, */*;q=0.8", "Content-Type", "multipart/form-data; boundary=----x"], []],
  ["others are heard", ["Accept", "text/html' or 1", "Content-Type", "%{(#_='multipart/form-data')}"], ["header header:accept = text/html' or 1", "header header:content-type = %{(#_='multipart/form-data')}"]],
  ["JSON in a header is opened", ["X-Data", '{"a":"x"}'], ["json header:x-data>/a = x"]],
];

for (const [name, headers, expected] of HEADERS) test(`Headers: ${name}`, () => assert.deepEqual(lines(hear({ headers })), expected));

test("Headers: unusual names are heard, and those of cookies", () => {
  assert.deepEqual(names(hear({ headers: ["X-${jndi}", "", "Cookie", "a'b=1"] })), ["x-${jndi}", "a'b"]);
});
