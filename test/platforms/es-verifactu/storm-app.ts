import { readFileSync } from "node:fs";
import { load } from "js-yaml";
import { builtInFile } from "../../../src/config/built-in-profiles.ts";
import type { AppAnswer, PlatformApp } from "../../drill/platform/app.ts";
import { invoiceRecord, NIF, PATH, question, readAnswer, submission, type Sold } from "./records.ts";

/** A billing system that makes each record once and sends it by itself; it believes what a line says. */
export const esVerifactu: PlatformApp = {
  profile: "es-verifactu",
  manners: { ordersPerSecond: 20, patience: 800, tries: 12, pause: 400 },
  always: { settings: { waitSeconds: 0 } },
  site: `routes: ${JSON.stringify([{ name: "invoices", submission: { resolve: hastyPlan() } }])}`,
  open(gate) {
    const made = new Map<number, ReturnType<typeof invoiceRecord>>();
    const recordOf = (index: number): ReturnType<typeof invoiceRecord> => {
      const known = made.get(index) ?? invoiceRecord(soldNow(`2026/${index}`));
      made.set(index, known);
      return known;
    };
    const post = (body: string, patience: number): Promise<AppAnswer> => gate.send({ method: "POST", path: PATH, headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' }, body, patience });
    return Promise.resolve({
      orderNo: (index) => `${NIF}/2026/${index}/${recordOf(index).sold.date}`,
      async submit(index) {
        const answer = await post(submission([recordOf(index).xml]), esVerifactu.manners.patience);
        if (answer === null) return { kind: "later" };
        const { records, text } = readAnswer(answer.status, answer.body.toString());
        const [line] = records;
        if (line?.state === "Correcto") return { kind: "done", number: recordOf(index).hash };
        if (line !== undefined) return { kind: "no", why: `${line.state} ${line.code}` };
        return text.includes("Client</faultcode>") ? { kind: "no", why: text.slice(0, 300) } : { kind: "later" };
      },
      async finds(index, hash) {
        const { sold } = recordOf(index);
        const answer = await post(question(sold), 10_000);
        const text = answer?.body.toString() ?? "";
        return text.includes(`Huella>${hash}<`) && text.includes("EstadoRegistro>Correcto<");
      },
    });
  },
};

/** The profile's own plan, with the waits of a drill. */
function hastyPlan(): unknown {
  const profile = load(readFileSync(builtInFile("es-verifactu"), "utf8")) as { readonly routes: readonly { readonly name: string; readonly submission?: { readonly resolve: readonly unknown[] } }[] };
  const plan = profile.routes.find(({ name }) => name === "invoices")?.submission?.resolve ?? [];
  return plan.map((step) => (isQuery(step) ? withoutSources({ ...step, notFoundValidAfter: "1s", every: "200ms", for: "30s" }) : withoutSources(step)));
}

function isQuery(step: unknown): step is Readonly<Record<string, unknown>> {
  return typeof step === "object" && step !== null && "query" in step;
}

/** What stands in a profile for its readers is unknown in a site. */
function withoutSources(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSources);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== "source").map(([key, one]) => [key, withoutSources(one)]));
}

function soldNow(number: string): Sold {
  const now = Temporal.Now.zonedDateTimeISO("Europe/Madrid");
  const [year, month, day] = now.toPlainDate().toString().split("-");
  return { number, date: `${day}-${month}-${year}`, stamped: now.toString({ timeZoneName: "never", fractionalSecondDigits: 0 }) };
}
