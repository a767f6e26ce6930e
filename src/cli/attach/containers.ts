import { DIRECT, proxyUrl, type Target } from "./target.ts";

const MOUNT = "/etc/taxgate-ca";
/** The command line in our image, and where its configuration is. */
const exportLine = (authority: string): string => `node /opt/taxgate/dist/taxgate.js cert export-ca ${authority} /etc/taxgate/taxgate.yaml --which current`;

/** Containers on one machine, with Taxgate as one of them. */
export const dockerTarget: Target = {
  title: { en: "Docker Compose, with Taxgate beside the application", zh: "Docker Compose，Taxgate 与应用并列部署" },
  exported: (authority, { ca }) => [
    { en: "on the machine, once the container 'taxgate' runs", zh: "在宿主机上，待容器 taxgate 启动后执行" },
    `docker compose exec -T taxgate ${exportLine(authority)} > ${ca}`,
  ],
  trust: (_authority, { ca }) => [
    { en: "compose.yaml, below services: the certificate lies in the application's container; what its runtime needs beside is said by --print java, node, …", zh: "compose.yaml 的 services 下：将证书挂载到应用容器；各语言运行时所需的设置请查看 --print java、node 等" },
    "  application:",
    `    volumes: ["./${ca}:${MOUNT}/${ca}:ro"]`,
    { en: "for Node.js, as an example", zh: "以 Node.js 为例" },
    `    environment: { NODE_EXTRA_CA_CERTS: "${MOUNT}/${ca}" }`,
  ],
  proxy: (proxy) => [
    { en: "compose.yaml: both containers share one network, so that Taxgate may stay on loopback; ports are then published by the service 'taxgate'", zh: "compose.yaml：两个容器共用网络，Taxgate 可只监听本机；此时端口由 taxgate 服务发布" },
    "  application:",
    `    network_mode: "service:taxgate"`,
    `    environment: { HTTPS_PROXY: "${proxyUrl(proxy)}", http_proxy: "${proxyUrl(proxy)}", NO_PROXY: "${DIRECT}" }`,
  ],
  knowsWildcards: true,
  names: ({ hosts, wildcards, port }) => [
    { en: "compose.yaml: the platform's names lead to Taxgate inside this network; Taxgate itself finds itself there too", zh: "compose.yaml：在该网络内平台主机名指向 Taxgate；Taxgate 自身解析到的也是自己" },
    "  taxgate:",
    `    networks: { default: { aliases: [${hosts.map((host) => `"${host}"`).join(", ")}] } }`,
    ...(wildcards.length === 0 ? [] : [{ en: `aliases know no wildcards: list the hosts of ${wildcards.join(", ")} one by one`, zh: `aliases 不支持通配符：请逐个列出 ${wildcards.join(", ")} 下的主机` }]),
    ...(port === 443 ? [] : [{ en: `clients call port 443, and this listener has ${port}: bind it to 0.0.0.0:443`, zh: `客户端访问 443 端口，而该监听器为 ${port}：请改为监听 0.0.0.0:443` }]),
    { en: "the listener has to be bound to 0.0.0.0", zh: "监听器须绑定 0.0.0.0" },
  ],
};

/** A pod with Taxgate as a sidecar. */
export const kubernetesTarget: Target = {
  title: { en: "Kubernetes, with Taxgate as a sidecar of the application's pod", zh: "Kubernetes，Taxgate 作为应用 Pod 的边车" },
  exported: (authority, { ca }) => [
    { en: "once the pod runs for the first time; the authority lies in Taxgate's state directory, which has to be on a volume that lasts", zh: "待 Pod 首次启动后执行；证书颁发机构位于 Taxgate 的状态目录，须使用持久卷" },
    `kubectl exec deploy/YOUR-APPLICATION -c taxgate -- ${exportLine(authority)} > ${ca}`,
    `kubectl create configmap taxgate-ca --from-file=${ca} && kubectl rollout restart deploy/YOUR-APPLICATION`,
  ],
  trust: (_authority, { ca }) => [
    { en: "the pod's spec; what the runtime needs beside is said by --print java, node, …", zh: "Pod 的 spec；各语言运行时所需的设置请查看 --print java、node 等" },
    "volumes:",
    "  - { name: taxgate-ca, configMap: { name: taxgate-ca, optional: true } }",
    "containers:",
    "  - name: application",
    `    volumeMounts: [{ name: taxgate-ca, mountPath: ${MOUNT}, readOnly: true }]`,
    { en: "for Node.js, as an example", zh: "以 Node.js 为例" },
    `    env: [{ name: NODE_EXTRA_CA_CERTS, value: "${MOUNT}/${ca}" }]`,
  ],
  proxy: (proxy) => [
    { en: "containers of a pod share loopback", zh: "同一 Pod 内的容器共用本机回环地址" },
    "containers:",
    "  - name: application",
    `    env: [{ name: HTTPS_PROXY, value: "${proxyUrl(proxy)}" }, { name: http_proxy, value: "${proxyUrl(proxy)}" }, { name: NO_PROXY, value: "${DIRECT}" }]`,
  ],
  knowsWildcards: true,
  names: ({ address, hosts, wildcards, port }) => [
    { en: "for all containers of the pod, Taxgate's own among them", zh: "对 Pod 内所有容器生效，包括 Taxgate 自身" },
    `hostAliases: [{ ip: "${address}", hostnames: [${hosts.map((host) => `"${host}"`).join(", ")}] }]`,
    ...(wildcards.length === 0 ? [] : [{ en: `hostAliases know no wildcards: list the hosts of ${wildcards.join(", ")} one by one`, zh: `hostAliases 不支持通配符：请逐个列出 ${wildcards.join(", ")} 下的主机` }]),
    ...(port === 443 ? [] : [{ en: `clients call port 443, and this listener has ${port}: bind it to 127.0.0.1:443 (sysctl net.ipv4.ip_unprivileged_port_start=0 in the pod's securityContext)`, zh: `客户端访问 443 端口，而该监听器为 ${port}：请改为监听 127.0.0.1:443（在 Pod 的 securityContext 中设置 sysctl net.ipv4.ip_unprivileged_port_start=0）` }]),
  ],
};
