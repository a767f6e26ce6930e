import { nodeAt, nodesOf, readXmlTree, textAt, type XmlNode } from "../xml-tree.ts";

/** What stands in every request. */
export interface Message {
  /** The document's element, such as `ManageInvoiceRequest`. */
  readonly root: XmlNode;
  readonly requestId: string;
  readonly timestamp: string;
  readonly login: string;
  readonly passwordHash: string;
  readonly taxNumber: string;
  readonly signature: string;
  /** Given back in the answer. */
  readonly software: XmlNode | undefined;
}

/** One invoice or annulment of a request. */
export interface Item {
  readonly index: string;
  /** CREATE, MODIFY, STORNO or ANNUL. */
  readonly operation: string;
  /** Base64, perhaps of gzip. */
  readonly data: string;
}

/** Reads what all requests have in common; undefined where the document is not one. */
export function readMessage(bytes: Uint8Array): Message | undefined {
  const root = readXmlTree(bytes);
  const requestId = textAt(root, "header", "requestId");
  const timestamp = textAt(root, "header", "timestamp");
  const login = textAt(root, "user", "login");
  const passwordHash = textAt(root, "user", "passwordHash");
  const taxNumber = textAt(root, "user", "taxNumber");
  const signature = textAt(root, "user", "requestSignature");
  if (!root || !requestId || !timestamp || !login || !passwordHash || !taxNumber || !signature) return undefined;
  if (!/^[+a-zA-Z0-9_]{1,30}$/.test(requestId) || !/^[0-9]{8}$/.test(taxNumber)) return undefined;
  return { root, requestId, timestamp, login, passwordHash, taxNumber, signature, software: nodeAt(root, "software") };
}

/** The invoices, or annulments, of a request. */
export function itemsOf({ root }: Message): readonly Item[] {
  const what = root.local === "ManageAnnulmentRequest" ? ["annulmentOperations", "annulmentOperation", "invoiceAnnulment"] : ["invoiceOperations", "invoiceOperation", "invoiceData"];
  const [list = "", each = "", data = ""] = what;
  return nodesOf(nodeAt(root, list), each).map((node) => ({ index: textAt(node, "index") ?? "", operation: textAt(node, each) ?? "", data: textAt(node, data) ?? "" }));
}

/** Whether the invoices of a request are compressed. */
export function isCompressed({ root }: Message): boolean {
  return textAt(root, "invoiceOperations", "compressedContent") === "true";
}
