import { hostKind } from "./url-hosts.ts";
import { onceEach, type Detector } from "./detector.ts";
import { isNameCharacter } from "./scan.ts";
import { wordTable } from "./word-table.ts";

const DANGEROUS = wordTable([[1, "gopher dict ldap ldaps ldapi jar netdoc file tftp sftp php phar zip zlib glob expect ogg ssh2 rar data local_file rmi iiop jndi mailto_ smb smtp imap pop3 telnet redis memcached mysql compress.zlib compress.bzip2 view-source unix netdoc file2 url verylocal"]]);
const OPEN_TO_READ = wordTable([[1, "file php phar zip zlib expect jar netdoc gopher dict rar ssh2 glob compress.zlib compress.bzip2 ogg local_file rmi ldap ldaps iiop tftp sftp ldapi view-source unix"]]);

const MARKS = {
  loopback: "an address of this machine, in any spelling (127.1, 0x7f000001, [::1], localhost, names that lead there)",
  metadata: "the metadata service of a cloud",
  private: "an address of a private network in a URL",
  disguised: "a URL whose host is a number in an unusual spelling, or hidden behind a user name",
  scheme: "a scheme that reads files or speaks other protocols (gopher:, dict:, file:, php:, jar:)",
} as const;
type Mark = keyof typeof MARKS;

/** URLs that lead where a server can go and its clients cannot. Looks at what stands behind each `://`, and at a value that begins with `//`. */
export const urlDetector: Detector = {
  name: "url",
  marks: MARKS,
  look(value, found) {
    const tell = onceEach<Mark>(found);
    if (isSlash(value.charCodeAt(0)) && isSlash(value.charCodeAt(1))) tell(judgeHost(value, 2));
    for (let at = value.indexOf(":"); at >= 0; at = value.indexOf(":", at + 1)) {
      if (!isSlash(value.charCodeAt(at + 1)) && !isQuotedScheme(value, at)) continue;
      const from = schemeStart(value, at);
      if (from === at || value.charCodeAt(from) < 65) continue;
      if (OPEN_TO_READ.at(value, from, at) !== 0) tell(isReading(value, from, at) ? "scheme" : null);
      else if (DANGEROUS.at(value, from, at) === 0 && !isSlash(value.charCodeAt(at + 2)) && !isWebScheme(value, from, at)) continue;
      tell(judgeHost(value, at + 1));
    }
  },
};

function isWebScheme(value: string, from: number, at: number): boolean {
  return /^(https?|ftps?|wss?|url)$/i.test(value.slice(Math.max(from, at - 8), at));
}

/** `php:filter`, `jar:http:`, `url:file:`: a scheme before another. */
function isQuotedScheme(value: string, at: number): boolean {
  const head = value.slice(Math.max(0, at - 4), at).toLowerCase();
  return head.endsWith("jar") || head.endsWith("url") || head.endsWith("http") || head.endsWith("ttps");
}

function schemeStart(value: string, at: number): number {
  let from = at;
  while (at - from < 16 && (isNameCharacter(value.charCodeAt(from - 1)) || value.charCodeAt(from - 1) === 46 || value.charCodeAt(from - 1) === 45)) from--;
  return from;
}

/** A reading scheme counts with two slashes and something behind them, or with one where a path follows. */
function isReading(value: string, from: number, at: number): boolean {
  const isDouble = isSlash(value.charCodeAt(at + 2));
  let end = at + (isDouble ? 3 : 2);
  while (end - at < 12 && isSlash(value.charCodeAt(end))) end++;
  const next = value.charCodeAt(end);
  const isPath = isNameCharacter(next) || next === 46 || next === 37 || next === 126 || next === 36 || next === 123 || next === 91 || next === 42 || next === 63 || next > 127;
  return isPath && (isDouble || from === 0);
}

/** Judges the authority that begins behind the slashes at `from`. */
function judgeHost(value: string, from: number): Mark | null {
  let start = from;
  while (start - from < 8 && (isSlash(value.charCodeAt(start)) || value.charCodeAt(start) === 9)) start++;
  const end = authorityEnd(value, start);
  const authority = value.slice(start, end);
  // Readers differ about which of two hosts counts (`http://a@b`, `http://a#@b`): each of them is looked at.
  let mark: Mark | null = null;
  for (const part of authority.split(/[@#\\,; ]/, 4)) mark = worse(mark, hostKind(part));
  return mark;
}

function worse(one: Mark | null, other: Mark | null): Mark | null {
  const order: readonly (Mark | null)[] = ["metadata", "loopback", "disguised", "private", null];
  return order.indexOf(one) <= order.indexOf(other) ? one : other;
}

const LONGEST = 300;

function authorityEnd(value: string, from: number): number {
  let end = from;
  while (end < value.length && end - from < LONGEST) {
    const code = value.charCodeAt(end);
    if (code === 47 || code === 63 || code === 34 || code === 39 || code === 60 || code === 62 || code === 10 || code === 13 || code === 96 || code === 41 || code === 125) break;
    if (code === 32 && value.charCodeAt(end + 1) !== 64) break;
    end++;
  }
  return end;
}

function isSlash(code: number): boolean {
  return code === 47 || code === 92;
}
