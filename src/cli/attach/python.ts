import { bundleLines, proxyVariables, type Target } from "./target.ts";

/** Python: requests, urllib, httpx, aiohttp. */
export const pythonTarget: Target = {
  title: { en: "Python", zh: "Python" },
  trust: (_authority, files) => [
    ...bundleLines(files),
    { en: "the first one is for requests, the second one for urllib, httpx, aiohttp and all that use the ssl module's defaults", zh: "第一项用于 requests，第二项用于 urllib、httpx、aiohttp 等使用 ssl 模块默认设置的库" },
    `export REQUESTS_CA_BUNDLE="$PWD/${files.bundle}" SSL_CERT_FILE="$PWD/${files.bundle}"`,
  ],
  proxy: (proxy) => [...proxyVariables(proxy), { en: "aiohttp reads them only with trust_env=True: attach it by the platform's name otherwise", zh: "aiohttp 仅在 trust_env=True 时读取；否则请使用平台主机名方式接入" }],
};
