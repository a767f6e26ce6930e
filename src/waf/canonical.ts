import { withoutCodeEscapes } from "./canonical/code-escapes.ts";
import { withoutEntities } from "./canonical/entities.ts";
import { folded } from "./canonical/look-alikes.ts";
import { withoutPercent } from "./canonical/percent-escapes.ts";
import { withOpenComments } from "./canonical/sql-comments.ts";

/** Encodings inside encodings are undone so often. */
const ROUNDS = 3;
/** What any of the forms could change: nothing else costs more than this look. */
const HOT = /[\ufe00-\ufe0f%&\\\0-\x1f\x7f\xad\u017f\u02b9-\u02bc\u02c8\u037e\u0387\u180e\u200b-\u206f\u2070-\u209c\u2100-\u214f\u2212\u2215\u2216\u2223\u2236\u2329\u232a\u24b6-\u24e9\u2768-\u2775\u3000\u3008\u3009\ufe50-\ufe6b\ufeff\uff02-\uff04\uff06\uff07\uff0a\uff0b\uff0d\uff0f\uff1b-\uff1e\uff20-\uff5d\ud835\udb40]|\/\*/;
const CONTROL = /[\0-\x1f\x7f]+|\\(?:\r\n|\r|\n)/g;
const ODD_CONTROL = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|\\[\r\n]/;
const LINE_OR_TAB = /[\t\n\r]/;

/**
 * The value, and then at most three other forms that differ from it and from each other. First with all encodings undone, three
 * rounds deep (percent, `%u`, entities of HTML, escapes of program texts), look-alikes folded to ASCII, and without letters that
 * nobody sees; then that with SQL's comments opened; then that without control characters, for words that are broken by them.
 * Linear, and no form is longer than the value.
 */
export function canonicalForms(value: string): readonly string[] {
  if (!HOT.test(value)) return [value];
  const plain = folded(decoded(value));
  const forms = [value];
  add(forms, plain);
  if (plain.includes("/*")) add(forms, withOpenComments(plain));
  if (ODD_CONTROL.test(plain) || (LINE_OR_TAB.test(plain) && plain.includes(":"))) add(forms, plain.replaceAll(CONTROL, ""));
  return forms;
}

function add(forms: string[], form: string): void {
  if (form !== "" && !forms.includes(form)) forms.push(form);
}

function decoded(value: string): string {
  let reached = value;
  for (let round = 0; round < ROUNDS; round++) {
    const next = withoutCodeEscapes(withoutEntities(withoutPercent(reached)));
    if (next === reached) break;
    reached = next;
  }
  return reached;
}
