/** What counts of a query, with its `?`, or empty; null where nobody can say for sure what a platform reads in it. */
export type CountedQuery = (query: string) => string | null;

/** More are no request that a cache helps: each of them has to be looked at. */
const MOST_MEMBERS = 200;

/**
 * Compiles which members of a query tell answers apart, in order; null: the query as it stands. The platform gets the
 * whole query: one that may be read as a counted member by some platform, though not here, would let a caller store the
 * answer for one value under another. Members stay as they are written: decoded, all that is no UTF-8 would look the same.
 */
export function compileCounted(names: readonly string[] | null): CountedQuery {
  if (names === null) return (query) => query;
  const wanted = new Set(names);
  const lookAlikes = new Set(names.map(folded));
  const isUnclear = (name: string | null): boolean => name === null || lookAlikes.has(folded(name));
  return (query) => {
    // Some platforms end a member there, too.
    const members = query.includes(";") ? null : membersOf(query);
    if (members === null) return null;
    const found: Found = new Map();
    for (const member of members) {
      const name = nameOf(member);
      if (name !== null && wanted.has(name)) add(found, name, member);
      else if (isUnclear(name)) return null;
    }
    return joined(names, found);
  };
}

/**
 * One query as each of these subsets of its members has it, whatever else it holds, and as it stands. Null where it has
 * too many to look at: then it may be any.
 */
export function queriesBy(query: string, subsets: Iterable<readonly string[]>, wanted: ReadonlySet<string>): ReadonlySet<string> | null {
  const members = membersOf(query);
  if (members === null) return null;
  const found: Found = new Map();
  for (const member of members) {
    const name = nameOf(member);
    if (name !== null && wanted.has(name)) add(found, name, member);
  }
  const queries = new Set([query]);
  for (const names of subsets) queries.add(joined(names, found));
  return queries;
}

type Found = Map<string, string[]>;

function membersOf(query: string): readonly string[] | null {
  const members = query.slice(1).split("&", MOST_MEMBERS + 1);
  return members.length > MOST_MEMBERS ? null : members;
}

function add(found: Found, name: string, member: string): void {
  const known = found.get(name);
  if (known === undefined) found.set(name, [member]);
  else known.push(member);
}

function joined(names: readonly string[], found: Found): string {
  const members = found.size === 0 ? [] : names.flatMap((name) => found.get(name) ?? []);
  return members.length === 0 ? "" : `?${members.join("&")}`;
}

/** Null where it cannot be decoded: platforms differ in what they make of such a one. */
function nameOf(member: string): string | null {
  const end = member.indexOf("=");
  const written = end === -1 ? member : member.slice(0, end);
  if (!written.includes("%") && !written.includes("+")) return written;
  if (/%(?![0-9a-f]{2})/i.test(written)) return null;
  // As a value: of a whole query it would take a leading `?` off.
  return new URLSearchParams(`name=${written}`).get("name");
}

/** What some platform may take a name for: `ID`, `id[]`, `[id]`, ` id`, and `tax.no` for `tax_no`. */
function folded(name: string): string {
  if (/^[a-z0-9_-]*$/.test(name)) return name;
  const bare = name.replace(/^[?\s[]+/, "").replace(/[[\]\0].*$/s, "");
  // Both ways: some letters outside ASCII have one of ASCII in the other case.
  return bare.trim().replaceAll("\uFFFD", "").replaceAll(/[\s.]/g, "_").toUpperCase().toLowerCase();
}
