/** The contents of every fence of a language, such as `yaml`, in order. */
export function fences(markdown: string, language: string): string[] {
  return [...markdown.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].filter(([, name]) => name === language).map(([, , body]) => body as string);
}

/** Every piece of code inside a line, outside fences. */
export function inlineCode(markdown: string): string[] {
  return [...markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`\n]+)`/g)].map(([, span]) => span as string);
}

/** The rows of the table whose head begins so, as cells, without head and rule. Throws where there is none. */
export function tableAfter(markdown: string, head: string): string[][] {
  const lines = markdown.split('\n');
  const start = lines.findIndex((line) => line.startsWith(head));
  if (start < 0) throw new Error(`reading a table: none begins with '${head}'`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith('|'));
  return rest.slice(0, end).map((line) => line.split(/(?<!\\)\|/).slice(1, -1).map((cell) => cell.trim()));
}
