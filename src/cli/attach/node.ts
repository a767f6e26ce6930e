import { proxyVariables, type Target } from "./target.ts";

/** Node.js. */
export const nodeTarget: Target = {
  title: { en: "Node.js", zh: "Node.js" },
  trust: (_authority, { ca }) => [{ en: "beside the authorities that Node brings along", zh: "在 Node 自带的根证书之外追加" }, `export NODE_EXTRA_CA_CERTS="$PWD/${ca}"`],
  proxy: (proxy) => [
    { en: "fetch and http.request, from Node 22.21 and 24.5 on; older ones know no proxy: attach those by the platform's name", zh: "适用于 Node 22.21、24.5 及以上版本的 fetch 与 http.request；更早版本不支持代理，请使用平台主机名方式接入" },
    "export NODE_USE_ENV_PROXY=1",
    ...proxyVariables(proxy),
  ],
};
