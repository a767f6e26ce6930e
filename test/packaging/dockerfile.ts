/** One instruction of a Dockerfile: its keyword in capitals, and the rest with continued lines joined. */
export interface Instruction { readonly keyword: string; readonly rest: string }

/** One `FROM … [AS name]` and what follows it. */
export interface Stage { readonly image: string; readonly name: string | undefined; readonly instructions: readonly Instruction[] }

function instructionsOf(text: string): Instruction[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '').split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [keyword = '', ...rest] = line.trim().split(/\s+/);
    return { keyword: keyword.toUpperCase(), rest: rest.join(' ') };
  });
}

/** The stages of a Dockerfile in their order. Reads what ours uses: no heredocs, no build arguments. */
export function readStages(text: string): Stage[] {
  const stages: { image: string; name: string | undefined; instructions: Instruction[] }[] = [];
  for (const instruction of instructionsOf(text)) {
    if (instruction.keyword === 'FROM') {
      const [image = '', , name] = instruction.rest.split(' ');
      stages.push({ image, name, instructions: [] });
    } else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** The last instruction of a keyword in a stage, as Docker counts it; undefined where there is none. */
export function lastOf(stage: Stage, keyword: string): string | undefined {
  return stage.instructions.findLast((instruction) => instruction.keyword === keyword)?.rest;
}

/** The words of an exec form (`["node", "x"]`), or undefined for the shell form, which would put a shell before the signals. */
export function execForm(rest: string | undefined): string[] | undefined {
  const array = rest?.slice(rest.indexOf('['));
  return array?.startsWith('[') === true ? (JSON.parse(array) as string[]) : undefined;
}
