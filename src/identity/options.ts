import { z } from "zod";
import { starPattern } from "../base/star-pattern.ts";
import { extractorShape, onePlace } from "../document/extractor-options.ts";

const cidrs = z.array(z.string({ error: () => "a network such as 10.0.0.0/8 or an address" }));
const headerName = z.string({ error: () => "a header name" }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => "a header name" });

/** Where a request says who is asking; the first that gives something wins. */
const principal = z.union([
  z.strictObject({ clientCertificate: z.literal("subject") }),
  z.strictObject({ header: headerName, hash: z.boolean().prefault(true) }),
  z.strictObject({ address: z.literal(true) }),
], { error: () => "one of { clientCertificate: subject }, { header: NAME, hash: true }, { address: true }" });

/** Where a request says whose invoice it is: an extractor. `from` restricts whose header is believed. */
const taxpayer = z
  .strictObject({ ...extractorShape(), from: cidrs.optional() })
  .check(onePlace)
  .check(({ value, issues }) => {
    if (value.from !== undefined && value.header === undefined) issues.push({ code: "custom", path: ["from"], message: "'header' beside 'from'", input: value, continue: true });
  });

/** How the home region is found; the site's defaultRegion comes last. */
const region = z.union([
  z.strictObject({ header: headerName }),
  z.strictObject({ taxpayer: z.literal(true) }),
  z.strictObject({ client: z.literal(true) }),
], { error: () => "one of { header: NAME }, { taxpayer: true }, { client: true }" });

/** Who may submit, and hear of submissions, for whom. */
const entitlement = z.strictObject({
  /** As the access log knows principals: `certificate:CN=erp`, `x-customer:alice`; a star at the end stands for any rest. */
  principal: starPattern(),
  taxpayers: z.array(starPattern()).min(1).max(10_000),
});

/** Who asks, for whom, and where they are at home. */
export const identityOptions = z.strictObject({
  /** Networks whose X-Forwarded-For is believed; the right-most address that is not among them is the client. */
  trustedProxies: cidrs.prefault([]),
  principal: z.array(principal).prefault([{ clientCertificate: "subject" }, { header: "authorization" }, { address: true }]),
  taxpayer: z.array(taxpayer).prefault([]),
  /** Where something stands here, submissions of a taxpayer are taken from these principals alone, and nobody else hears of them. */
  entitled: z.array(entitlement).max(10_000).prefault([]),
  region: z.array(region).prefault([{ header: "x-region" }, { taxpayer: true }, { client: true }]),
});

/** See {@link identityOptions}. */
export type IdentityOptions = z.output<typeof identityOptions>;
