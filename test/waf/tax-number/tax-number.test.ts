import assert from "node:assert/strict";
import { test } from "node:test";
import { isOrganisationCode } from "../../../src/waf/tax-number/cn-15.ts";
import { TAX_NUMBERS, type TaxNumberFormat } from "../../../src/waf/tax-number/tax-number.ts";

interface Cases {
  /** Numbers that their owners publish, or that are public examples. */
  readonly right: readonly string[];
  readonly wrong: readonly string[];
  /** Places where any other character of the same kind is found; none where the scheme promises nothing. */
  readonly found: (text: string) => readonly number[];
}

const all = (text: string): number[] => Array.from({ length: text.length }, (_, at) => at);
const digits = (text: string): number[] => all(text).filter((at) => /[0-9]/.test(text[at] as string));
const none = (): number[] => [];

const CASES: Readonly<Record<TaxNumberFormat, Cases>> = {
  "cn-uscc": {
    right: ["91100000100003962T", "91330100799655058B", "9144030071526726XG", "914403001922038216", "911100007109250324"],
    wrong: ["", "91100000100003962", "91100000100003962t", "91100000100003962I", "99999999999999999T", "91990000100003962T", "91100000100003962T ", " 91100000100003962T", "110105491231002"],
    found: all,
  },
  "cn-15": {
    right: ["44030071526726X", "440300192203821", "110000710925032", "110105491231002"],
    wrong: ["440300192203822", "990300192203821", "110105491331008", "44030071526726x", "4403001922038210", "91100000100003962T"],
    found: none,
  },
  "pl-nip": { right: ["5260001246", "526-000-12-46", "774-00-01-454", "5252344078"], wrong: ["0000000000", "526000124", "PL5260001246", "5260-001246", "52600012460", "５２６０００１２４６"], found: (text) => digits(text) },
  "pl-context": { right: ["5260001246-12345", "5260001246-DE811569869", "PPL123456"], wrong: ["5260001246", "5260001247-12345", "5260001246-1234", "5260001246-DE811569868", "ppl123456"], found: (text) => (text.startsWith("P") ? [] : digits(text).slice(0, 10)) },
  "my-tin": { right: ["C20990050040", "IG115002000", "EI00000000010"], wrong: ["X20990050040", "C2099", "20990050040", "c20990050040", "C2099005004012345"], found: none },
  "sa-vat": { right: ["399999999900003", "310122393500003"], wrong: ["299999999900003", "399999999900004", "39999999990003", "3999999999000033"], found: (text) => [0, text.length - 1] },
  "hu-tax": { right: ["10625790-4-44", "10625790", "10537914-4-44", "10625790444"], wrong: ["00000000", "10625790-9-44", "10625790-4", "1062579", "HU10625790"], found: (text) => all(text).slice(0, 8) },
  "es-nif": { right: ["12345678Z", "X1234567L", "A28015865", "A15075062", "Q2826000H", "P2807900B"], wrong: ["12345678z", "1234567Z", "I28015865", "Q28260008", "A2801586E", "ESA28015865"], found: digits },
  "in-gstin": { right: ["27AAPFU0939F1ZV", "29AAGCB7383J1Z4", "27AADCB2230M1ZT"], wrong: ["27aapfu0939f1zv", "00AAPFU0939F1ZV", "27AAPFU0939F1Z", "29AABCT1332L000"], found: all },
  "eu-vat": {
    right: ["PL5260001246", "DE811569869", "DE136695976", "FR40303265045", "FR83404833048", "IT00743110157", "BE0403019261", "BE0428759497", "ATU13585627", "DK13585628", "FI20774740", "LU15027442", "HU10625790", "ESA28015865", "SE556188840401"],
    wrong: ["5260001246", "GB123456789", "__proto__", "constructor", "PL", "DE011569869", "IT00743119993", "pl5260001246", "NL004495445B0", "HU10625790-4-44"],
    // Of a Swedish number the last two digits count establishments.
    found: (text) => digits(text).filter((at) => !(text.startsWith("SE") && at > 11)),
  },
};

/** Every text that differs in one place, by another character of the same kind. */
function* neighbours(text: string, places: readonly number[]): Generator<string> {
  for (const at of places) {
    const kind = /[0-9]/.test(text[at] as string) ? "0123456789" : /[A-Z]/.test(text[at] as string) ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "";
    for (const other of kind) if (other !== text[at]) yield text.slice(0, at) + other + text.slice(at + 1);
  }
}

for (const [format, { right, wrong, found }] of Object.entries(CASES)) {
  const isRight = TAX_NUMBERS[format as TaxNumberFormat];
  test(`${format} takes numbers that exist and refuses what is none`, () => {
    for (const text of right) assert.ok(isRight(text), text);
    for (const text of wrong) assert.ok(!isRight(text), text);
  });
  test(`${format} finds every single wrong character where its scheme promises that`, () => {
    for (const text of right) for (const other of neighbours(text, found(text))) assert.ok(!isRight(other), `${other} instead of ${text}`);
  });
}

test("forms of the Union that are given out in two ways take both, and other ends of one number are told apart", () => {
  const cases: readonly (readonly [string, boolean])[] = [["NL004495445B01", true], ["NL004495446B01", false], ["NL123456782B12", true], ["PT501964843", true], ["PT501964844", false], ["FRK7399859412", true], ["IE6388047V", true], ["EL094259216", true]];
  for (const [text, isTaken] of cases) assert.equal(TAX_NUMBERS["eu-vat"](text), isTaken, text);
});

test("an organisation code's check character may be an X, and every single wrong digit is found", () => {
  for (const code of ["71526726X", "192203821", "710925032"]) {
    assert.ok(isOrganisationCode(code), code);
    for (const other of neighbours(code, digits(code))) assert.ok(!isOrganisationCode(other), other);
  }
});
