import { plainForm } from "./atoms.ts";

/*
 * Many texts looked for in one pass (Aho and Corasick): a table of states, one step for a character, whatever the text holds.
 */

/** Stands for any character beyond ASCII. */
export const IN_NO_TEXT = 128;

/** A text that is looked for, and what it stands for. */
export interface Wanted {
  /** ASCII, in plain form. */
  readonly text: string;
  /** Bits that it sets. */
  readonly bits: number;
  /** A pattern that is to be tried where it stands; -1: none. */
  readonly pattern: number;
}

/** The table of an automaton over ASCII in plain form. */
export interface ScanTable {
  /** Class of each character code below 128, and of IN_NO_TEXT; 0 stands in no text. */
  readonly classes: Uint8Array;
  /** `next[(state << shift) | class]` is the state after one more character; 0 is the start. */
  readonly next: Uint16Array | Uint32Array;
  readonly shift: number;
  /** By state: bits of the texts that end there. */
  readonly bits: Int32Array;
  /** By state: patterns of the texts that end there; null: none. */
  readonly patterns: readonly (Int32Array | null)[];
}

interface Node {
  readonly to: Map<number, number>;
  readonly patterns: Set<number>;
  bits: number;
  fail: number;
}

/** Makes the table. Characters beyond ASCII in a text are an error of the caller's: it would never be found. */
export function scanTable(wanted: readonly Wanted[]): ScanTable {
  const classes = classesOf(wanted);
  const nodes = treeOf(wanted, classes);
  const shift = Math.ceil(Math.log2(Math.max(...classes) + 1));
  const next = new (nodes.length > 0xffff ? Uint32Array : Uint16Array)(nodes.length << shift);
  // In the order of their depth, so that the state to fall back to is complete before it is asked.
  const queue = [0];
  for (const state of queue) {
    const node = nodes[state] as Node;
    const fallback = nodes[node.fail] as Node;
    if (state !== 0) {
      node.bits |= fallback.bits;
      for (const pattern of fallback.patterns) node.patterns.add(pattern);
    }
    for (let sign = 0; sign < 1 << shift; sign++) {
      const target = node.to.get(sign);
      const other = state === 0 ? 0 : (next[(node.fail << shift) | sign] as number);
      next[(state << shift) | sign] = target ?? other;
      if (target === undefined) continue;
      (nodes[target] as Node).fail = other;
      queue.push(target);
    }
  }
  return { classes, next, shift, bits: Int32Array.from(nodes, ({ bits }) => bits), patterns: nodes.map(({ patterns }) => (patterns.size === 0 ? null : Int32Array.from(patterns))) };
}

/** Capital letters and kinds of white space share the class of their plain form. */
function classesOf(wanted: readonly Wanted[]): Uint8Array {
  const used = [...new Set(wanted.flatMap(({ text }) => Array.from(plainForm(text))))];
  const classes = new Uint8Array(IN_NO_TEXT + 1);
  for (let code = 0; code < IN_NO_TEXT; code++) classes[code] = used.indexOf(plainForm(String.fromCharCode(code))) + 1;
  return classes;
}

function treeOf(wanted: readonly Wanted[], classes: Uint8Array): Node[] {
  const nodes: Node[] = [emptyNode()];
  for (const { text, bits, pattern } of wanted) {
    let state = 0;
    for (const character of plainForm(text)) {
      const node = nodes[state] as Node;
      const sign = classes[character.charCodeAt(0)] as number;
      const known = node.to.get(sign);
      if (known === undefined) {
        nodes.push(emptyNode());
        node.to.set(sign, nodes.length - 1);
      }
      state = known ?? nodes.length - 1;
    }
    const last = nodes[state] as Node;
    last.bits |= bits;
    if (pattern >= 0) last.patterns.add(pattern);
  }
  return nodes;
}

function emptyNode(): Node {
  return { to: new Map(), patterns: new Set(), bits: 0, fail: 0 };
}
