/** A smallest profile of an invented platform, for tests. */
export const OWN_PROFILE = `profile: own
version: "1"
title: { en: "Own", zh: "自有" }
sources: { docs: { title: "Interface", where: "page 3", verified: "2026-11-01" } }
source: docs
environments:
  production: { home: { endpoints: [{ url: "https://own.example" }] } }
  test: { home: { endpoints: [{ url: "https://test.own.example" }] } }
site:
  identity: { taxpayer: [{ header: x-tax-no }], region: [{ header: x-home }] }
  upstream: { timeouts: { response: 45s } }
routes:
  - name: send
    means: { en: "sends", zh: "发送" }
    match: { methods: [POST], path: /send }
    class: submit
    submission:
      key: [{ json: /no }]
      accepted: [{ status: 200, source: docs }]
  - name: look
    means: { en: "looks", zh: "查看" }
    match: { methods: [GET], path: /look }
    class: read
`;
