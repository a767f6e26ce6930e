import type { Detector } from "./detector.ts";
import { isNamePart, nameEnd, skipBlanks } from "./text-cursor.ts";
import { wordTable } from "./word-table.ts";

const MARKS = {
  breakout: "a filter's bracket is closed and another condition opened: *)(uid=*, x)(|(cn=*",
  filter: "a filter of LDAP: (&(uid=x)(…)), (objectClass=*)",
  rule: "a comparison by a matching rule: userPassword:2.5.13.18:=",
  hint: "the end of a filter that could be a text as well: *))",
} as const;

/** Attributes that directories have and texts do not put before an equals sign in brackets. */
const ATTRIBUTES = wordTable([
  [
    1,
    "uid cn sn mail objectclass objectcategory userpassword givenname commonname surname samaccountname userprincipalname memberof member uniquemember distinguishedname telephonenumber employeenumber useraccountcontrol unicodepwd homedirectory loginshell uidnumber gidnumber displayname department manager krbprincipalname sambantpassword facsimiletelephonenumber homephone jpegphoto ou dc password user username login admin name dn groupmembership objectguid objectsid lastlogon pwdlastset",
  ],
]);

/** Sees filters of LDAP and what breaks out of one. Brackets are counted: a closing one that nothing opened is where a filter is left. */
export function createLdapDetector(): Detector {
  return {
    name: "ldap",
    marks: MARKS,
    look(value, found) {
      const seen = { breakout: false, filter: false, rule: false, hint: false };
      const tell = (mark: keyof typeof MARKS | null): void => {
        if (mark === null || seen[mark]) return;
        seen[mark] = true;
        found(mark);
      };
      let depth = 0;
      for (let at = 0; at < value.length; at++) {
        const code = value.charCodeAt(at);
        if (code === 40) {
          depth++;
          tell(seeOpen(value, at));
        } else if (code === 41) {
          depth--;
          tell(seeClose(value, at, depth));
          if (depth < 0) depth = 0;
        } else if (code === 58) tell(seeRule(value, at));
      }
    },
  };
}

/** `(` begins a filter where an operator and another bracket follow, or a known attribute with a wildcard. */
function seeOpen(text: string, at: number): keyof typeof MARKS | null {
  const operators = operatorsEnd(text, at + 1);
  if (operators > at + 1) return text.charCodeAt(operators) === 40 && isCondition(text, innermost(text, operators)) ? "filter" : null;
  const equals = comparisonAt(text, at + 1);
  if (equals < 0) return null;
  const isKnown = ATTRIBUTES.at(text, at + 1, nameEnd(text, at + 1)) !== 0;
  if (isKnown && text.charCodeAt(equals + 1) === 42) return "filter";
  return null;
}

/** `)` leaves a filter where nothing was open, or a wildcard stands before it, and another condition begins behind it. */
function seeClose(text: string, at: number, depth: number): keyof typeof MARKS | null {
  const isWild = text.charCodeAt(at - 1) === 42;
  const isEmpty = text.charCodeAt(at - 1) === 40 && text.charCodeAt(at - 2) === 42;
  if (isEmpty && operatorsEnd(text, at + 1) > at + 1) return "breakout";
  if (depth >= 0 && !isWild) return null;
  let next = at + 1;
  while (next < at + 8 && text.charCodeAt(next) === 41) next++;
  const code = text.charCodeAt(next);
  if (code === 40) return isBreakout(text, next, isWild) ? "breakout" : null;
  if (isWild && (code === 0 || text.startsWith("%00", next))) return "breakout";
  return isWild && next > at + 1 && next >= text.length ? "hint" : null;
}

function isBreakout(text: string, open: number, isWild: boolean): boolean {
  const operators = operatorsEnd(text, open + 1);
  if (operators > open + 1) {
    const code = text.charCodeAt(operators);
    return code === 40 || isWild || (code === 41 && operators === open + 2) || comparisonAt(text, operators) >= 0;
  }
  if (text.charCodeAt(open + 1) === 40) return operatorsEnd(text, open + 2) > open + 2;
  const equals = comparisonAt(text, open + 1);
  if (equals < 0) return false;
  const isKnown = ATTRIBUTES.at(text, open + 1, nameEnd(text, open + 1)) !== 0;
  return isKnown || isWild || text.charCodeAt(equals + 1) === 42;
}

/** Behind & | ! from `from` on. */
function operatorsEnd(text: string, from: number): number {
  let at = from;
  while (at < from + 4 && (text.charCodeAt(at) === 38 || text.charCodeAt(at) === 124 || text.charCodeAt(at) === 33)) at++;
  return at;
}

/** Behind the brackets and operators at `from`. */
function innermost(text: string, from: number): number {
  let at = from;
  while (at < from + 16 && (text.charCodeAt(at) === 40 || operatorsEnd(text, at) > at)) at++;
  return at;
}

function isCondition(text: string, at: number): boolean {
  return comparisonAt(text, at) >= 0;
}

/** The place of the equals sign of a condition that begins at `from` (=, >=, <=, ~=, :=); -1 where there is none. */
function comparisonAt(text: string, from: number): number {
  const end = nameEnd(text, from);
  if (end === from) return -1;
  const code = text.charCodeAt(end);
  if (code === 61) return end;
  const isSigned = code === 62 || code === 60 || code === 126 || code === 58;
  return isSigned && text.charCodeAt(end + 1) === 61 ? end + 1 : -1;
}

/** `attribute:1.2.840.113556.1.4.803:=`: the rule is an object identifier, or a name that ends with Match. */
function seeRule(text: string, at: number): keyof typeof MARKS | null {
  if (at === 0 || !isNamePart(text.charCodeAt(at - 1))) return null;
  let end = at + 1;
  let dots = 0;
  while (end < at + 64) {
    const code = text.charCodeAt(end);
    if (code === 46) dots++;
    else if (code < 48 || code > 57) break;
    end++;
  }
  if (dots < 2 || end === at + 1) return seeNamedRule(text, at);
  return text.startsWith(":=", skipBlanks(text, end)) ? "rule" : null;
}

function seeNamedRule(text: string, at: number): keyof typeof MARKS | null {
  const end = nameEnd(text, at + 1);
  if (end < at + 6 || !text.startsWith(":=", end)) return null;
  return text.slice(end - 5, end).toLowerCase() === "match" ? "rule" : null;
}
