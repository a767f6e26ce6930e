/** A value that was found; `text` is unescaped for a string and the source text otherwise. */
export interface JsonFound {
  readonly kind: "found";
  readonly text: string;
  readonly type: "string" | "number" | "boolean" | "null" | "object" | "array";
}

type Failure = { readonly kind: "missing" | "duplicate" | "malformed" | "too-deep" };

const [QUOTE, COMMA, COLON, BACKSLASH, MINUS, ZERO, DOT] = [0x22, 0x2c, 0x3a, 0x5c, 0x2d, 0x30, 0x2e];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
const ESCAPED: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
/** Strings are looked at byte by byte up to here. */
const SHORT = 64;
/** What ends the plain part of a string before its quote. */
const ODD = /[\\\u0000-\u001f]/;
const INDEX = /^(0|[1-9][0-9]{0,9})$/;
const [MALFORMED, TOO_DEEP] = [{ kind: "malformed" }, { kind: "too-deep" }] as const;

/** Ends a scan from any depth; never leaves this file. */
class Stop extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.kind);
    this.failure = failure;
  }
}

/** One pass over a JSON text in valid UTF-8, looking for the value at `steps`. The rest is checked and skipped. */
export class JsonScan {
  readonly #bytes: Buffer;
  readonly #steps: readonly string[];
  readonly #maxDepth: number;
  #at = 0;
  #depth = 0;
  #found: JsonFound | null = null;
  #duplicate = false;

  constructor(body: Uint8Array, steps: readonly string[], maxDepth: number) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    this.#steps = steps;
    this.#maxDepth = maxDepth;
  }

  /** Reads to the end: only a whole text that is JSON says anything about its parts. */
  read(): JsonFound | Failure {
    try {
      if (this.#bytes[0] === 0xef && this.#bytes[1] === 0xbb && this.#bytes[2] === 0xbf) this.#at = 3;
      this.#value(0);
      this.#space();
      if (this.#at < this.#bytes.length) return MALFORMED;
    } catch (stop) {
      if (stop instanceof Stop) return stop.failure;
      throw stop;
    }
    if (this.#duplicate) return { kind: "duplicate" };
    return this.#found ?? { kind: "missing" };
  }

  /** Reads one value. `step` says how many steps of the pointer lead here; -1 when it is beside the way. */
  #value(step: number): void {
    this.#space();
    const start = this.#at;
    const byte = this.#bytes[start];
    const type = byte === OPEN_OBJECT ? "object" : byte === OPEN_LIST ? "array" : byte === QUOTE ? "string" : this.#bare(byte);
    if (type === "object" || type === "array") this.#container(type, step === this.#steps.length ? -1 : step);
    else if (type === "string") this.#string();
    if (step === this.#steps.length) this.#take(type, start);
  }

  #take(type: JsonFound["type"], start: number): void {
    this.#found ??= { kind: "found", type, text: type === "string" ? this.#unescaped(start) : this.#slice(start) };
    if (type === "string" && !this.#found.text.isWellFormed()) throw new Stop(MALFORMED);
  }

  #container(type: "object" | "array", step: number): void {
    if (++this.#depth > this.#maxDepth) throw new Stop(TOO_DEEP);
    this.#at++;
    if (type === "object") this.#members(step);
    else this.#items(step);
    this.#depth--;
  }

  #members(step: number): void {
    const wanted = step < 0 ? undefined : this.#steps[step];
    let seen = false;
    if (this.#ends(CLOSE_OBJECT)) return;
    do {
      this.#space();
      const start = this.#at;
      if (this.#bytes[start] !== QUOTE) throw new Stop(MALFORMED);
      this.#string();
      const onTheWay = wanted !== undefined && this.#unescaped(start) === wanted;
      if (onTheWay && seen) this.#duplicate = true;
      this.#space();
      this.#expect(COLON);
      this.#value(onTheWay && !seen ? step + 1 : -1);
      seen ||= onTheWay;
    } while (this.#continues(CLOSE_OBJECT));
  }

  #items(step: number): void {
    const wanted = step < 0 ? "" : (this.#steps[step] ?? "");
    const index = INDEX.test(wanted) ? Number(wanted) : -1;
    if (this.#ends(CLOSE_LIST)) return;
    let item = 0;
    do this.#value(item++ === index ? step + 1 : -1);
    while (this.#continues(CLOSE_LIST));
  }

  #ends(close: number): boolean {
    this.#space();
    if (this.#bytes[this.#at] !== close) return false;
    this.#at++;
    return true;
  }

  #continues(close: number): boolean {
    if (this.#ends(close)) return false;
    this.#expect(COMMA);
    return true;
  }

  #expect(byte: number): void {
    if (this.#bytes[this.#at] !== byte) throw new Stop(MALFORMED);
    this.#at++;
  }

  #space(): void {
    for (let byte = this.#bytes[this.#at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; ) byte = this.#bytes[++this.#at];
  }

  #string(): void {
    const leap = this.#at + SHORT;
    for (let byte = this.#bytes[++this.#at]; byte !== QUOTE; byte = this.#bytes[++this.#at]) {
      if (byte === undefined || byte < 0x20) throw new Stop(MALFORMED);
      if (byte === BACKSLASH) this.#escape();
      else if (this.#at === leap) this.#leap();
    }
    this.#at++;
  }

  /** Documents in base64 are most of some bodies: what needs no look at each byte is passed over at once. */
  #leap(): void {
    const quote = this.#bytes.indexOf(QUOTE, this.#at);
    if (quote < 0) throw new Stop(MALFORMED);
    const odd = this.#bytes.toString("latin1", this.#at, quote).search(ODD);
    this.#at = (odd < 0 ? quote : this.#at + odd) - 1;
  }

  #escape(): void {
    const byte = this.#bytes[++this.#at] ?? 0;
    if (ESCAPED.has(byte)) return;
    if (byte !== 0x75) throw new Stop(MALFORMED);
    for (let digit = 0; digit < 4; digit++) if (!isHex(this.#bytes[++this.#at] ?? 0)) throw new Stop(MALFORMED);
  }

  #bare(byte: number | undefined): "number" | "boolean" | "null" {
    if (byte === MINUS || isDigit(byte)) return this.#number();
    for (const word of ["true", "false", "null"] as const) {
      if (this.#bytes.toString("latin1", this.#at, this.#at + word.length) !== word) continue;
      this.#at += word.length;
      return word === "null" ? "null" : "boolean";
    }
    throw new Stop(MALFORMED);
  }

  #number(): "number" {
    if (this.#bytes[this.#at] === MINUS) this.#at++;
    if (this.#bytes[this.#at] === ZERO) this.#at++;
    else this.#digits();
    if (this.#bytes[this.#at] === DOT) {
      this.#at++;
      this.#digits();
    }
    if (((this.#bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      const sign = this.#bytes[++this.#at];
      if (sign === 0x2b || sign === MINUS) this.#at++;
      this.#digits();
    }
    return "number";
  }

  #digits(): void {
    if (!isDigit(this.#bytes[this.#at])) throw new Stop(MALFORMED);
    while (isDigit(this.#bytes[this.#at])) this.#at++;
  }

  #slice(start: number): string {
    return this.#bytes.toString("utf8", start, this.#at);
  }

  /** The string from its quote at `start` to the place that was reached; already checked, so it parses. */
  #unescaped(start: number): string {
    const raw = this.#bytes.toString("utf8", start + 1, this.#at - 1);
    return raw.includes("\\") ? String(JSON.parse(`"${raw}"`)) : raw;
  }
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isHex(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66);
}
