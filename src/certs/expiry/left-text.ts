const UNITS = [["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000]] as const;
/** A unit is used from so many of it on: 46 h say more than 1 d. */
const FEW = 3;

/** What is left, or how long ago, in one unit: `13 d`, `46 h`, `90 s`. Takes ms; the sign does not count. */
export function leftText(ms: number): string {
  const size = Math.abs(ms);
  const [unit, each] = UNITS.find(([, each]) => size >= each * FEW) ?? ["s", 1000];
  return `${Math.floor(size / each)} ${unit}`;
}
