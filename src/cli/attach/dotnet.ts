import { formatBind } from "../../base/units-text.ts";
import { bundleLines, DIRECT, proxyUrl, proxyVariables, type Target } from "./target.ts";

/** .NET on Linux and Windows, and .NET Framework. */
export const dotnetTarget: Target = {
  title: { en: ".NET", zh: ".NET" },
  trust: (authority, files) => [
    { en: "Linux, for all programs of the machine (Red Hat: /etc/pki/ca-trust/source/anchors and update-ca-trust)", zh: "Linux，对本机所有程序生效（Red Hat 系统为 /etc/pki/ca-trust/source/anchors 与 update-ca-trust）" },
    `sudo cp ${files.ca} /usr/local/share/ca-certificates/taxgate-${authority}.crt && sudo update-ca-certificates`,
    { en: "Linux, for this application alone", zh: "Linux，仅对该应用生效" },
    ...bundleLines(files),
    `export SSL_CERT_FILE="$PWD/${files.bundle}"`,
    { en: "Windows, as an administrator", zh: "Windows，以管理员身份运行" },
    `certutil -addstore -f Root ${files.ca}`,
  ],
  proxy: (proxy) => [
    { en: ".NET on Linux", zh: "Linux 上的 .NET" },
    ...proxyVariables(proxy),
    { en: ".NET on Windows, in PowerShell, before the application starts", zh: "Windows 上的 .NET，在 PowerShell 中于应用启动前设置" },
    `$env:HTTPS_PROXY = '${proxyUrl(proxy)}'; $env:HTTP_PROXY = '${proxyUrl(proxy)}'; $env:NO_PROXY = '${DIRECT}'`,
    { en: ".NET Framework reads no such variables: in NAME.exe.config or web.config, below <configuration>", zh: ".NET Framework 不读取环境变量：在 NAME.exe.config 或 web.config 的 <configuration> 下添加" },
    `<system.net><defaultProxy enabled="true"><proxy usesystemdefault="False" proxyaddress="http://${formatBind(proxy)}" bypassonlocal="True" /></defaultProxy></system.net>`,
    ...(proxy.users ? [{ en: ".NET Framework sends no password from there: give it a listener on loopback without users", zh: ".NET Framework 无法在此配置密码：请使用只监听本机且未配置 users 的监听器" }] : []),
  ],
};
