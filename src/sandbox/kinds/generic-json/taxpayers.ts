import { type Answer, errorAnswer, jsonAnswer } from "../../answer.ts";

// The unified social credit code has 18 characters, the older number 15; 20 exist for branches.
const NUMBER = /^[0-9A-Z]{15,20}$/;

/** A taxpayer for every well-formed number, the same one each time; its division is taken from the number. */
export function taxpayerAnswer(number: string, region: string): Answer {
  if (!NUMBER.test(number)) return errorAnswer(400, 4001, "reading taxpayer number: want 15 to 20 digits and capital letters");
  const division = number.length === 18 ? number.slice(2, 8) : number.slice(0, 6);
  const taxpayer = { number, division, name: `Taxpayer ${number.slice(-4)}`, status: "active", region };
  return jsonAnswer(200, { code: 0, ...taxpayer }, { "cache-control": "private, max-age=300" });
}
