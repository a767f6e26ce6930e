/** The first two digits of administrative divisions (GB/T 2260); 10 stands for registration by the national authority. */
const PROVINCES: ReadonlySet<string> = new Set(
  ["10", "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "66", "71", "81", "82", "83", "91"],
);

/** Whether six digits of a Chinese number can be an administrative division: its province exists. Counties come and go, and are not looked up. */
export function isDivision(digits: string): boolean {
  return PROVINCES.has(digits.slice(0, 2));
}
