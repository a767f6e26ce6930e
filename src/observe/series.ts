/** What stands in a label taken from configuration once a metric has used up its series. */
export const OTHER = "other";

/** Label values by label name. */
export type Labels = Readonly<Record<string, string>>;

/** A label and whether its values come from configuration (and so count against the budget). */
export interface SeriesLabel {
  readonly name: string;
  readonly open: boolean;
}

/** All series of one metric, found by label values without building a key. */
export interface Series<Cell> {
  /** The cell of these label values, in the order of the labels; made on first use. */
  at(...values: readonly string[]): Cell;
  /** Every cell with its labels. */
  entries(): readonly { readonly labels: Labels; readonly cell: Cell }[];
  /** How many look-ups were answered by an `other` cell. */
  folded(): number;
}

interface Branch<Cell> {
  readonly next: Map<string, Branch<Cell>>;
  cell: Cell | null;
}

const branch = <Cell>(): Branch<Cell> => ({ next: new Map(), cell: null });

/**
 * Makes an empty table of at most `budget` series. What comes after them is counted under `other` in every open label,
 * so that names from a configuration reloaded a thousand times cannot fill the heap.
 *
 * The look-up goes down one map a label: the strings are long-lived and carry their hash, so a step costs some 10 ns,
 * where a joined key would be built and hashed anew each time.
 */
export function createSeries<Cell>(labels: readonly SeriesLabel[], budget: number, create: () => Cell): Series<Cell> {
  const root = branch<Cell>();
  const made: { labels: Labels; cell: Cell }[] = [];
  let inBudget = 0;
  let folded = 0;

  const find = (values: readonly string[]): Cell | null => {
    let at = root;
    for (const value of values) {
      const next = at.next.get(value);
      if (next === undefined) return null;
      at = next;
    }
    return at.cell;
  };
  const add = (values: readonly string[]): Cell => {
    let at = root;
    for (const value of values) {
      const next = at.next.get(value) ?? branch<Cell>();
      at.next.set(value, next);
      at = next;
    }
    const cell = create();
    at.cell = cell;
    made.push({ labels: Object.fromEntries(labels.map((label, index) => [label.name, values[index] ?? ""])), cell });
    return cell;
  };
  const fold = (values: readonly string[]): Cell => {
    folded += 1;
    const others = values.map((value, index) => (labels[index]?.open === true ? OTHER : value));
    return find(others) ?? add(others);
  };
  return {
    at(...values) {
      const known = find(values);
      if (known !== null) return known;
      if (inBudget >= budget) return fold(values);
      inBudget += 1;
      return add(values);
    },
    entries: () => made,
    folded: () => folded,
  };
}
