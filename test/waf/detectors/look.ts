import type { Detector } from "../../../src/waf/detectors/detector.ts";

/** The marks that a detector tells of a value. */
export function marksOf(detector: Detector, value: string): string[] {
  const marks: string[] = [];
  detector.look(value, (mark) => marks.push(mark));
  return marks;
}

/** The values of which the detector tells nothing but hints. */
export function unseen(detector: Detector, values: readonly string[]): string[] {
  return values.filter((value) => marksOf(detector, value).every((mark) => mark === "hint"));
}

/** A text that counts how many of its characters are read; it does what the detectors ask of a string. */
export function countingText(text: string): { readonly text: string; readonly reads: () => number } {
  let reads = 0;
  const counted = {
    length: text.length,
    charCodeAt: (at: number) => (reads++, text.charCodeAt(at)),
    startsWith: (start: string, at: number) => ((reads += start.length), text.startsWith(start, at)),
    includes: (part: string) => ((reads += text.length), text.includes(part)),
    slice: (from: number, to: number) => ((reads += Math.max(0, Math.min(to, text.length) - from)), text.slice(from, to)),
    indexOf: (part: string, from = 0) => {
      const at = text.indexOf(part, from);
      reads += (at < 0 ? text.length : at) - from;
      return at;
    },
  };
  return { text: counted as unknown as string, reads: () => reads };
}
