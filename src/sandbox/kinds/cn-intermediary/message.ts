import { type Answer, jsonAnswer } from "../../answer.ts";

/**
 * What the answers say. The codes are texts, and HTTP says 200 to most of them. Documented by one vendor but for 6901 and
 * 6902, for which the documentation gives words and no number.
 */
const MESSAGES = {
  "0000": "成功",
  "1000": "身份令牌获取成功",
  "1001": "接口代码错误，请检查后再重试",
  "1002": "请求参数不规范，请检查后再重试",
  "1101": "未登录或登录状态已失效，请重新登录",
  "1102": "请进行实名认证后，再进行业务操作",
  "1108": "电局返回数据异常，请稍后重试",
  "2116": "请求失败，请稍后重试",
  "6509": "局端返回错误",
  "6655": "订单流水号重复，请确认",
  "6783": "该订单已存在，请申请查询订单结果",
  "6901": "订单查询处理中，请稍后再获取",
  "6902": "请先申请查询订单结果",
  "6904": "该订单提交时间已超过12个小时且未匹配到开具成功的发票，请更换流水号重新开具",
  "9999": "服务处理异常",
} as const;

/** A code of the platform. */
export type Code = keyof typeof MESSAGES;

const NO_STORE = { "cache-control": "no-store" };

/** Whether a text is one of the platform's codes. */
export function isCode(text: string): text is Code {
  return Object.hasOwn(MESSAGES, text);
}

/** The platform's answer with a code, its words, and what belongs to it. */
export function say(code: Code, more: Readonly<Record<string, unknown>> = {}): Answer {
  return jsonAnswer(200, { code, msg: MESSAGES[code], ...more }, NO_STORE);
}

/** The same under another HTTP status. */
export function sayWith(status: number, code: Code, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { code, msg: MESSAGES[code] }, { ...NO_STORE, ...headers });
}
