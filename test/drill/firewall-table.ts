import { columns } from "../bench/table.ts";
import { total, type Tables, type Wrong } from "../waf/runs.ts";

/** Share of each row that was stopped, by column, with a last row and a last column of all. */
export function shareTable(title: string, tables: Tables): string {
  const heads = headsOf(tables);
  const cell = (part: Tables, column?: string): string => {
    const { stopped, of } = total(part, column);
    return of === 0 ? "–" : `${((stopped * 100) / of).toFixed(1)} % of ${of}`;
  };
  const line = (name: string, part: Tables): string[] => [name, ...heads.map((head) => cell(part, head)), cell(part)];
  return columns([[title, ...heads, "all"], ...Object.entries(tables).map(([name, row]) => line(name, { [name]: row })), line("all", tables)]);
}

/** How many of each row were stopped though they are honest, by column. */
export function falseTable(title: string, tables: Tables): string {
  const heads = headsOf(tables);
  const cell = (part: Tables, column?: string): string => {
    const { stopped, of } = total(part, column);
    return of === 0 ? "–" : `${stopped} of ${of}`;
  };
  const line = (name: string, part: Tables): string[] => [name, ...heads.map((head) => cell(part, head)), cell(part)];
  return columns([[title, ...heads, "all"], ...Object.entries(tables).map(([name, row]) => line(name, { [name]: row })), line("all", tables)]);
}

/** One line a value, with the places where it stood and what was seen where most was. */
export function wrongLines(tables: Tables): string {
  const byValue = new Map<string, { readonly wrong: Wrong; readonly carriers: Set<string> }>();
  for (const wrong of total(tables).wrong) {
    const key = `${wrong.id}\0${wrong.value}`;
    const { wrong: known = wrong, carriers = new Set<string>() } = byValue.get(key) ?? {};
    carriers.add(wrong.carrier);
    byValue.set(key, { wrong: wrong.ruling.score > known.ruling.score ? wrong : known, carriers });
  }
  const lines = [...byValue.values()].map(({ wrong: { id, value, ruling }, carriers }) => {
    const said = ruling.rules.length === 0 ? "nothing seen" : `${ruling.rules.join(", ")} (${ruling.score}) at ${ruling.field ?? "?"}`;
    const where = carriers.size > 4 ? `${carriers.size} places` : [...carriers].join(", ");
    return `  ${id.padEnd(26)} ${JSON.stringify(value)}  [${where}] ${said}`;
  });
  return lines.join("\n");
}

function headsOf(tables: Tables): string[] {
  return [...new Set(Object.values(tables).flatMap((row) => Object.keys(row)))];
}
