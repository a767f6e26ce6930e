import { AttributeTypeAndValue, AttributeValue, GeneralName, Name, RelativeDistinguishedName } from "@peculiar/asn1-x509";
import { parseAddress, type Address } from "../../base/cidr.ts";

/*
 * Names in certificates. This room costs some 20 MB as soon as it is loaded: whoever runs for long imports it by `import()`,
 * when a certificate is to be made.
 */

const COMMON_NAME = "2.5.4.3";
const ORGANIZATION = "2.5.4.10";
/** Upper bound of both (RFC 5280, appendix A.1), in characters. */
const LONGEST = 64;

/** A distinguished name, as UTF-8 text (RFC 5280 section 4.1.2.4); an empty common name gives the empty name. Throws where a part is longer than 64 characters. */
export function distinguishedName(commonName: string, organization?: string): Name {
  const parts = [...(organization === undefined ? [] : [part(ORGANIZATION, organization)]), ...(commonName === "" ? [] : [part(COMMON_NAME, commonName)])];
  return new Name(parts);
}

function part(type: string, text: string): RelativeDistinguishedName {
  if (Array.from(text).length > LONGEST) throw new Error(`making a name: '${text}' is longer than ${LONGEST} characters`);
  return new RelativeDistinguishedName([new AttributeTypeAndValue({ type, value: new AttributeValue({ utf8String: text }) })]);
}

/** An address as text: IPv6 with every group written, and IPv4 as IPv4 however it was spelled. */
export function addressText({ words, v4 }: Address): string {
  if (v4) return [24, 16, 8, 0].map((shift) => (words[3] >>> shift) & 255).join(".");
  return words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16)).join(":");
}

/** A DNS name (in its plain form, see base/host-names.ts) or an IP address as one of the alternative names. */
export function generalName(text: string): GeneralName {
  const address = parseAddress(text);
  return address === null ? new GeneralName({ dNSName: text }) : new GeneralName({ iPAddress: addressText(address) });
}
