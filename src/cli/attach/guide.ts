import { parseAddress } from "../../base/cidr.ts";
import type { Language } from "../language.ts";
import { curlTarget } from "./curl.ts";
import { dockerTarget, kubernetesTarget } from "./containers.ts";
import { dotnetTarget } from "./dotnet.ts";
import { javaTarget } from "./java.ts";
import { GAP, linesText, type Line } from "./line.ts";
import { nodeTarget } from "./node.ts";
import { phpTarget } from "./php.ts";
import { pythonTarget } from "./python.ts";
import type { CaFiles, Target } from "./target.ts";
import type { BaseWay, NameWay, ProxyWay, Ways } from "./ways.ts";
import { windowsServiceTarget } from "./windows-service.ts";

/** Kinds of clients that there is a guide for. */
export const TARGETS: Readonly<Record<string, Target>> = {
  java: javaTarget,
  dotnet: dotnetTarget,
  php: phpTarget,
  python: pythonTarget,
  node: nodeTarget,
  curl: curlTarget,
  "windows-service": windowsServiceTarget,
  docker: dockerTarget,
  kubernetes: kubernetesTarget,
};

/** The lines for a kind of client and for every way that the configuration `config` (a path) offers. */
export function guideText(target: Target, ways: Ways, config: string, language: Language): string {
  const parts = [
    [{ en: `Attaching to Taxgate: ${target.title.en}`, zh: `接入 Taxgate：${target.title.zh}` }],
    ...(ways.onlyHere.length === 0 ? [] : [ways.onlyHere.map(onlyHereLine)]),
    ...ways.base.map(baseLines),
    ...authoritiesOf(ways).map((authority) => trustLines(target, authority, config)),
    ...ways.names.map((way) => nameLines(target, way)),
    ...ways.proxies.map((way) => proxyLines(target, way)),
  ];
  return linesText(parts.flatMap((part, index) => (index === 0 ? part : [GAP, ...part])), language);
}

function authoritiesOf({ names, proxies }: Ways): string[] {
  return [...new Set([...names, ...proxies].flatMap(({ authority }) => authority ?? []))];
}

function onlyHereLine({ listener, host }: Ways["onlyHere"][number]): Line {
  return { en: `listener ${listener} is bound to ${host}, where applications on this machine alone reach it: bind it to 0.0.0.0, or to this machine's address`, zh: `监听器 ${listener} 绑定在 ${host}，仅本机应用可访问：请改为绑定 0.0.0.0 或本机地址` };
}

function baseLines({ listener, origin, secure, unanswered }: BaseWay): Line[] {
  return [
    { en: `By its own address (listener ${listener}): where the application lets the platform's address be set, set this, the path behind it unchanged`, zh: `按地址接入（监听器 ${listener}）：若应用可设置平台地址，则改为以下地址，其后的路径不变` },
    origin,
    ...(secure ? [{ en: "under a name that the listener's certificate holds", zh: "主机名须包含在该监听器的证书中" }] : []),
    ...(unanswered === null ? [] : [{ en: `no site answers to ${unanswered}: add it to the site's 'hosts', or this way gets 421`, zh: `没有站点响应 ${unanswered}：请将其加入站点的 hosts，否则该方式返回 421` }]),
  ];
}

function trustLines(target: Target, authority: string, config: string): Line[] {
  const files: CaFiles = { ca: `taxgate-${authority}.pem`, bundle: `taxgate-${authority}-bundle.pem` };
  const exported = target.exported?.(authority, files) ?? [`taxgate cert export-ca ${authority} ${quoted(config)} --which current --out ${files.ca}`];
  return [
    { en: `Trusting the authority '${authority}', for all that follows; it can make certificates for nothing but the names in it`, zh: `信任证书颁发机构 ${authority}（以下方式均需要）；它只能为其中列出的名称签发证书` },
    ...exported,
    { en: "where a successor is prepared ('taxgate cert authority … --next'): the same once more with --which next, under other names", zh: "若已准备后继证书（taxgate cert authority … --next）：使用 --which next 及其他文件名再执行一次" },
    ...target.trust(authority, files),
  ];
}

/** As shells and PowerShell take a path. */
function quoted(path: string): string {
  return /^[\w./:\\~-]+$/.test(path) ? path : `'${path}'`;
}

/** A hosts file leads names to addresses, not to names. */
const SOME_ADDRESS = "IP-ADDRESS";

function nameLines(target: Target, way: NameWay): Line[] {
  const addressed = parseAddress(way.address) === null ? { ...way, address: SOME_ADDRESS } : way;
  const lines = way.hosts.length === 0 ? [] : (target.names?.(addressed) ?? hostsFileLines(addressed));
  const isOpen = lines.some((line) => typeof line === "string" && line.includes(SOME_ADDRESS));
  return [
    { en: `By the platform's name (listener ${way.listener}): nothing changes in the application`, zh: `按平台主机名接入（监听器 ${way.listener}）：应用无需任何修改` },
    ...(isOpen ? [{ en: `put the IP address of ${way.address} in the place of ${SOME_ADDRESS}: names lead to addresses here, not to names`, zh: `请将 ${SOME_ADDRESS} 替换为 ${way.address} 的 IP 地址：此处不能填写主机名` }] : []),
    ...lines,
    ...(way.wildcards.length === 0 || target.knowsWildcards === true ? [] : [{ en: `in DNS, because a hosts file knows no wildcards: ${way.wildcards.join(", ")} to ${way.address}`, zh: `hosts 文件不支持通配符，请在 DNS 中将 ${way.wildcards.join(", ")} 指向 ${way.address}` }]),
    ...way.loops.flatMap((url): Line[] => [
      { en: `Taxgate must not find itself under this name: beside the endpoint ${url} in its configuration say 'address: THE-PLATFORM-S-IP', or 'upstream: { nameServers: [ONE-THAT-KNOWS-IT] }'`, zh: `Taxgate 自身不可解析到自己：请在配置中为端点 ${url} 设置 address（平台的 IP），或设置 upstream.nameServers` },
    ]),
  ];
}

function hostsFileLines({ address, port, hosts }: NameWay): Line[] {
  const redirect = address.includes(":") ? "ip6tables" : "iptables";
  return [
    `echo "${address} ${hosts.join(" ")}" | sudo tee -a /etc/hosts`,
    ...(port === 443
      ? []
      : [
          { en: `clients call port 443, and this listener has ${port}: bind it to 443, or redirect what this machine sends there`, zh: `客户端访问 443 端口，而该监听器为 ${port}：请改为监听 443，或在本机重定向` },
          `sudo ${redirect} -t nat -A OUTPUT -p tcp -d ${address} --dport 443 -j REDIRECT --to-ports ${port}`,
        ]),
  ];
}

function proxyLines(target: Target, way: ProxyWay): Line[] {
  const listed = way.hosts.join(", ");
  return [
    { en: `By a proxy (listener ${way.listener}): nothing changes in the application${listed === "" ? "" : `; calls to ${listed} go through Taxgate`}`, zh: `按代理接入（监听器 ${way.listener}）：应用无需任何修改${listed === "" ? "" : `；对 ${listed} 的调用经过 Taxgate`}` },
    ...(way.refusesOthers ? [{ en: "calls to other hosts are refused: name them where hosts are listed that go past the proxy, or see 'proxy.others'", zh: "对其他主机的调用会被拒绝：请将其列入不经过代理的主机，或参见 proxy.others" }] : []),
    ...(way.users ? [{ en: "NAME and TOKEN are of a user of the listener ('proxy.users')", zh: "NAME 与 TOKEN 为监听器 proxy.users 中的用户及其令牌" }] : []),
    ...target.proxy(way),
  ];
}
