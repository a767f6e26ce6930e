import type { AppAnswer, PlatformApp } from "../../drill/platform/app.ts";
import { jsonOf } from "../../drill/platform/gate.ts";

const SELLER = "91440300MA5EXAMPLE";

/** A billing system of the plain JSON platform. */
export const genericJson: PlatformApp = {
  profile: "generic-json",
  manners: { ordersPerSecond: 40, patience: 500, tries: 8, pause: 300 },
  site: "",
  async open(gate) {
    const orderNo = (index: number): string => `S-${index}`;
    const look = async (index: number): Promise<AppAnswer> => gate.send({ method: "GET", path: `/api/invoices?orderNo=${orderNo(index)}&sellerTaxNo=${SELLER}` });
    return {
      orderNo,
      async submit(index) {
        const body = JSON.stringify({ orderNo: orderNo(index), sellerTaxNo: SELLER, items: [{ name: "paper", quantity: 1 }], amount: index });
        const answer = await gate.send({ method: "POST", path: "/api/invoices", headers: { "content-type": "application/json" }, body, patience: genericJson.manners.patience });
        const said = jsonOf(answer);
        return answer?.status === 200 && said["code"] === 0 ? { kind: "done", number: String(said["invoiceNo"]) } : { kind: "later" };
      },
      finds: async (index, number) => jsonOf(await look(index))["invoiceNo"] === number,
    };
  },
};
