import { parseAddress } from "../base/cidr.ts";

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.\d{1,9})?(?:z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/i;
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MAIL = /^[^\s@"(),:;<>[\]\\]{1,64}@[^\s@"(),:;<>[\]\\]{1,255}$/;
const LABELS = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/**
 * Forms of texts that a JSON Schema may ask for by name (draft 2020-12, section 7.3 of its validation), as far as they are known
 * here. Each takes time linear in the text.
 */
export const JSON_FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: (text) => TIME.test(text),
  "date-time": isDateTime,
  uuid: (text) => /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(text),
  email: (text) => MAIL.test(text),
  hostname: (text) => LABELS.test(text),
  ipv4: (text) => parseAddress(text)?.v4 === true && !text.includes(":"),
  ipv6: (text) => text.includes(":") && !text.includes("%") && parseAddress(text) !== null,
  uri: (text) => /^[a-z][a-z0-9+.-]*:[!-~]*$/i.test(text) && !/["<>\\^`{|}]/.test(text),
};

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  const isLeap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0);
  const days = (DAYS[Number(month) - 1] ?? 0) + (month === "02" && isLeap ? 1 : 0);
  return Number(day) >= 1 && Number(day) <= days;
}

function isDateTime(text: string): boolean {
  return /^[t ]$/i.test(text[10] ?? "") && isDate(text.slice(0, 10)) && TIME.test(text.slice(11));
}
