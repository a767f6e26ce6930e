import type { PlatformApp } from "../app.ts";
import { cnIntermediary } from "./cn-intermediary.ts";
import { cnLeqi } from "./cn-leqi.ts";
import { genericJson } from "./generic-json.ts";
import { inIrp } from "./in-irp.ts";
import { plKsef } from "../../../platforms/pl-ksef/storm-app.ts";
import { myMyInvois } from "./my-myinvois.ts";
import { saZatca } from "./sa-zatca.ts";

/** An application of every platform that has a profile. */
export const APPS: readonly PlatformApp[] = [genericJson, cnIntermediary, cnLeqi, inIrp, myMyInvois, plKsef, saZatca];
