import { proxyUrl, type Target } from "./target.ts";

/** Java 8 and later. */
export const javaTarget: Target = {
  title: { en: "Java", zh: "Java" },
  trust: (authority, { ca }) => [
    { en: "a copy of Java's own truststore with the authority in it (Java 8: $JAVA_HOME/jre/lib/security/cacerts)", zh: "复制 Java 自带的信任库并导入证书（Java 8 的路径为 $JAVA_HOME/jre/lib/security/cacerts）" },
    'JAVA_HOME="${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}"',
    `cp "$JAVA_HOME/lib/security/cacerts" taxgate-truststore && chmod u+w taxgate-truststore`,
    `keytool -importcert -noprompt -alias taxgate-${authority} -file ${ca} -keystore taxgate-truststore -storepass changeit`,
    { en: "options of the JVM; JAVA_TOOL_OPTIONS hands them over without a change of the start script", zh: "JVM 参数；通过 JAVA_TOOL_OPTIONS 传入即可，无需修改启动脚本" },
    `export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$PWD/taxgate-truststore -Djavax.net.ssl.trustStorePassword=changeit"`,
  ],
  proxy: (proxy) => {
    const { host, port, users } = proxy;
    const options = ["https", "http"].map((scheme) => `-D${scheme}.proxyHost=${host} -D${scheme}.proxyPort=${port}`).join(" ");
    return [
      { en: "hosts that are called directly stand behind http.nonProxyHosts, for both schemes", zh: "http.nonProxyHosts 中的主机不经过代理（对两种协议均有效）" },
      `export JAVA_TOOL_OPTIONS="$JAVA_TOOL_OPTIONS ${options} -Dhttp.nonProxyHosts=localhost|127.*|[::1]"`,
      ...(users
        ? [
            { en: "Java sends passwords to proxies only with this option, and takes them from the application's java.net.Authenticator alone;", zh: "仅在设置以下参数后 Java 才会向代理发送密码，且密码只能来自应用自身的 java.net.Authenticator；" },
            { en: "where it sets none, give it a listener on loopback without users", zh: "若应用未设置，请使用只监听本机且未配置 users 的监听器" },
            `export JAVA_TOOL_OPTIONS="$JAVA_TOOL_OPTIONS -Djdk.http.auth.tunneling.disabledSchemes="`,
            { en: `Apache HttpClient with system properties: -Dhttp.proxyUser=NAME -Dhttp.proxyPassword=TOKEN; others as ${proxyUrl(proxy)}`, zh: `使用系统属性的 Apache HttpClient：-Dhttp.proxyUser=NAME -Dhttp.proxyPassword=TOKEN；其他客户端使用 ${proxyUrl(proxy)}` },
          ]
        : []),
    ];
  },
};
