import { instantText } from "../../../base/instant.ts";
import { type Answer, bytesBody } from "../../answer.ts";
import { copied, element, leaf } from "../xml-write.ts";
import type { Message } from "./message.ts";

/** Why a request is not done: NAV's code, its text, and the HTTP status that goes with it. */
export interface NavError {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

const HEADERS = { "content-type": "application/xml; charset=UTF-8", "cache-control": "no-store" };

/** An answer to a request that was understood; `content` are its own elements, in the order of invoiceApi.xsd. */
export function navAnswer(name: string, message: Message, wall: number, ...content: readonly (string | undefined)[]): Answer {
  const result = element("common:result", leaf("common:funcCode", "OK"));
  return documented(200, name, header(message.requestId, wall), result, softwareOf(message), ...content);
}

/** NAV's GeneralErrorResponse; where not even the header could be read it has an invented request id, as it must have one. */
export function navError({ status, code, text }: NavError, message: Message | undefined, wall: number): Answer {
  const result = element("common:result", leaf("common:funcCode", "ERROR"), leaf("common:errorCode", code), leaf("common:message", text));
  const detail = element("technicalValidationMessages", leaf("common:validationResultCode", "ERROR"), leaf("common:validationErrorCode", code), leaf("common:message", text));
  return documented(status, "GeneralErrorResponse", header(message?.requestId ?? "UNKNOWN", wall), result, softwareOf(message), detail);
}

function header(requestId: string, wall: number): string {
  return element("common:header", leaf("common:requestId", requestId), leaf("common:timestamp", instantText(wall)), leaf("common:requestVersion", "3.0"), leaf("common:headerVersion", "1.0"));
}

function softwareOf(message: Message | undefined): string {
  return element("software", copied(message?.software?.children ?? [], () => ""));
}

function documented(status: number, name: string, ...content: readonly (string | undefined)[]): Answer {
  const opening = `<${name} xmlns="http://schemas.nav.gov.hu/OSA/3.0/api" xmlns:common="http://schemas.nav.gov.hu/NTCA/1.0/common" xmlns:base="http://schemas.nav.gov.hu/OSA/3.0/base">`;
  const text = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${opening}${content.filter((part) => part !== undefined).join("")}</${name}>`;
  return { status, headers: HEADERS, body: bytesBody(Buffer.from(text)) };
}
