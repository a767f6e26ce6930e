import { bundleLines, DIRECT, proxyUrl, proxyVariables, type Target } from "./target.ts";

/** PHP with its cURL extension and its streams. */
export const phpTarget: Target = {
  title: { en: "PHP", zh: "PHP" },
  trust: (_authority, files) => [
    ...bundleLines(files),
    { en: "php.ini, with the whole path: the first line is for the cURL extension, the second one for streams", zh: "php.ini，使用完整路径：第一行用于 cURL 扩展，第二行用于流" },
    `echo "curl.cainfo=$PWD/${files.bundle}"`,
    `echo "openssl.cafile=$PWD/${files.bundle}"`,
  ],
  proxy: (proxy) => [
    { en: "command line; for Apache's module in /etc/apache2/envvars", zh: "命令行；Apache 模块写入 /etc/apache2/envvars" },
    ...proxyVariables(proxy),
    { en: "php-fpm hands nothing on by itself; in its pool's file", zh: "php-fpm 默认不传递环境变量，在进程池配置文件中添加" },
    `env[HTTPS_PROXY] = "${proxyUrl(proxy)}"`,
    `env[http_proxy] = "${proxyUrl(proxy)}"`,
    `env[NO_PROXY] = "${DIRECT}"`,
    { en: "the cURL extension reads these unless the application sets CURLOPT_PROXY itself; file_get_contents and SoapClient do not:", zh: "cURL 扩展会读取以上变量，除非应用自行设置了 CURLOPT_PROXY；file_get_contents 与 SoapClient 不会读取：" },
    { en: "attach those by the platform's name", zh: "此类应用请使用平台主机名方式接入" },
  ],
};
