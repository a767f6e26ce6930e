/** Words that are looked up where they stand in a text, without cutting them out of it; small and capital letters are the same. */
export interface WordTable {
  /** What the word from `from` up to `to` (not included) was given; 0 where it is none of the table. */
  at(text: string, from: number, to: number): number;
}

/** The small letter for a capital one of ASCII; any other character as it is. */
export function smallLetter(code: number): number {
  return code >= 65 && code <= 90 ? code | 32 : code;
}

/** Makes a table: each group's words (parted by blanks) get the group's number, which is above 0; a word of several groups gets all of them, joined by `|`. */
export function wordTable(groups: readonly (readonly [number, string])[]): WordTable {
  const entries = new Map<string, number>();
  for (const [value, words] of groups) for (const word of words.toLowerCase().split(/\s+/)) if (word !== "") entries.set(word, (entries.get(word) ?? 0) | value);
  let size = 16;
  while (size < entries.size * 4) size *= 2;
  const words = Array.from({ length: size }, () => "");
  const values = new Uint16Array(size);
  let longest = 0;
  for (const [word, value] of entries) {
    let slot = hash(word, 0, word.length) & (size - 1);
    while (values[slot] !== 0) slot = (slot + 1) & (size - 1);
    words[slot] = word;
    values[slot] = value;
    longest = Math.max(longest, word.length);
  }
  return {
    at(text, from, to) {
      if (to - from > longest || to <= from) return 0;
      for (let slot = hash(text, from, to) & (size - 1); ; slot = (slot + 1) & (size - 1)) {
        const value = values[slot] ?? 0;
        if (value === 0 || isWord(words[slot] ?? "", text, from, to)) return value;
      }
    },
  };
}

function hash(text: string, from: number, to: number): number {
  let sum = to - from;
  for (let at = from; at < to; at++) sum = (Math.imul(sum, 31) + smallLetter(text.charCodeAt(at))) | 0;
  return sum ^ (sum >>> 15);
}

function isWord(word: string, text: string, from: number, to: number): boolean {
  if (word.length !== to - from) return false;
  for (let at = from; at < to; at++) if (smallLetter(text.charCodeAt(at)) !== word.charCodeAt(at - from)) return false;
  return true;
}
