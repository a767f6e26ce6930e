import { isRecord, isText } from "../../json-record.ts";
import { MALFORMED } from "./uploads.ts";

const GOOD = { returncode: "00", returnmsg: "成功" };
const RATES = ["0.13", "0.09", "0.06", "0.03", "0.01", "0"];
const CATEGORIES = [
  ["1060201010000000000", "纸浆", "0.13"], ["3040101000000000000", "研发服务", "0.06"], ["3010101020300000000", "铁路货物运输服务", "0.09"],
] as const;
/** When the table of categories was last changed: callers ask for what is newer than what they have. */
const CATEGORIES_AT = "20261101000000";

/** The tax rates that may be used: the same for all. */
export function ratesData(): object {
  return { ...GOOD, slList: RATES.map((slv) => ({ slv, yxbz: "Y" })) };
}

/** What the bureau knows of a taxpayer; there is one for every number. */
export function taxpayerData(value: unknown): object {
  if (!isRecord(value) || !isText(value.nsrsbh, 20)) return MALFORMED;
  return { ...GOOD, nsrsbh: value.nsrsbh, nsrmc: `纳税人${value.nsrsbh.slice(-4)}`, nsrztDm: "03", xydj: "A" };
}

/** Categories of goods and services that changed after the time that is asked for, and the time of the table. */
export function categoriesData(value: unknown): object {
  const since = isRecord(value) && typeof value.sjc === "string" ? value.sjc : "";
  const changed = since < CATEGORIES_AT ? CATEGORIES : [];
  return { ...GOOD, sjc: CATEGORIES_AT, ssflbmList: changed.map(([sphfwssflhbbm, hwhlwmc, slv]) => ({ sphfwssflhbbm, hwhlwmc, slv })) };
}
