/** A way out of doubt, and what answers mean, in the words of a platform that takes batches in JSON. */
const OUTCOMES = `
          - { each: { json: /acceptedDocuments }, key: [{ json: /invoiceCodeNumber }], is: accepted, reference: { json: /uuid } }
          - { each: { json: /rejectedDocuments }, key: [{ json: /invoiceCodeNumber }], is: [{ when: { json: /error/code, equals: Busy }, means: not-executed }, { when: { json: /error, exists: true }, means: rejected }] }`;
const QUERY = `{ query: { path: "/documents?codeNumber={key}" }, found: { status: 200 }, match: [{ read: { json: /codeNumber }, is: "{key}" }], absent: { status: 404 }, notFoundValidAfter: 300ms, every: 50ms, for: 5s, reference: { json: /uuid },
          as: { status: 202, body: '{"acceptedDocuments":[{items}],"rejectedDocuments":[{rejectedItems}]}', item: '{"uuid":"{reference}","invoiceCodeNumber":"{key}"}', rejectedItem: '{"invoiceCodeNumber":"{key}"}' } }`;

/** A route that sends batches of documents in JSON. */
export function jsonRoute(name: string, policy: string, more = ""): string {
  return `  - name: ${name}
    match: { methods: [POST], path: /${name} }
    class: submit
    timeouts: { response: 2s, total: 6s }
    submission:
      operation: documents
      items:
        each: { json: /documents }
        max: 5
        key: [{ json: /codeNumber }]
        scope: [{ header: x-taxpayer }]
        fingerprint: { over: fields, fields: [{ json: /hash }] }
        policy: ${policy}
        outcomes: ${OUTCOMES}
      accepted: [{ status: 202 }]
      notExecuted: [{ status: 503 }]
      final: [{ status: 400 }]
      linger: 100ms
      rejectedFor: 1h
      resolve: [${QUERY}, hold]${more}`;
}

/** A route that sends records in SOAP; resending resolves its doubts. */
export const SOAP = `  - name: soap
    match: { methods: [POST], path: /soap }
    class: submit
    body: { types: [text/xml] }
    timeouts: { response: 2s, total: 6s }
    submission:
      items:
        each: { xml: "/e:Envelope/e:Body/s:Reg/s:RegistroFactura", namespaces: { e: "http://schemas.xmlsoap.org/soap/envelope/", s: "urn:sum" } }
        key: [{ xml: "/s:RegistroFactura/f:RegistroAlta/f:NumSerieFactura", namespaces: { s: "urn:sum", f: "urn:inf" } }]
        policy: perItem
        outcomes:
          - each: { xml: "/e:Envelope/e:Body/r:Respuesta/r:RespuestaLinea", namespaces: { e: "http://schemas.xmlsoap.org/soap/envelope/", r: "urn:respuesta" } }
            key: [{ xml: "/r:RespuestaLinea/r:IDFactura/t:NumSerieFactura", namespaces: { r: "urn:respuesta", t: "urn:tipos" } }]
            is:
              - { when: { xml: "/r:RespuestaLinea/r:EstadoRegistro", namespaces: { r: "urn:respuesta" }, equals: Correcto }, means: accepted }
              - { when: { xml: "/r:RespuestaLinea/r:CodigoErrorRegistro", namespaces: { r: "urn:respuesta" }, equals: "3000" }, means: same, as: '<x:RespuestaLinea xmlns:x="urn:respuesta" xmlns:y="urn:tipos"><x:IDFactura><y:NumSerieFactura>{key}</y:NumSerieFactura></x:IDFactura><x:EstadoRegistro>Correcto</x:EstadoRegistro></x:RespuestaLinea>' }
              - { when: { xml: "/r:RespuestaLinea/r:CodigoErrorRegistro", namespaces: { r: "urn:respuesta" }, exists: true }, means: rejected }
      accepted: [{ xml: "/e:Envelope/e:Body/r:Respuesta/r:TiempoEsperaEnvio", namespaces: { e: "http://schemas.xmlsoap.org/soap/envelope/", r: "urn:respuesta" }, exists: true }]
      resolve: [{ resend: { window: 1h } }, hold]`;

/** An answer about a mixed batch in a form of the route's own. */
export const WHOLE_FORM = `
      answers: { mixed: { status: 422, body: '{"known":[{items}]}', item: '{"no":"{key}","as":"{outcome}","id":"{reference}"}' } }`;
