/** Letters that nobody sees, and NUL, at which some readers stop and others do not. */
const UNSEEN = /[\ufe00-\ufe0f\0\xad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]|\udb40[\udc00-\udfff]/g;
/** Full-width and small forms, and letters of other alphabets for formulas, circles, raised and lowered. */
const COMPATIBLE = /[\u017f\u037e\u2070-\u209c\u2100-\u214f\u24b6-\u24e9\u3000\ufe50-\ufe6b\uff01-\uff5e]|\ud835[\udc00-\udfff]/g;
/** What looks like a mark of ASCII, and is turned into it by some databases. */
const MARKS = /[\u02b9-\u02bc\u02c8\u0387\u2018-\u201b\u201c-\u201f\u2032-\u2037\u2039\u203a\u2044\u2212\u2215\u2216\u2223\u2236\u2329\u232a\u2768-\u2775\u3008\u3009]/g;
/** How far the full-width forms are from ASCII. */
const FULL_WIDTH = 0xfee0;
const MARK_OF: Readonly<Record<string, string>> = {
  ...named("\u02b9\u02bb\u02bc\u02c8\u2018\u2019\u201a\u201b\u2032\u2035", "'"),
  ...named("\u02ba\u201c\u201d\u201e\u201f\u2033\u2036\u2034\u2037", '"'),
  ...named("\u2039\u2329\u3008\u276e\u2770", "<"),
  ...named("\u203a\u232a\u3009\u276f\u2771", ">"),
  ...named("\u2768\u276a", "("),
  ...named("\u2769\u276b", ")"),
  ...named("\u2774", "{"),
  ...named("\u2775", "}"),
  ...named("\u2044\u2215", "/"),
  "\u2212": "-",
  "\u2216": "\\",
  "\u2223": "|",
  "\u2236": ":",
  "\u0387": ";",
};

/** Look-alikes as the ASCII letters that they look like, without letters that nobody sees. Never longer than the value; linear. */
export function folded(value: string): string {
  return value.replaceAll(UNSEEN, "").replaceAll(COMPATIBLE, compatible).replaceAll(MARKS, (mark) => MARK_OF[mark] ?? mark);
}

function compatible(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code >= 0xff01) return String.fromCharCode(code - FULL_WIDTH);
  const plain = letter.normalize("NFKC");
  return plain.length <= letter.length ? plain : letter;
}

function named(letters: string, mark: string): Record<string, string> {
  return Object.fromEntries(Array.from(letters).map((letter) => [letter, mark]));
}
