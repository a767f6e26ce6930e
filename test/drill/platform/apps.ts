import type { PlatformApp } from "./app.ts";
import { cnIntermediary } from "../../platforms/cn-intermediary/storm-app.ts";
import { cnLeqi } from "../../platforms/cn-leqi/storm-app.ts";
import { genericJson } from "../../platforms/generic-json/storm-app.ts";
import { inIrp } from "../../platforms/in-irp/storm-app.ts";
import { esVerifactu } from "../../platforms/es-verifactu/storm-app.ts";
import { huNav } from "../../platforms/hu-nav/storm-app.ts";
import { plKsef } from "../../platforms/pl-ksef/storm-app.ts";
import { myMyInvois } from "../../platforms/my-myinvois/storm-app.ts";
import { saZatca } from "../../platforms/sa-zatca/storm-app.ts";

/** An application of every platform that has a profile. */
export const APPS: readonly PlatformApp[] = [genericJson, cnIntermediary, cnLeqi, inIrp, myMyInvois, plKsef, saZatca, huNav, esVerifactu];
