import type { PlatformKind } from "../kind.ts";
import { CN_INTERMEDIARY } from "./cn-intermediary/cn-intermediary.ts";
import { CN_LEQI } from "./cn-leqi/cn-leqi.ts";
import { ES_VERIFACTU } from "./es-verifactu/es-verifactu.ts";
import { GENERIC_JSON } from "./generic-json/generic-json.ts";
import { HU_NAV } from "./hu-nav/hu-nav.ts";
import { IN_IRP } from "./in-irp/in-irp.ts";
import { MY_MYINVOIS } from "./my-myinvois/my-myinvois.ts";
import { PL_KSEF } from "./pl-ksef/pl-ksef.ts";
import { SA_ZATCA } from "./sa-zatca/sa-zatca.ts";

/** Every kind of simulated platform. */
const KINDS: readonly PlatformKind[] = [
  GENERIC_JSON,
  CN_INTERMEDIARY,
  CN_LEQI,
  ES_VERIFACTU,
  HU_NAV,
  IN_IRP,
  MY_MYINVOIS,
  PL_KSEF,
  SA_ZATCA,
];

/** The kind of sandboxes that ask for none. */
export const DEFAULT_KIND = GENERIC_JSON.name;

/** The kind of that name. Throws an Error that names those that there are. */
export function kindNamed(name: string): PlatformKind {
  const kind = KINDS.find((one) => one.name === name);
  if (!kind) throw new Error(`looking for a kind of simulated platform: got "${name}", want one of ${KINDS.map((one) => one.name).join(", ")}`);
  return kind;
}
