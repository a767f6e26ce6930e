import { z } from "zod";

const cidrs = z.array(z.string({ error: () => "a network such as 10.0.0.0/8 or an address" }));
const headerName = z.string({ error: () => "a header name" }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => "a header name" });
const pointer = z.string({ error: () => "a JSON pointer such as /sellerTaxNo" }).regex(/^(\/([^~/]|~[01])*)+$/, { error: () => "a JSON pointer such as /sellerTaxNo" });

/** Where a request says who is asking; the first that gives something wins. */
const principal = z.union([
  z.strictObject({ clientCertificate: z.literal("subject") }),
  z.strictObject({ header: headerName, hash: z.boolean().prefault(true) }),
  z.strictObject({ address: z.literal(true) }),
], { error: () => "one of { clientCertificate: subject }, { header: NAME, hash: true }, { address: true }" });

/** Where a request says whose invoice it is. `from` restricts whose word is taken. */
const taxpayer = z.union([
  z.strictObject({ header: headerName, from: cidrs.optional() }),
  z.strictObject({ query: z.string().min(1) }),
  z.strictObject({ json: pointer }),
], { error: () => "one of { header: NAME }, { query: NAME }, { json: /pointer }" });

/** How the home region is found; the site's defaultRegion comes last. */
const region = z.union([
  z.strictObject({ header: headerName }),
  z.strictObject({ taxpayer: z.literal(true) }),
  z.strictObject({ client: z.literal(true) }),
], { error: () => "one of { header: NAME }, { taxpayer: true }, { client: true }" });

/** Who asks, for whom, and where they are at home. */
export const identityOptions = z.strictObject({
  /** Networks whose X-Forwarded-For is believed; the right-most address that is not among them is the client. */
  trustedProxies: cidrs.prefault([]),
  principal: z.array(principal).prefault([{ clientCertificate: "subject" }, { header: "authorization" }, { address: true }]),
  taxpayer: z.array(taxpayer).prefault([]),
  region: z.array(region).prefault([{ header: "x-region" }, { taxpayer: true }, { client: true }]),
});

/** See {@link identityOptions}. */
export type IdentityOptions = z.output<typeof identityOptions>;
