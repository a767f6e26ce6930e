import { parseEvents, YAMLException } from "js-yaml";
import { YamlBuilder, type YamlDocument } from "./yaml-builder.ts";
import { spotFinder, type Spot } from "./yaml-node.ts";

/** Largest document that is read, in characters. */
const MAX_YAML_LENGTH = 1024 * 1024;

const MAX_DEPTH = 32;
const START: Spot = { line: 1, column: 1 };

/**
 * Reads one YAML document into nodes that know where they stand. Anchors are ignored and aliases, merge keys, tags other
 * than `!!str`, complex keys and second documents are faults, so the result is never larger than the text.
 * After a syntax error that one fault is all there is, because the parser stops there. `file` is said in every spot.
 */
export function readYaml(text: string, file?: string): YamlDocument {
  if (text.length > MAX_YAML_LENGTH) return failed(START, `${text.length} characters`, `at most ${MAX_YAML_LENGTH}`);
  const source = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const spotOf = spotFinder(source, file);
  try {
    return new YamlBuilder(source, parseEvents(source, { maxDepth: MAX_DEPTH }), spotOf).document();
  } catch (fault) {
    if (!(fault instanceof YAMLException)) throw fault;
    const spot = fault.mark === undefined ? START : spotOf(Math.min(fault.mark.position, source.length));
    return failed(spot, `a syntax error (${fault.reason.replaceAll(/\s+/g, " ")})`, "YAML 1.2");
  }
}

function failed(at: Spot, got: string, want: string): YamlDocument {
  return { root: null, faults: [{ at, path: [], got, want }] };
}
