// An application of zatca-phase2, run as a process of its own in a folder that holds its certificates: NODE_CONFIG says where the
// platform is. Submits invoices and tries each again, unchanged, until the client is content; prints what it was left with.
const zatca = require("zatca-phase2");

const { invoices, tries, pause } = JSON.parse(process.argv[2]);
const certificate = { certificateId: "till-1", type: "production", token: "device-1" };

async function submit(invoice) {
  const seen = [];
  for (let attempt = 0; attempt < tries; attempt++) {
    try {
      const answer = await zatca.submitInvoice(invoice, certificate);
      const status = answer.reportingStatus ?? answer.clearanceStatus ?? "";
      seen.push(status);
      if (status === "REPORTED" || status === "CLEARED") break;
    } catch (fault) {
      seen.push(`fault: ${fault.message}`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return { number: invoice.invoiceNumber, uuid: invoice.uuid, seen };
}

void (async () => {
  const left = [];
  for (const invoice of invoices) left.push(await submit(invoice));
  process.stdout.write(`${JSON.stringify(left)}\n`);
})();
