import type { Random } from "../../src/base/random.ts";
import { attacks } from "../waf/corpus/attacks.ts";
import { between, pick } from "../waf/corpus/grammar.ts";
import type { Sent } from "../waf/generated/sent.ts";
import { escapeXml } from "../waf/generated/write-xml.ts";

/** A family of values, one for each length. */
export interface Candidate {
  readonly carrier: string;
  /** Stands once before. */
  readonly head: string;
  /** Stand by turns as often as it takes. `#` in them is a number that counts up where `counts` is set. */
  readonly units: readonly string[];
  /** Stands once behind. */
  readonly tail: string;
  readonly counts: boolean;
  /** In place of repeating all: the first unit for a half, then the last for the other. */
  readonly nests: boolean;
}

const JSON_TYPE = ["content-type", "application/json"];
const XML_TYPE = ["content-type", "application/xml"];
const NO_BODY = Buffer.alloc(0);

/** Where a value stands; the raw ones break the syntax around it. */
const CARRIERS: Readonly<Record<string, (text: string) => Sent>> = {
  "json string": (text) => post(JSON_TYPE, JSON.stringify({ note: text })),
  "json name": (text) => post(JSON_TYPE, JSON.stringify({ [text]: 1 })),
  "json raw": (text) => post(JSON_TYPE, text),
  "json members": (text) => post(JSON_TYPE, `{"a":[${text}]}`),
  "json escaped": (text) => post(JSON_TYPE, `{"note":"${Array.from(text, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`).join("")}"}`),
  "json base64": (text) => post(JSON_TYPE, JSON.stringify({ document: Buffer.from(text).toString("base64") })),
  "xml text": (text) => post(XML_TYPE, `<a><b>${escapeXml(text)}</b></a>`),
  "xml attribute": (text) => post(XML_TYPE, `<a b="${escapeXml(text)}"/>`),
  "xml raw": (text) => post(XML_TYPE, `<a>${text}</a>`),
  "xml tag": (text) => post(XML_TYPE, `<a ${text}></a>`),
  "xml dtd": (text) => post(XML_TYPE, `<!DOCTYPE a [${text}]><a/>`),
  query: (text) => ({ method: "GET", path: `/api/codes?q=${encodeURIComponent(text.toWellFormed())}`, headers: [], body: NO_BODY }),
  "query raw": (text) => ({ method: "GET", path: `/api/codes?${text}`, headers: [], body: NO_BODY }),
  form: (text) => post(["content-type", "application/x-www-form-urlencoded"], text),
  multipart: (text) => post(["content-type", "multipart/form-data; boundary=b"], `--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n${text}\r\n--b--\r\n`),
  "multipart raw": (text) => post(["content-type", "multipart/form-data; boundary=b"], text),
  text: (text) => post(["content-type", "text/plain"], text),
  header: (text) => ({ method: "GET", path: "/api/codes", headers: ["x-note", text.replaceAll(/[^\x20-\x7e]/g, " ")], body: NO_BODY }),
  cookie: (text) => ({ method: "GET", path: "/api/codes", headers: ["cookie", text.replaceAll(/[^\x20-\x7e]/g, " ")], body: NO_BODY }),
};

const SIGNS = Array.from("'\"`()[]{}<>;,.:/\\|&$#%*+-=!?@^~_ \t\n\r0aAxé中\0\u{ff07}\u{200b}");
const PIECES = [
  "/*", "*/", "/**/", "--", "<!--", "-->", "<![CDATA[", "]]>", "<?", "?>", "${", "{{", "}}", "{%", "%}", "<%", "%>", "&#", "&#x", "&amp;", "&lt;", "\\u00", "\\x", "%25", "%2", "%u", "%27", "%252527", "../", "..\\", "./", "//", "\\\\", "''", "\"\"", "\\'", "\\\"", "'||'", "or ", "and ", "select ", "union ", "(select", "case when ", "between ", "like ", "http://", "@", "://a@", "$(", "`", "<<<", "$((", "data:", "javascript:", "<a ", "<a b=", "<script", "</", "on", "onx=", "\r\n", "\r\nA: b", "%0d%0a", "*)(", "(&", "(|", "//a[", "::", "O:8:\"", "a:1:{", "rO0AB", "!!", "{\"a\":", "[[", "\"a#\":1,", "<a#>", "a#=1&", "a#=\"b\" ", "<!ENTITY a# \"b\">", "&a#;", "a,", "1,", "0x", "1e1", ".1", "$$", "$a$", "q'[", "N'", "e'", "/*!50000", ";a=", "--b\r\n", "=?utf-8?q?", "=cmd|", "eval(", "a.b.", "a->", "__", "import ",
];
const PARTS = attacks().flatMap(({ value }) => value.split(/(?<=[^\w])|(?=[^\w])/).filter((part) => part !== ""));
const WHOLE = attacks().map(({ value }) => value);

/** A new candidate; one in `known` is bred from, more often than not. `patterns`: fixed parts of the rules' own patterns. */
export function nextCandidate(known: readonly Candidate[], patterns: readonly string[], random: Random): Candidate {
  if (known.length > 0 && random.next() < 0.6) return mutated(pick(known, random), patterns, random);
  return {
    carrier: pick(Object.keys(CARRIERS), random),
    head: random.next() < 0.5 ? "" : piece(patterns, random),
    units: Array.from({ length: between(1, 3, random) }, () => piece(patterns, random)),
    tail: random.next() < 0.6 ? "" : piece(patterns, random),
    counts: random.next() < 0.3,
    nests: random.next() < 0.15,
  };
}

function mutated(from: Candidate, patterns: readonly string[], random: Random): Candidate {
  const next = piece(patterns, random);
  switch (between(0, 6, random)) {
    case 0: return { ...from, carrier: pick(Object.keys(CARRIERS), random) };
    case 1: return { ...from, head: random.next() < 0.5 ? next : from.head + next };
    case 2: return { ...from, tail: random.next() < 0.5 ? next : from.tail + next };
    case 3: return { ...from, units: [...from.units, next].slice(-5) };
    case 4: return { ...from, units: from.units.length > 1 ? from.units.slice(1) : [next] };
    case 5: return { ...from, units: from.units.map((unit, i) => (i === 0 ? unit + pick(SIGNS, random) : unit)) };
    default: return { ...from, counts: !from.counts, nests: random.next() < 0.3 };
  }
}

function piece(patterns: readonly string[], random: Random): string {
  const way = random.next();
  if (way < 0.25) return pick(SIGNS, random);
  if (way < 0.5) return pick(PIECES, random);
  if (way < 0.7) return pick(PARTS, random);
  if (way < 0.8 && patterns.length > 0) return pick(patterns, random);
  const whole = pick(WHOLE, random);
  return way < 0.9 ? whole : whole.slice(0, between(1, whole.length, random));
}

/** The candidate's value at about this length, in characters. */
export function valueOf({ head, units, tail, counts, nests }: Candidate, length: number): string {
  const parts: string[] = [];
  const [first = "x", last = first] = [units[0], units.at(-1)];
  for (let at = 0, left = length; left > 0; at++) {
    const unit = nests ? (left > length / 2 ? first : last) : (units[at % units.length] ?? "x");
    const text = counts ? unit.replaceAll("#", String(at)) : unit;
    parts.push(text);
    left -= Math.max(1, text.length);
  }
  return head + parts.join("") + tail;
}

/** The request that carries it. */
export function requestOf(candidate: Candidate, length: number): Sent {
  const carry = CARRIERS[candidate.carrier];
  if (carry === undefined) throw new Error(`carrying a value: got carrier '${candidate.carrier}'`);
  return carry(valueOf(candidate, length));
}

function post(headers: readonly string[], body: string): Sent {
  return { method: "POST", path: "/submit", headers, body: Buffer.from(body) };
}
