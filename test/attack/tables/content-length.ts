import { arrivesPost, attack, either, forwarded, post, refused, type RequestCase } from "../attack-case.ts";

const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: gate.example\r\n\r\n";
const CHUNKED_END = "0\r\n\r\n";

/** Content-Length against Transfer-Encoding: RFC 9112 section 6.1 lets a proxy refuse, and nothing else is safe. */
const CONFLICTS: readonly RequestCase[] = [
  ["length before chunked", ["Content-Length: 5", "Transfer-Encoding: chunked"]],
  ["chunked before length", ["Transfer-Encoding: chunked", "Content-Length: 5"]],
  ["length far before chunked", ["Content-Length: 5", "X-A: 1", "X-B: 2", "Transfer-Encoding: chunked"]],
  ["zero length with chunked", ["Content-Length: 0", "Transfer-Encoding: chunked"]],
  ["length in other case with chunked", ["CONTENT-LENGTH: 5", "transfer-encoding: chunked"]],
  ["length with a coding nobody knows", ["Content-Length: 5", "Transfer-Encoding: x"]],
  ["length with empty coding", ["Content-Length: 5", "Transfer-Encoding:"]],
  ["length with identity", ["Content-Length: 5", "Transfer-Encoding: identity"]],
  ["length named in Connection with chunked", ["Connection: Content-Length", "Content-Length: 5", "Transfer-Encoding: chunked"]],
  ["chunked named in Connection with length", ["Connection: Transfer-Encoding", "Transfer-Encoding: chunked", "Content-Length: 5"]],
].map(([name, lines]) => attack(`conflict: ${String(name)}`, post(lines as string[], `${CHUNKED_END}${SMUGGLED}`), refused("framing-conflict")));

const ODD_VALUES: readonly (readonly [name: string, ...lines: string[]])[] = [
  ["twice the same", "Content-Length: 2", "Content-Length: 2"],
  ["twice, larger second", "Content-Length: 2", "Content-Length: 60"],
  ["twice, smaller second", "Content-Length: 60", "Content-Length: 2"],
  ["twice, first zero", "Content-Length: 0", "Content-Length: 2"],
  ["three times", "Content-Length: 2", "Content-Length: 2", "Content-Length: 2"],
  ["twice, second empty", "Content-Length: 2", "Content-Length:"],
  ["list of equals", "Content-Length: 2, 2"],
  ["list of equals without space", "Content-Length: 2,2"],
  ["list of different", "Content-Length: 2, 60"],
  ["list with empty member", "Content-Length: 2,"],
  ["list starting empty", "Content-Length: ,2"],
  ["plus sign", "Content-Length: +2"],
  ["minus sign", "Content-Length: -2"],
  ["minus zero", "Content-Length: -0"],
  ["hexadecimal", "Content-Length: 0x2"],
  ["hexadecimal digit", "Content-Length: a"],
  ["fraction", "Content-Length: 2.0"],
  ["exponent", "Content-Length: 2e0"],
  ["underscore", "Content-Length: 0_2"],
  ["two numbers", "Content-Length: 2 2"],
  ["tab between digits", "Content-Length: 6\t2"],
  ["quoted", 'Content-Length: "2"'],
  ["word", "Content-Length: two"],
  ["semicolon", "Content-Length: 2;a=b"],
  ["empty", "Content-Length:"],
  ["only space", "Content-Length:   "],
  ["too large for 64 bits", "Content-Length: 18446744073709551618"],
  ["thirty digits", "Content-Length: 999999999999999999999999999999"],
  ["vertical tab before", "Content-Length: \x0b2"],
  ["form feed after", "Content-Length: 2\x0c"],
  ["NUL after", "Content-Length: 2\0"],
  ["NUL before", "Content-Length: \x002"],
  ["no-break space before", "Content-Length: \xa02"],
  ["full-width digit", "Content-Length: \xef\xbc\x92"],
  ["folded", "Content-Length: 2\r\n 0"],
  ["folded with tab", "Content-Length:\r\n\t2"],
];

const LARGE = [
  ["beyond 2^53", "9007199254740993"],
  ["largest of 64 bits", "18446744073709551615"],
  ["largest signed", "9223372036854775807"],
] as const;

/** Every spelling of Content-Length that servers have been known to read in two ways, and those that are legal. */
export const CONTENT_LENGTH: readonly RequestCase[] = [
  ...CONFLICTS,
  ...ODD_VALUES.map(([name, ...lines]) => attack(`odd: ${name}`, post(lines, `hi${SMUGGLED}`), refused(["framing-conflict", "malformed-request"]))),
  ...LARGE.map(([name, digits]) => attack(`large: ${name}`, post([`Content-Length: ${digits}`], "hi"), refused(["framing-conflict", "malformed-request", "body-too-large"], { statuses: [400, 413] }))),
  attack("legal: leading zeros", post(["Content-Length: 0002"], "hi"), either(arrivesPost("hi"))),
  attack("legal: trailing spaces", post(["Content-Length: 2  "], "hi"), forwarded(arrivesPost("hi"))),
  attack("legal: trailing tab", post(["Content-Length: 2\t"], "hi"), forwarded(arrivesPost("hi"))),
  attack("legal: leading tab", post(["Content-Length:\t2"], "hi"), forwarded(arrivesPost("hi"))),
  attack("legal: no space", post(["Content-Length:2"], "hi"), forwarded(arrivesPost("hi"))),
  attack("legal: odd case", post(["cOnTeNt-LeNgTh: 2"], "hi"), forwarded(arrivesPost("hi"))),
  attack("legal: zero", post(["Content-Length: 0"], ""), forwarded(arrivesPost(""))),
  attack("legal: a field that only resembles it", post(["Content-Length: 2", "Content_Length: 60"], "hi"), either(arrivesPost("hi"))),
  { ...attack("short: fewer bytes than announced", post(["Content-Length: 20"], "hi"), refused([], { statuses: [400, 408, 499] })), afterwards: "half-close" },
  { ...attack("short: no byte of the body", post(["Content-Length: 20"], ""), refused([], { statuses: [400, 408, 499] })), afterwards: "half-close" },
  { ...attack("short: reset inside the body", post(["Content-Length: 20"], "hi"), refused([])), afterwards: "reset" },
];
