import { z } from "zod";
import { parseNetwork } from "../../base/cidr.ts";
import { linearPattern } from "../../base/linear-pattern.ts";
import { starPattern } from "../../base/star-pattern.ts";
import { TAX_NUMBERS, type TaxNumberFormat } from "../tax-number/tax-number.ts";

/*
 * Who and what is let in: positive security. An empty list lets in everyone. A route's word counts over its site's, and that
 * over the one for all, key by key: a list replaces the other, and is not added to it.
 */

/** Names of the forms of taxpayer numbers. */
export const TAX_NUMBER_FORMATS = Object.keys(TAX_NUMBERS) as [TaxNumberFormat, ...TaxNumberFormat[]];

/** Stands for the forms of taxpayer numbers that a site's profile names. */
export const PLATFORM_FORMAT = "platform";

const NETWORK_WANTED = "a network such as 10.0.0.0/8 or an address";
const METHOD_WANTED = "a method in capitals such as POST";
const PATH_WANTED = "a path such as /api/invoices, /api/{id} or /api/**";
const TAXPAYER_WANTED = "a pattern such as ^91[0-9]{6}, or { format: NAME }";
const FORMATS = [...TAX_NUMBER_FORMATS, PLATFORM_FORMAT] as const;

const network = z.string({ error: () => NETWORK_WANTED }).check(({ value, issues }) => {
  if (parseNetwork(value) === null) issues.push({ code: "custom", path: [], message: NETWORK_WANTED, input: value, continue: true });
});

const taxpayer = z.union([linearPattern(), z.strictObject({ format: z.enum(FORMATS) })], { error: () => TAXPAYER_WANTED });

/** See {@link taxpayer}. */
export type AllowedTaxpayer = z.output<typeof taxpayer>;

const lists = {
  /** Networks of clients, behind trusted proxies where there are such. */
  clients: z.array(network).max(10_000),
  /** As the access log knows principals: `certificate:CN=erp`; a star at the end stands for any rest. */
  principals: z.array(starPattern()).max(10_000),
  /** Patterns that a taxpayer's number has to fit, or forms with their check digits. One of them is enough. */
  taxpayers: z.array(taxpayer).max(1000),
  /** What becomes of requests that say no taxpayer, where taxpayers are listed. */
  unnamed: z.enum(["pass", "refuse"]),
  /** GET takes HEAD along. */
  methods: z.array(z.string({ error: () => METHOD_WANTED }).regex(/^[A-Z-]{1,20}$/, { error: () => METHOD_WANTED })).max(50),
  /** As routes match them. */
  paths: z.array(z.string({ error: () => PATH_WANTED }).regex(/^\/([^?#\s]*)$/, { error: () => PATH_WANTED })).max(1000),
};

/** The allowlists of all sites. */
export const allowOptions = z.strictObject({
  clients: lists.clients.prefault([]),
  principals: lists.principals.prefault([]),
  taxpayers: lists.taxpayers.prefault([]),
  unnamed: lists.unnamed.prefault("pass"),
  methods: lists.methods.prefault([]),
  paths: lists.paths.prefault([]),
});

/** See {@link allowOptions}. */
export type AllowOptions = z.output<typeof allowOptions>;

/** What a site or route says otherwise. */
export const ownAllowOptions = z.strictObject(lists).partial();

/** See {@link ownAllowOptions}. */
export type OwnAllowOptions = z.output<typeof ownAllowOptions>;
