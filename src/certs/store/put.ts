import type { Done } from "../../base/files.ts";

/** Writes a file as a whole, makes its folder where needed, and clears away what killed writers left there. Never throws. */
export type Put = (folder: string, name: string, text: string) => Done;
