/** The sum of a metric's samples that carry all of these labels; NaN where there is none. Reads the Prometheus text format. */
export function metricValue(text: string, name: string, labels: Readonly<Record<string, string>> = {}): number {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const values = text.split("\n").flatMap((line) => {
    const found = /^([a-zA-Z_:]+)(?:\{(.*)\})? (\S+)$/.exec(line);
    const given = (found?.[2] ?? "").split(",");
    return found?.[1] === name && wanted.every((label) => given.includes(label)) ? [Number(found[3])] : [];
  });
  return values.length === 0 ? Number.NaN : values.reduce((sum, value) => sum + value, 0);
}
