import { bundleLines, proxyVariables, type Target } from "./target.ts";

/** The curl program, and what is built on its library. */
export const curlTarget: Target = {
  title: { en: "curl", zh: "curl" },
  trust: (_authority, files) => [...bundleLines(files), { en: "or --cacert for one call", zh: "或在单次调用中使用 --cacert" }, `export CURL_CA_BUNDLE="$PWD/${files.bundle}"`],
  proxy: (proxy) => [...proxyVariables(proxy), { en: "or --proxy for one call, with --proxy-user NAME:TOKEN where users are set", zh: "或在单次调用中使用 --proxy，配置了 users 时另加 --proxy-user NAME:TOKEN" }],
};
