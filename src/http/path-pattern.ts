/** Makes the test of a pattern of canonical paths: `/a/b` exactly, `{name}` for one segment, `/**` at the end for any depth (the folder itself included). */
export function pathMatcher(pattern: string): (path: string) => boolean {
  if (pattern === "/**") return () => true;
  const deep = pattern.endsWith("/**");
  const fixed = deep ? pattern.slice(0, -3) : pattern;
  if (!fixed.includes("{")) {
    return deep ? (path) => path.startsWith(fixed) && (path.length === fixed.length || path[fixed.length] === "/") : (path) => path === fixed;
  }
  const wanted = fixed.split("/");
  return (path) => {
    const parts = path.split("/");
    if (deep ? parts.length < wanted.length : parts.length !== wanted.length) return false;
    return wanted.every((segment, i) => (/^\{.*\}$/.test(segment) ? parts[i] !== "" : segment === parts[i]));
  };
}
