import { arrivesGet, attack, forwarded, get, refused, type Expectation, type RequestCase } from "../attack-case.ts";

const policy = { isPolicy: true } as const;
const passes = (target: string): Expectation => forwarded(arrivesGet([target, target.replace(/%[0-9a-f]{2}/gi, (triplet) => triplet.toUpperCase())]));

/** The three kinds of valid requests that are refused by default, on routes that allow one of them each: forwarded as they came. */
export const OPT_INS: readonly RequestCase[] = [
  ...["/slash/a%2fb", "/slash/a%2Fb", "/slash/a%5cb", "/slash/%2f", "/slash/plain"].map((target) => attack(`slash: ${target}`, get(target), passes(target))),
  ...["/percent/a%25b", "/percent/%25", "/percent/100%25", "/percent/plain"].map((target) => attack(`percent: ${target}`, get(target), passes(target))),
  ...["/parameters/a;jsessionid=1", "/parameters/a;b=c;d", "/parameters/;", "/parameters/a;b/c", "/parameters/plain"].map((target) => attack(`parameters: ${target}`, get(target), passes(target))),
  attack("slash route refuses parameters", get("/slash/a;b"), refused("path-parameters", policy)),
  attack("slash route refuses percent", get("/slash/%252f"), refused("encoded-percent", policy)),
  attack("slash route refuses NUL", get("/slash/a%2f%00"), refused("encoded-nul", policy)),
  attack("percent route refuses slash", get("/percent/a%2fb"), refused("encoded-slash", policy)),
  attack("parameters route refuses slash", get("/parameters/a%2fb;c"), refused(["encoded-slash", "path-parameters"], policy)),
  ...["/slash/..%2fb", "/slash/a%2f..%2f..%2fb", "/slash/%2e%2e%2fb", "/slash/..%5cb"].map((target) => attack(`slash route refuses dots behind a slash: ${target}`, get(target), refused(["encoded-slash", "encoded-dot-segment"], policy))),
  ...["/parameters/..;/b", "/parameters/..;a=b/c", "/parameters/.;/b", "/parameters/%2e%2e;/b"].map((target) => attack(`parameters route refuses dots before a semicolon: ${target}`, get(target), refused(["path-parameters", "encoded-dot-segment"], policy))),
  ...["/percent/%252e%252e/b", "/percent/%252f"].map((target) => attack(`percent route may refuse double encoding: ${target}`, get(target), { ...passes(target), kind: "either" })),
  attack("no route gives an opt-in to its neighbours", get("/slashes/a%2fb"), refused("encoded-slash", policy)),
  attack("a route cannot be entered by an encoded slash", get("/other%2f..%2fslash/a%2fb"), refused(["encoded-slash", "encoded-dot-segment"], policy)),
];
