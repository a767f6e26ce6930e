import { z } from "zod";
import { conditionShape } from "./answer-condition.ts";
import { parseXmlPath, XML_PATH_WANTED } from "./xml-path.ts";

/*
 * What an operator says about requests that differ in their body alone.
 */

const POINTER_WANTED = "a JSON pointer such as /method";
const ACTION_WANTED = "an action such as https://tax.example/issue, without quotes";
const TEST_WANTED = "one of equals, in, exists at most";
const TEXT_WANTED = "a text in quotes: values in XML have no other type";
const TESTS = ["equals", "in", "exists"] as const;

const { equals, in: list, exists, namespaces } = conditionShape();
/** Without any of them: `exists: true`. */
const tests = { equals, in: list, exists };

/** Schema of a condition on a JSON body. */
export function jsonMatch() {
  return z
    .strictObject({ at: z.string({ error: () => POINTER_WANTED }).regex(/^(\/([^~/]|~[01])*)+$/, { error: () => POINTER_WANTED }), ...tests })
    .check(({ value, issues }) => {
      if (testsIn(value) > 1) issues.push({ code: "custom", path: [], message: TEST_WANTED, input: value, continue: true });
    });
}

/** See {@link jsonMatch}. */
export type JsonMatch = z.output<ReturnType<typeof jsonMatch>>;

/** Schema of a condition on an XML body. */
export function xmlMatch() {
  return z
    .strictObject({
      at: z.string({ error: () => XML_PATH_WANTED }).max(2000, { error: () => XML_PATH_WANTED }),
      namespaces,
      ...tests,
      /** Several elements on the way are all followed: with `exists: false` none of them has it. Beside `exists` alone. */
      anywhere: z.literal(true, { error: () => "true" }).optional(),
    })
    .check(({ value, issues }) => {
      const refuse = (path: (string | number)[], message: string): void => void issues.push({ code: "custom", path, message, input: value, continue: true });
      if (testsIn(value) > 1) refuse([], TEST_WANTED);
      if (typeof value.at === "string" && parseXmlPath(value.at, value.namespaces) === null) refuse(["at"], XML_PATH_WANTED);
      if (value.anywhere === true && (value.equals !== undefined || value.in !== undefined)) refuse(["anywhere"], "'exists' beside it, or nothing");
      if (value.equals !== undefined && typeof value.equals !== "string") refuse(["equals"], TEXT_WANTED);
      for (const [index, one] of (value.in ?? []).entries()) if (typeof one !== "string") refuse(["in", index], TEXT_WANTED);
    });
}

/** See {@link xmlMatch}. */
export type XmlMatch = z.output<ReturnType<typeof xmlMatch>>;

/** Schema of a SOAP action. */
export function soapAction() {
  return z.string({ error: () => ACTION_WANTED }).regex(/^[!#-~][ !#-~]{0,999}$/, { error: () => ACTION_WANTED });
}

function testsIn(value: Readonly<Record<string, unknown>>): number {
  return TESTS.filter((test) => value[test] !== undefined).length;
}
