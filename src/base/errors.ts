/** Who has to act on an error. */
export type ErrorSource = "client" | "upstream" | "edge" | "operator";

interface Entry {
  readonly status: number;
  readonly source: ErrorSource;
  readonly en: string;
  readonly zh: string;
}

/**
 * Every answer that Taxgate makes itself carries one of these codes in `Taxgate-Error`. The README's table is tested
 * against this one in both directions. `en` and `zh` say what to do.
 */
export const ERRORS = {
  "malformed-request": { status: 400, source: "client", en: "the request is not HTTP; check the client library and anything in between", zh: "请求不符合 HTTP 规范，请检查客户端库及中间设备" },
  "tls-handshake": { status: 400, source: "client", en: "the TLS handshake failed; seen in logs only: check the client's protocol version, the authorities it trusts, and that it speaks TLS at all", zh: "TLS 握手失败（仅见于日志），请检查客户端的协议版本、信任的证书颁发机构以及是否使用 TLS" },
  "framing-conflict": { status: 400, source: "client", en: "the length of the body is stated twice or unclearly; send one Content-Length or one 'Transfer-Encoding: chunked'", zh: "请求体长度声明重复或不明确，请只发送一个 Content-Length 或 Transfer-Encoding: chunked" },
  "malformed-target": { status: 400, source: "client", en: "the address holds characters that must be percent-encoded", zh: "地址中含有必须进行百分号编码的字符" },
  "encoded-slash": { status: 400, source: "client", en: "the path holds %2F or %5C; set 'allow: [encoded-slash]' on the route if the platform needs it", zh: "路径中含有 %2F 或 %5C；如平台需要，请在路由上设置 allow: [encoded-slash]" },
  "encoded-percent": { status: 400, source: "client", en: "the path holds %25; set 'allow: [encoded-percent]' on the route if the platform needs it", zh: "路径中含有 %25；如平台需要，请在路由上设置 allow: [encoded-percent]" },
  "encoded-nul": { status: 400, source: "client", en: "the path holds %00, which no platform needs", zh: "路径中含有 %00" },
  "encoded-dot-segment": { status: 400, source: "client", en: "the path hides '.' or '..' behind encoding", zh: "路径中含有经过编码的 . 或 .." },
  "path-parameters": { status: 400, source: "client", en: "the path holds ';'; set 'allow: [path-parameters]' on the route if the platform needs it", zh: "路径中含有分号；如平台需要，请在路由上设置 allow: [path-parameters]" },
  "fragment": { status: 400, source: "client", en: "the address holds '#', which stays in the client", zh: "地址中含有 #" },
  "bad-host": { status: 400, source: "client", en: "the Host header is missing, doubled or no host name", zh: "Host 请求头缺失、重复或无效" },
  "upgrade-with-body": { status: 400, source: "client", en: "a request that switches protocols must not carry a body", zh: "协议升级请求不得带有请求体" },
  "unsupported-expectation": { status: 417, source: "client", en: "only 'Expect: 100-continue' is understood", zh: "仅支持 Expect: 100-continue" },
  "unknown-method": { status: 501, source: "client", en: "this method is not known", zh: "不支持该请求方法" },
  "method-not-allowed": { status: 405, source: "client", en: "a route knows this path, but not with this method", zh: "该路径不支持此方法" },
  "no-route": { status: 404, source: "client", en: "no route leads there; see 'routes' in the configuration", zh: "没有匹配的路由，请检查配置中的 routes" },
  "misdirected": { status: 421, source: "client", en: "no site answers to this host name; see 'sites[].hosts' in the configuration", zh: "没有站点对应此主机名，请检查配置中的 sites[].hosts" },
  "not-intercepted": { status: 403, source: "client", en: "this proxy does not lead there; list the host under the listener's 'intercept.hosts', or pass others on with 'proxy.others: tunnel' and 'proxy.ports'", zh: "此代理不转发至该主机；请将其列入监听器的 intercept.hosts，或设置 proxy.others: tunnel 与 proxy.ports" },
  "proxy-auth-required": { status: 407, source: "client", en: "this proxy is for known users: send Proxy-Authorization with a name of the listener's 'proxy.users' and its token as the password", zh: "此代理仅限已登记用户使用，请在 Proxy-Authorization 中提供 proxy.users 中的用户名及其令牌（作为密码）" },
  "match-unclear": { status: 400, source: "client", en: "the request can be read in two ways where routes look at it, so that it is not known what it is for; nothing was sent: say each field and member once, in plain form", zh: "请求在路由判断所依据的位置可有两种读法，无法确定其用途，未发送；请确保每个字段只出现一次且格式规范" },
  "unsupported-type": { status: 415, source: "client", en: "the route does not take this content type", zh: "该路由不接受此内容类型" },
  "body-too-large": { status: 413, source: "client", en: "the body is larger than the route's 'body.maxBytes'", zh: "请求体超过路由的 body.maxBytes" },
  "head-too-large": { status: 431, source: "client", en: "the request's head is larger than the listener's 'maxHeadBytes'", zh: "请求头超过监听器的 maxHeadBytes" },
  "client-timeout": { status: 408, source: "client", en: "the request did not arrive in time", zh: "请求未在规定时间内到达" },
  "client-gone": { status: 499, source: "client", en: "the client closed the connection before the answer; seen in logs only", zh: "客户端在收到响应前关闭了连接（仅见于日志）" },
  "upgrade-refused": { status: 502, source: "upstream", en: "the platform did not switch protocols", zh: "平台未切换协议" },
  "unreachable": { status: 502, source: "upstream", en: "no endpoint of the region could be reached; nothing was sent", zh: "无法连接该区域的任何端点，请求未发送" },
  "tunnel-failed": { status: 502, source: "upstream", en: "no tunnel to the host could be opened, or the address it leads to is one that is never passed on to; nothing was sent", zh: "无法建立到该主机的隧道，或其地址不允许转发，未发送任何内容" },
  "loop": { status: 508, source: "operator", en: "the request has come through Taxgate too often already: an endpoint or the platform's name leads back here; see 'endpoints[].address' and 'upstream.nameServers' in the configuration", zh: "请求多次经过 Taxgate：端点或平台域名又指回此处；请检查配置中的 endpoints[].address 与 upstream.nameServers" },
  "in-doubt": { status: 504, source: "upstream", en: "the request was sent and the answer was lost; ask the platform before sending it again", zh: "请求已发送但未收到响应，重发前请先向平台查询" },
  "try-later": { status: 503, source: "upstream", en: "what became of the submission is not known yet; send the same again later, it is never issued twice", zh: "该提交的结果尚未确定，请稍后以相同内容重试，不会重复开具" },
  "held": { status: 503, source: "operator", en: "nobody but a person can tell what became of the submission; see 'taxgate journal list --state held'", zh: "该提交需人工核实，请使用 taxgate journal list --state held 查看" },
  "conflict": { status: 409, source: "client", en: "another content was sent under this number, and was or may have been issued; send a correction under a number of its own", zh: "该编号已用于不同内容的提交，且已开具或可能已开具；更正请使用新编号" },
  "batch-mixed": { status: 409, source: "client", en: "some items of the batch were sent before, and the batch is not taken apart; the detail says which and what became of them: send the others in a batch of their own", zh: "批次中部分条目此前已提交，整批不会拆分处理；detail 列明这些条目及其结果，请将其余条目另行成批提交" },
  "sent-elsewhere": { status: 409, source: "client", en: "this submission was sent elsewhere before, in the session or batch that the detail names; ask for its outcome there, under the platform's number where the detail has it; it is not sent a second time", zh: "该提交此前已在其他会话或批次中发送（见 detail）；请在原会话中按平台编号查询结果，不会再次发送" },
  "given-up": { status: 409, source: "operator", en: "a person has closed this submission without an outcome; its number stays taken", zh: "该提交已由人工关闭且无结果，编号不可再用" },
  "already-issued": { status: 409, source: "edge", en: "the submission was accepted, and there is no answer to replay: it is beyond its retention, or a person decided without one; the detail has the platform's number where it is known", zh: "该提交已被受理，但没有可重放的响应（已超过保存期限或由人工确认）；如有平台编号见 detail" },
  "already-rejected": { status: 422, source: "client", en: "the platform refused this very content for good, and its answer is not kept any more; correct it, and send it under the same number", zh: "平台已拒绝该内容，且原响应已超过保存期限；请更正后使用同一编号重新提交" },
  "key-missing": { status: 422, source: "client", en: "the submission does not say its number where the route's 'submission.key' looks; nothing was sent", zh: "在路由的 submission.key 指定位置未找到编号，请求未发送" },
  "key-unclear": { status: 422, source: "client", en: "the submission's number cannot be read without doubt; nothing was sent", zh: "无法明确读取提交的编号，请求未发送" },
  "not-yours": { status: 403, source: "client", en: "this number belongs to a submission of another caller", zh: "该编号属于其他调用方的提交" },
  "journal-unavailable": { status: 503, source: "operator", en: "the journal cannot be written, so that nothing is sent; the log and /readyz say why", zh: "日志库无法写入，请求未发送；原因请查看日志与 /readyz" },
  "content-refused": { status: 403, source: "client", en: "the firewall took something in the request for an attack, and nothing was sent; if it is none, tell the operator the request id: the log names the rule and the field, and 'waf.exclude' lets it pass", zh: "防火墙认为请求内容含有攻击，请求未发送；如属误判，请将请求编号告知运维人员，日志中有对应的规则与字段，可通过 waf.exclude 放行" },
  "not-allowed": { status: 403, source: "client", en: "this caller is not on an allowlist of this route; this try was not sent, which says nothing of earlier ones: tell the operator the request id, under which the log names the list (it stands under 'waf.allow')", zh: "调用方不在该路由的允许名单中，本次请求未发送，但这不说明此前的请求是否已发送或开具；请将请求编号告知运维人员，日志中注明具体名单（waf.allow）" },
  "principal-missing": { status: 401, source: "client", en: "this route is for known callers, and the request does not say who asks; see 'identity.principal' and 'waf.allow.principals' in the configuration", zh: "该路由仅对已知调用方开放，请求未说明调用方身份；参见配置中的 identity.principal 与 waf.allow.principals" },
  "content-invalid": { status: 422, source: "client", en: "the request is not as requests of this route must be, and nothing was sent; the detail names the place and the rule, which stands under 'waf.require'", zh: "请求不符合该路由的要求（waf.require），未发送；detail 注明位置与规则" },
  "malformed-answer": { status: 502, source: "upstream", en: "the platform's answer is not HTTP or was cut off", zh: "平台的响应不符合 HTTP 规范或不完整" },
  "upstream-timeout": { status: 504, source: "upstream", en: "the platform did not answer in time", zh: "平台未在规定时间内响应" },
  "open": { status: 503, source: "upstream", en: "the region keeps failing and gets a pause; try again later", zh: "该区域持续失败，已暂停转发，请稍后重试" },
  "overloaded": { status: 503, source: "edge", en: "too much is under way; try again later", zh: "正在处理的请求过多，请稍后重试" },
  "limited-by-platform": { status: 503, source: "upstream", en: "the platform allows no more requests for now, and nothing was executed; try again after the time in Retry-After", zh: "平台当前不允许更多请求，请求未执行；请按 Retry-After 指定的时间后重试" },
  "limited": { status: 429, source: "client", en: "the caller sends more than a limit of the configuration allows, and nothing was sent; try again after the time in Retry-After, or see 'limits' in the configuration", zh: "调用方的请求超过配置中 limits 的限制，请求未发送；请按 Retry-After 指定的时间后重试，或调整该限制" },
  "banned": { status: 429, source: "client", en: "requests of this client were refused too often, and it is shut out for a while, retries of issued invoices included; this try was not sent, which says nothing of earlier ones: try again after the time in Retry-After, or see 'taxgate waf bans'", zh: "该客户端被拒绝的请求过多，已暂时禁止访问（包括已开具发票的重试），本次请求未发送，但这不说明此前的请求是否已发送或开具；请按 Retry-After 指定的时间后重试，或参见 taxgate waf bans" },
  "bad-parameter": { status: 400, source: "operator", en: "the admin API does not understand a parameter; the detail says which", zh: "管理接口参数有误，详见 detail" },
  "not-stored": { status: 504, source: "client", en: "the request asks for a stored answer (only-if-cached), and there is none", zh: "请求只接受缓存的响应（only-if-cached），但没有可用的缓存" },
  "unauthenticated": { status: 401, source: "operator", en: "the admin API wants a token: 'Authorization: Bearer …'", zh: "管理接口需要令牌" },
  "forbidden": { status: 403, source: "operator", en: "the token's role does not allow this", zh: "令牌角色无此权限" },
  "internal": { status: 500, source: "edge", en: "a fault inside Taxgate; the log has the details under the request id", zh: "Taxgate 内部错误，详情请按请求编号查日志" },
} as const satisfies Record<string, Entry>;

/** A code of {@link ERRORS}. */
export type ErrorCode = keyof typeof ERRORS;

const WHO: Readonly<Record<ErrorSource, string>> = { client: "caller", upstream: "platform", edge: "Taxgate", operator: "operator" };

/** The table of all codes in Markdown, a line a code, for the README. */
export function errorsMarkdown(): string {
  const lines = Object.entries(ERRORS).map(([code, { status, source, en, zh }]) => `| \`${code}\` | ${status} | ${WHO[source]} | ${en} | ${zh} |`);
  return ["| code | status | who has to act | what to do | 处理办法 |", "|---|---|---|---|---|", ...lines, ""].join("\n");
}

/** A mistake of an operator that stops a command: printed as it is, without a stack. */
export class OperatorError extends Error {}
