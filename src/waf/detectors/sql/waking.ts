import { FIRST_LETTERS } from "./suspicion.ts";
import { SQL_WORDS } from "./vocabulary.ts";

/*
 * What has to stand in a value for it to hold SQL. Quotes and brackets stand in every other name and measure, so that they wake
 * only beside a word or sign with which SQL goes on; the others wake by themselves.
 */

/** Longer words are told by their beginnings. */
const TELLING = 4;
const SHORT = 3;

const words = SQL_WORDS.filter((word) => word.length > SHORT).map((word) => word.slice(0, TELLING));
const short = SQL_WORDS.filter((word) => word.length <= SHORT);
const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)].filter((text, _, all) => !all.some((other) => other !== text && text.includes(other)));

/** Each of these wakes. */
export const SQL_CHARACTERS = "`=<>;#@|!_\\";

/** So does each of these. */
export const SQL_TEXTS: readonly string[] = ["--", "&&", "/*", "*/", "::", "or ", ...unique(SQL_WORDS.filter((word) => word.length >= SHORT && FIRST_LETTERS.includes(word.slice(0, SHORT))).map((word) => word.slice(0, TELLING)))];

/** A quote with an operator or a word; a bracket or lone operator with a word, or with a short one beside the bracket. */
export const SQL_PAIRS: readonly { readonly characters: string; readonly words: readonly string[] }[] = [
  { characters: "'\"", words: unique(["+", "-", "*", "/", "%", "^", "~", "&", "?", ...words, ...short.flatMap((word) => [`'${word}`, `"${word}`, `)${word}`, ` ${word}`])]) },
  { characters: "()&*", words: unique([...words, ...short.flatMap((word) => [`${word}(`, `${word} (`, `)${word}`, `) ${word}`, `(${word}`, `( ${word}`])]) },
];
