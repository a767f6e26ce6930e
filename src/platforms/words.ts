/** Languages in which a profile is shown. */
export type Language = "en" | "zh";

/** Every phrase of a profile's page, in both languages; `{0}`, `{1}` stand for what is said with it. */
const WORDS = {
  profile: ["Profile `{0}`, version {1}. What it says was last read between {2} and {3}.", "配置 `{0}`，版本 {1}。其中的事实最近核对于 {2} 至 {3}。"],
  secondHandNote: ["Facts marked (second-hand) come from people who use the platform: no official text is public.", "标有（二手资料）的事实来自平台使用者：没有公开的官方文本。"],
  use: ["Write `platform: {0}` in the site.", "在站点中写入 `platform: {0}`。"],
  environments: ["Environments: {0}; production unless the site names another.", "环境：{0}；未指定时为 production。"],
  noEnvironment: ["The site names the platform's addresses under `regions`.", "平台地址由站点写在 `regions` 下。"],
  keyNeeded: ["Key `{0}`, needed: {1}", "密钥 `{0}`（必需）：{1}"],
  keyOptional: ["Key `{0}`, if you have it: {1}", "密钥 `{0}`（可选）：{1}"],
  protected: ["What is protected", "受保护的内容"],
  notProtected: ["What is not protected, and why", "不受保护的内容及原因"],
  must: ["What the application and its people must do", "应用及人员必须做的事"],
  traps: ["Known traps", "已知陷阱"],
  submissions: ["Requests that must happen once", "只能执行一次的请求"],
  others: ["Other requests", "其他请求"],
  limits: ["What the platform allows", "平台的限制"],
  limitsHead: ["| requests | at most | counted for each |\n|---|---|---|", "| 请求 | 上限 | 计数范围 |\n|---|---|---|"],
  told: ["What exceeds it waits up to {0} for its turn, and is then told when to come back.", "超出时最多等待 {0}，之后被告知何时再试。"],
  credentials: ["Credentials, and how they are renewed", "凭证及其更新方式"],
  lives: ["lives {0}", "有效期：{0}"],
  human: ["a person has to do this", "需要人工操作"],
  sources: ["Sources", "资料来源"],
  read: ["read {0}", "核对日期 {0}"],
  secondHand: ["second-hand", "二手资料"],
  only: ["only where the site gives key `{0}`", "仅当站点提供密钥 `{0}`"],
  onlyWithout: ["only where the site gives no key `{0}`", "仅当站点未提供密钥 `{0}`"],
  knownBy: ["One submission is known by {0}.", "一次提交由 {0} 识别。"],
  knownByOf: ["One submission is known by {0}, of {1}.", "一次提交由 {0} 识别（所属：{1}）。"],
  eachOf: ["Every item of {0} is a submission of its own, at most {1} in a request.", "{0} 中的每一项都是独立的提交，每个请求最多 {1} 项。"],
  perItem: ["Where some items of a batch are known already, only the new ones are sent, and the answer is put together.", "若批次中部分项目已知，只发送新的项目，并合并应答。"],
  whole: ["A batch in which some items are known already and some are new is refused, because it cannot be taken apart.", "若批次中既有已知项目又有新项目，则拒绝，因为批次不能拆分。"],
  sameBytes: ["It is the same one again where every byte is the same.", "每个字节相同才视为同一次提交。"],
  sameFields: ["It is the same one again where {0} are the same.", "{0} 相同即视为同一次提交。"],
  accepted: ["The platform has taken it when it answers: {0}.", "平台已接收的应答：{0}。"],
  final: ["A final no, so that the content must be corrected: {0}.", "最终拒绝，需要更正内容：{0}。"],
  notExecuted: ["Nothing was done, so that it may be sent again: {0}.", "未执行，可以再次发送：{0}。"],
  inDoubt: ["Nobody knows, so that it is looked up first: {0}.", "结果不明，需先查询：{0}。"],
  duplicate_same: ["The platform knows it already, and it was issued: {0}.", "平台已有该发票且已开具：{0}。"],
  duplicate_check: ["The platform knows the number already, and it is checked whose invoice that is: {0}.", "平台已有该号码，需核实是否为同一张发票：{0}。"],
  duplicate_conflict: ["Another invoice was issued under this number: {0}.", "该号码下已开具另一张发票：{0}。"],
  reference: ["The platform's own number is {0}.", "平台给出的编号：{0}。"],
  provisional: ["The verdict comes later, up to {0}: it is learnt from the application's own status queries.", "结论稍后给出（最长 {0}）：从应用自己的状态查询中得知。"],
  asked: ["Where the application does not ask, Taxgate does, every {0}.", "若应用不查询，Taxgate 每 {0} 查询一次。"],
  lane: ["One at a time for each {0}.", "每个 {0} 同一时间只有一次提交。"],
  notPast: ["It is never sent past {0}.", "绝不在 {0} 之后发送。"],
  within: ["Its answer means something only within the same {0}: sent again elsewhere, it is refused with the number of the first.", "其应答只在同一 {0} 内有效：若在别处重发，将被拒绝并告知首次提交的编号。"],
  lost: ["Where the answer is lost:", "应答丢失时："],
  stepWait: ["wait {0}", "等待 {0}"],
  stepQuery: ["ask {0} every {1} for up to {2}", "查询 {0}，每 {1} 一次，最长 {2}"],
  absentUnsent: ["“not there” counts {0} after the last attempt, and then it may be sent again", "最后一次尝试 {0} 后的“不存在”才算数，之后可再次发送"],
  absentHeld: ["“not there” counts {0} after the last attempt, and then a person decides", "最后一次尝试 {0} 后的“不存在”才算数，之后由人工决定"],
  absentClosed: ["“not there” counts {0} after the last attempt, and then the number must not be used again", "最后一次尝试 {0} 后的“不存在”才算数，之后该号码不得再用"],
  stepResend: ["send the same bytes again, up to {1} times within {0}: the platform recognises them", "在 {0} 内最多重发 {1} 次相同字节：平台能够识别"],
  stepHold: ["hold it for a person", "保留，等待人工处理"],
  atMost: ["At most {0}.", "最大 {0}。"],
  kept: ["kept {0} for callers", "为调用方缓存 {0}"],
  keptStated: ["kept as long as the platform says", "按平台说明的时间缓存"],
  keptForGood: ["kept {0} once it cannot change any more", "内容不再变化后缓存 {0}"],
  learns: ["tells what became of {0}", "告知 {0} 的结果"],
  and: [" and ", "、"],
  or: ["; ", "；"],
  status: ["status {0}", "状态 {0}"],
  is: ["{0} is {1}", "{0} 为 {1}"],
  exists: ["{0} stands there", "存在 {0}"],
  existsNot: ["{0} does not stand there", "不存在 {0}"],
  ofType: ["content type {0}", "内容类型 {0}"],
  anyOf: ["an element of {0} has: {1}", "{0} 中某一项满足：{1}"],
  anyAnswer: ["any answer", "任何应答"],
  json: ["{0} in the JSON body", "JSON 正文中的 {0}"],
  xml: ["`{0}` in the XML body", "XML 正文中的 `{0}`"],
  header: ["header `{0}`", "请求头 `{0}`"],
  path: ["`{0}` in the path", "路径中的 `{0}`"],
  query: ["`{0}` in the query", "查询参数 `{0}`"],
  jwt: ["claim {0} of the token", "令牌中的声明 {0}"],
  form: ["form field `{0}`", "表单字段 `{0}`"],
  multipart: ["part `{0}`", "分段 `{0}`"],
  body: ["the whole body", "整个正文"],
  decoded: ["{0}, decoded ({1})", "{0}（解码：{1}）"],
} as const;

/** A phrase of the page. */
export type Phrase = keyof typeof WORDS;

/** Says a phrase with what belongs into it. */
export type Say = (phrase: Phrase, ...values: readonly string[]) => string;

/** The phrases of one language. */
export function wordsOf(language: Language): Say {
  const index = language === "en" ? 0 : 1;
  return (phrase, ...values) => WORDS[phrase][index].replaceAll(/\{(\d)\}/g, (whole, digit: string) => values[Number(digit)] ?? whole);
}
