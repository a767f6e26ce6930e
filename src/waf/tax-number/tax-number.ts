import { isCn15 } from "./cn-15.ts";
import { isCnUscc } from "./cn-uscc.ts";
import { isEsNif } from "./es-nif.ts";
import { isEuVat } from "./eu-vat.ts";
import { isHuTax } from "./hu-tax.ts";
import { isInGstin } from "./in-gstin.ts";
import { isMyTin } from "./my-tin.ts";
import { isPlContext } from "./pl-context.ts";
import { isPlNip } from "./pl-nip.ts";
import { isSaVat } from "./sa-vat.ts";

/** Forms of taxpayer numbers by the names that a configuration uses. Each says in its own file what it looks at. */
export const TAX_NUMBERS = {
  "cn-uscc": isCnUscc,
  "cn-15": isCn15,
  "pl-nip": isPlNip,
  "pl-context": isPlContext,
  "my-tin": isMyTin,
  "sa-vat": isSaVat,
  "hu-tax": isHuTax,
  "es-nif": isEsNif,
  "in-gstin": isInGstin,
  "eu-vat": isEuVat,
} as const satisfies Readonly<Record<string, (text: string) => boolean>>;

/** Name of a form. */
export type TaxNumberFormat = keyof typeof TAX_NUMBERS;
