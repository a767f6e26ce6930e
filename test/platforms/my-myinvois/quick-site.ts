/** The profile's plan with waits that a test has time for; nothing else is changed. */
export const QUICK_SITE = `upstream: { retry: { attempts: 4, budget: 100%, backoff: 50ms..200ms } }
routes:
  - name: submit
    submission:
      resolve:
        - query: { path: "/api/v1.0/documents/recent?pageSize=100&InvoiceDirection=Sent&submissionDateFrom={since}&submissionDateTo={until}" }
          each: { json: /result }
          next: { query: pageNo, numbered: true }
          found: { status: 200, json: /status, in: [Submitted, Valid, Cancelled] }
          match: [{ read: { json: /internalId }, is: "{key}" }, { read: { json: /issuerTin }, is: "{scope}" }]
          absent: { status: 200, json: /metadata/totalPages, exists: true }
          reference: { json: /submissionUID }
          itemReference: { json: /uuid }
          as: { status: 202, contentType: application/json, body: '{"submissionUID":"{/submissionUID}","acceptedDocuments":[{items}],"rejectedDocuments":[]}', item: '{"uuid":"{reference}","invoiceCodeNumber":"{key}"}' }
          notFoundValidAfter: 1s
          every: 500ms
          for: 10min
        - hold`;
