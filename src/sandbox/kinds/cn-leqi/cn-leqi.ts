import type { Answer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, Refused, RefusalName } from "../../kind.ts";
import { settingOf, type World } from "../../world.ts";
import { createAllotments } from "./allotments.ts";
import { type Content, pack, unseal } from "./envelope.ts";
import { categoriesData, ratesData, taxpayerData } from "./reads.ts";
import { SETTINGS } from "./settings.ts";
import { createUploads } from "./uploads.ts";

const BOUND = 10_000_000;

/** Everything is a POST; what it is stands in the path's last part, and again in the header `fwbm`. */
function operation<N extends string>(name: N, service: string): OperationSpec & { readonly name: N } {
  const path = new RegExp(`^/access/(?<sandbox>newsandbox/)?v2/invoke/(?<ability>[0-9]{6})/(?<service>${service})/?$`);
  return { name, methods: ["POST"], path, bound: BOUND };
}

const OPERATIONS = [
  // The upload of the basic ability, and those of special invoices under other abilities.
  operation("issue", "(?!CX)[A-Z]*FPSC(?:_[A-Z]+)?"),
  operation("result", "CXQDFPSCJG"),
  operation("lookup", "FPCY_NEW|FPZTXXCX"),
  operation("numbers", "QDFPPLFM"),
  operation("drawQuota", "XZTHSXED"),
  operation("quota", "CXSXED"),
  operation("rates", "CXKYSL"),
  operation("taxpayer", "CXNSRJBXX"),
  operation("categories", "CXSSFLBM"),
];

type Name = (typeof OPERATIONS)[number]["name"];

/**
 * The tax authority's own interface for large taxpayers (LeQi), as public clients and vendors' documents show it; the official
 * specification is not public. Codes in `Error` are this sandbox's own.
 */
export const CN_LEQI: PlatformKind = { name: "cn-leqi", operations: OPERATIONS, limits: [], settings: SETTINGS, open };

const REFUSALS: Readonly<Record<RefusalName, { readonly status: number; readonly code: string; readonly message: string }>> = {
  unauthorized: { status: 200, code: "401", message: "接入单位未授权" },
  "not-executed": { status: 200, code: "503", message: "服务繁忙，请稍后重试" },
  "unknown-outcome": { status: 504, code: "504", message: "服务调用超时" },
  "too-large": { status: 413, code: "413", message: "请求报文过大" },
  limited: { status: 200, code: "429", message: "调用频率超限" },
  "no-such-operation": { status: 404, code: "404", message: "服务不存在" },
};

function open(world: World): OpenPlatform {
  const uploads = createUploads(world);
  const allotments = createAllotments(world);
  let sequence = 0;
  const data: Readonly<Record<Name, (value: unknown, sha256: string) => object>> = {
    issue: uploads.upload, result: uploads.result, lookup: uploads.lookUp,
    numbers: allotments.numbers, drawQuota: allotments.drawQuota, quota: allotments.quota,
    rates: ratesData, taxpayer: taxpayerData, categories: categoriesData,
  };

  function wrap(content: Content, { headers }: Pick<Refused, "headers">, status?: number, more?: Readonly<Record<string, string>>): Answer {
    sequence += 1;
    const key = settingOf(world, SETTINGS, "sm4Key");
    return pack(content, { key, sequence, headers, gzip: settingOf(world, SETTINGS, "gzip"), ...(status && { status }), ...(more && { more }) });
  }

  function answer(request: PlatformRequest): Answer {
    const mistake = headMistake(request);
    if (mistake) return wrap({ error: { code: "401", message: mistake } }, request);
    const value = unseal(request.body.bytes, settingOf(world, SETTINGS, "sm4Key"));
    if (value === undefined) return wrap({ error: { code: "400", message: "报文解密失败" } }, request);
    // The engine asks for operations of the kind alone.
    return wrap({ data: data[request.operation as Name](value, request.body.sha256) }, request);
  }

  function refuse(name: RefusalName, retryAfterMs: number | undefined, about: Refused): Answer {
    const { status, ...error } = REFUSALS[name];
    const more = retryAfterMs === undefined ? undefined : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
    return wrap({ error }, about, status, more);
  }

  return { answer, refuse, counts: allotments.counts };
}

function headMistake({ headers, variables }: PlatformRequest): string | undefined {
  if (headers["fwbm"] !== variables.service) return "fwbm与请求地址不一致";
  if (headers["nlbm"] !== variables.ability) return "nlbm与请求地址不一致";
  // Small clients send an empty use case.
  if (!headers["jrdwptbh"] || headers["ylbm"] === undefined) return "缺少jrdwptbh或ylbm";
  return variables.sandbox !== undefined && !headers["sxcsbz"] ? "缺少sxcsbz" : undefined;
}
