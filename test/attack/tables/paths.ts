import { arrivesGet, attack, bytes, either, forwarded, get, refused, type RequestCase } from "../attack-case.ts";

const policy = { isPolicy: true } as const;

/** Codes by spelling: refused because upstreams read them in different ways. */
const REFUSED: readonly (readonly [code: string, ...targets: string[]])[] = [
  ["encoded-slash", "/a%2fb", "/a%2Fb", "/%2f", "/a%2f..%2fb", "/..%2f", "/a/..%2fb", "/a%5cb", "/a%5Cb", "/%5c..%5c", "/a/%2e%2e%2fb", "/.%2e%5c", "//%2f"],
  ["encoded-nul", "/%00", "/a%00.html", "/a/%00/b", "/a%00"],
  ["encoded-percent", "/%25", "/a%25b", "/%252f", "/%252e%252e/", "/%25%32%66", "/%2500", "/%25252f", "/a%255cb"],
  ["encoded-dot-segment", "/%2e", "/%2e/", "/%2e%2e", "/%2E%2E/", "/a/%2e%2e/b", "/a/%2E%2e/b", "/a/.%2e/b", "/a/%2e./b", "/a/%2e/b", "/%2e%2e/%2e%2e/etc/passwd", "/a/b/%2e%2e"],
  ["path-parameters", "/a;b", "/a;jsessionid=1", "/;", "/a;/b", "/a/..;/b", "/..;/", "/a/.;/b", "/a;a=b/../c", "/a%3bb/;"],
  ["fragment", "/a#b", "/#", "/a?b#c", "/#/../a"],
  ["malformed-target", "/%", "/a%", "/a%2", "/%zz", "/%u002f", "/%g0", "/a%2%66", "/%-1", "/%%", "/a\\b", "/\\..\\a", '/"', "/<a>", "/{a}", "/a|b", "/a^b", "/a`b", "/[a]", "/a?%zz", "/a?%"],
  
];

/** Characters that RFC 3986 does not allow in a query, though browsers send some: refused, or forwarded as triplets. */
const RAW_QUERIES = ["/a?b<c", '/a?"', "/a?b\\c", "/a?b{c}", "/a?b|c", "/a?b^c`", "/a?[b]"];

/** Bytes that no target may hold; a parser refuses them before anybody judges the path. */
const BYTES = ["/\xe9", "/\xc3\xa9", "/a\x80", "/\xff", "/\xc0\xaf", "/a\x7f", "/\x01", "/a\0b", "/a\x0bb", "/a?\xe9", "/\xe5\x8c\x97", "/a?\xc3\xa9", "/\x1b"];

/** Overlong and broken UTF-8 behind triplets: legal bytes of a path, never to become `/` or `.`. */
const OVERLONG = ["/%c0%af", "/%c0%ae%c0%ae/", "/%e0%80%af", "/%f0%80%80%af", "/a%c1%9cb", "/%ff", "/%80", "/%ef%bc%8f", "/%e2%80%ae", "/%0a", "/%0d%0a", "/%0d%0aX-Evil:%201", "/%09", "/%7f", "/%1b"];

/** Plain dot segments and empty segments: refused, kept, or resolved, but always to a meaning within the path. */
const DOTS: readonly (readonly [target: string, ...forms: string[]])[] = [
  ["/a/../b", "/b"], ["/a/./b", "/a/b"], ["/./a", "/a"], ["/../a", "/a"], ["/a/..", "/"], ["/a/.", "/a/"], ["/..", "/"], ["/.", "/"],
  ["/a/b/../../c", "/c"], ["/../../../etc/passwd", "/etc/passwd"], ["/a/../../b", "/b"], ["/a//../b", "/a/b", "/b"],
  ["//a", "//a", "/a"], ["/a//b", "/a//b", "/a/b"], ["//", "//", "/"], ["/a//", "/a//", "/a/"], ["//gate.example/a", "//gate.example/a", "/gate.example/a"], ["///", "///", "/"],
];

/** Triplets of unreserved characters mean the character, and that form is forwarded (RFC 3986 section 6.2.2.2). */
const UNRESERVED: readonly (readonly [target: string, form: string])[] = [
  ["/%41", "/A"], ["/%61dmin", "/admin"], ["/a%2db", "/a-b"], ["/%7Euser", "/~user"], ["/a%5fb", "/a_b"], ["/a%2Eb", "/a.b"], ["/%30", "/0"], ["/ap%69/invoices", "/api/invoices"],
];

const LEGAL = [
  "/", "/a", "/a/", "/a.b", "/...", "/a/...", "/.a", "/a..b", "/..a", "/a~b", "/~", "/-_.~", "/!$&'()*+,=", "/@:", "/a:b@c", "/a=b,c", "/a+b", "/(a)",
  "/'a'", "/*", "/a&b", "/%20", "/a%20b", "/%e5%8c%97%e4%ba%ac", "/%E5%8C%97", "/%3f", "/%23", "/%3F%23", "/%22", "/%7b%7d", "/%c3%a9", "/%40", "/%3a",
  "/%2b", "/%2c", "/%3d", "/%26",
  "/a?", "/?", "/a?b", "/a?b=c&d=e", "/a??", "/a?/", "/a?b/c?d", "/a?..", "/a?../../b", "/a?;", "/a?a;b", "/a?%2f", "/a?%2F%5c", "/a?%25", "/a?%252f",
  "/a?%00", "/a?%2e%2e", "/a?%23", "/a?@:", "/a?!$'()*+,", "/a?a=b=c", "/a?&&", "/a?=", "/a?%41", "/a?q=%e5%8c%97", "/a?http://evil.example/",
  "/a?a%20b", "/a?%0d%0a",
  `/${"p".repeat(8000)}`, `/a?${"q".repeat(8000)}`, `/${"s/".repeat(1000)}`,
];

/** Two triplets in other case mean the same; either may be forwarded. */
function spellings(target: string): string[] {
  return [target, target.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase())];
}

/** Paths and queries: one canonical form is judged, and exactly that form goes on. */
export const PATHS: readonly RequestCase[] = [
  ...REFUSED.flatMap(([code, ...targets]) => targets.map((target) => attack(`${code}: ${target}`, get(target), refusedFor(code, target)))),
  ...RAW_QUERIES.map((target) => attack(`raw query: ${target}`, get(target), either(arrivesGet(target.replace(/[<>"\\{}|^`[\]]/g, encodeURIComponent))))),
  ...BYTES.map((target) => attack(`bytes: ${JSON.stringify(target)}`, get(target), refused(["malformed-request", "malformed-target"]))),
  ...OVERLONG.map((target) => attack(`overlong: ${target}`, get(target), either(arrivesGet(spellings(target))))),
  ...DOTS.map(([target, ...forms]) => attack(`dots: ${target}`, get(target), { ...either(arrivesGet(forms)), isPolicy: true })),
  ...UNRESERVED.map(([target, form]) => attack(`unreserved: ${target}`, get(target), { ...forwarded(arrivesGet(form)), isPolicy: true })),
  ...LEGAL.map((target) => attack(`legal: ${target.length > 60 ? `${target.length} characters of ${target.slice(0, 4)}` : target}`, get(target), forwarded(arrivesGet(spellings(target))))),
  { ...attack("legal: target split between segments", "", forwarded(arrivesGet("/split?here"))), pieces: ["GET /spl", "it?he", "re HTT", "P/1.1\r", "\nHost: gate.example\r\n\r", "\n"].map(bytes) },
];

/** Where several rules are broken at once, either code is right; what counts as broken syntax is refused by every proxy. */
function refusedFor(code: string, target: string): RequestCase["expect"] {
  if (code === "malformed-target") return refused(["malformed-target", "malformed-request"]);
  const others = [/%2f|%5c/i.test(target) ? "encoded-slash" : code, /%2e|\.\.|\.;/i.test(target) ? "encoded-dot-segment" : code, /;/.test(target) ? "path-parameters" : code];
  return refused([...new Set([code, ...others])], policy);
}
