import { formatBind } from "../../base/units-text.ts";
import type { Line } from "./line.ts";
import { DIRECT, proxyUrl, type Target } from "./target.ts";
import type { NameWay } from "./ways.ts";

const HOSTS_FILE = '"$env:SystemRoot\\System32\\drivers\\etc\\hosts"';

/** A service on Windows; all lines are for PowerShell as an administrator. */
export const windowsServiceTarget: Target = {
  title: { en: "a Windows service (PowerShell, as an administrator)", zh: "Windows 服务（以管理员身份运行 PowerShell）" },
  trust: (_authority, { ca }) => [
    { en: "the machine's store: services do not read a user's", zh: "导入计算机存储区：服务不读取用户存储区" },
    `certutil -addstore -f Root ${ca}`,
    { en: "a service written in Java, Node.js, PHP or Python has a store of its own: see --print for that one, and set its variables below", zh: "使用 Java、Node.js、PHP 或 Python 编写的服务有各自的信任库：请查看对应的 --print，并将其变量按下述方式设置" },
  ],
  proxy: (proxy) => [
    { en: "variables of one service, beside those that it has; YOUR-SERVICE is its name in 'sc query'", zh: "为单个服务追加环境变量；YOUR-SERVICE 为 'sc query' 中的服务名" },
    "$key = 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\YOUR-SERVICE'",
    "$old = @((Get-ItemProperty -Path $key).Environment | Where-Object { $_ -and $_ -notmatch '^(HTTPS?|NO)_PROXY=' })",
    `New-ItemProperty -Path $key -Name Environment -PropertyType MultiString -Force -Value ($old + @('HTTPS_PROXY=${proxyUrl(proxy)}', 'HTTP_PROXY=${proxyUrl(proxy)}', 'NO_PROXY=${DIRECT}')) | Out-Null`,
    "Restart-Service YOUR-SERVICE",
    { en: "a service that calls by WinHTTP reads no variables; this is for the whole machine, and 'netsh winhttp reset proxy' takes it back", zh: "使用 WinHTTP 的服务不读取环境变量；以下设置对整台计算机生效，可用 'netsh winhttp reset proxy' 撤销" },
    `netsh winhttp set proxy proxy-server="${formatBind(proxy)}" bypass-list="<local>"`,
    ...(proxy.users ? [{ en: "WinHTTP holds no password there: give it a listener on loopback without users", zh: "WinHTTP 无法在此保存密码：请使用只监听本机且未配置 users 的监听器" }] : []),
  ],
  names: (way) => [...way.hosts.map((host) => `Add-Content -Path ${HOSTS_FILE} -Value "${way.address} ${host}"`), ...portLines(way)],
};

function portLines({ address, port }: NameWay): Line[] {
  if (port === 443) return [];
  return [
    { en: `clients call port 443, and this listener has ${port}: bind it to 443, or forward the port`, zh: `客户端访问 443 端口，而该监听器为 ${port}：请改为监听 443，或做端口转发` },
    `netsh interface portproxy add v4tov4 listenaddress=${address} listenport=443 connectaddress=${address} connectport=${port}`,
  ];
}
