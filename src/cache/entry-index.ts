import type { Resident } from "./resident.ts";

/** Entries by what they have in common, so that voiding some costs as much as there are of them. Lists are copies. */
export interface EntryIndex {
  /** Once more changes nothing. */
  add(resident: Resident): void;
  remove(resident: Resident): void;
  /** Of a path: those whose query counts as this one, or all where it is null or missing. */
  inPath(site: string, path: string, query?: string | null): readonly Resident[];
  ofRoute(site: string, route: string): readonly Resident[];
  tagged(tag: string): readonly Resident[];
}

/** Makes an empty index. */
export function createEntryIndex(): EntryIndex {
  const paths: Paths = new Map();
  const routes: Groups = new Map();
  const tags: Groups = new Map();
  return {
    add(resident) {
      const { address } = resident.answer;
      joinPath(paths, groupName(address.site, address.path), resident);
      join(routes, groupName(address.site, address.route), resident);
      for (const tag of address.tags) join(tags, tag, resident);
    },
    remove(resident) {
      const { address } = resident.answer;
      leavePath(paths, groupName(address.site, address.path), resident);
      leave(routes, groupName(address.site, address.route), resident);
      for (const tag of address.tags) leave(tags, tag, resident);
    },
    inPath(site, path, query = null) {
      const group = paths.get(groupName(site, path));
      if (!(group instanceof Map)) return group === undefined || (query !== null && queryOf(group) !== query) ? [] : [group];
      return query === null ? allMembers(group) : members(group.get(query));
    },
    ofRoute: (site, route) => members(routes.get(groupName(site, route))),
    tagged: (tag) => members(tags.get(tag)),
  };
}

/** Most groups have one member, and a set for each would cost more than the entry's head. */
type Group = Set<Resident> | Resident;
type Groups = Map<string, Group>;
/** A path's only entry, or its groups by query. */
type Paths = Map<string, Groups | Resident>;

function groupName(site: string, name: string): string {
  return `${site}\n${name}`;
}

function queryOf(resident: Resident): string {
  return resident.answer.address.query;
}

function joinPath(paths: Paths, name: string, resident: Resident): void {
  const known = paths.get(name);
  if (known === undefined || known === resident) paths.set(name, resident);
  else if (known instanceof Map) join(known, queryOf(resident), resident);
  else {
    const groups: Groups = new Map([[queryOf(known), known]]);
    join(groups, queryOf(resident), resident);
    paths.set(name, groups);
  }
}

function leavePath(paths: Paths, name: string, resident: Resident): void {
  const known = paths.get(name);
  if (known === resident) paths.delete(name);
  else if (known instanceof Map) {
    leave(known, queryOf(resident), resident);
    if (known.size === 0) paths.delete(name);
  }
}

function join(groups: Groups, name: string, resident: Resident): void {
  const group = groups.get(name);
  if (group === undefined) groups.set(name, resident);
  else if (group instanceof Set) group.add(resident);
  else if (group !== resident) groups.set(name, new Set([group, resident]));
}

function leave(groups: Groups, name: string, resident: Resident): void {
  const group = groups.get(name);
  if (group === resident) groups.delete(name);
  else if (group instanceof Set && group.delete(resident) && group.size === 0) groups.delete(name);
}

function members(group: Group | undefined): readonly Resident[] {
  return group === undefined ? [] : group instanceof Set ? [...group] : [group];
}

function allMembers(groups: Groups): readonly Resident[] {
  const all: Resident[] = [];
  for (const group of groups.values()) {
    if (!(group instanceof Set)) all.push(group);
    else for (const resident of group) all.push(resident);
  }
  return all;
}
