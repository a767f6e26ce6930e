import { AsnProp, AsnPropTypes, AsnType, AsnTypeTypes, OctetString } from "@peculiar/asn1-schema";
import { EncryptedContentInfo } from "@peculiar/asn1-cms";
import { AlgorithmIdentifier } from "@peculiar/asn1-x509";

/*
 * ASN.1 that the libraries leave out. Decorators are called by hand, because sources run without a compiler.
 */

/** RFC 5652 section 8, without its attributes. */
export class EncryptedData {
  version = 0;
  encryptedContentInfo = new EncryptedContentInfo();
}
AsnProp({ type: AsnPropTypes.Integer })(EncryptedData.prototype, "version");
AsnProp({ type: EncryptedContentInfo })(EncryptedData.prototype, "encryptedContentInfo");
AsnType({ type: AsnTypeTypes.Sequence })(EncryptedData);

/** RFC 8018 appendix A.4. */
export class Pbes2Parameters {
  derivation = new AlgorithmIdentifier();
  scheme = new AlgorithmIdentifier();
}
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "derivation");
AsnProp({ type: AlgorithmIdentifier })(Pbes2Parameters.prototype, "scheme");
AsnType({ type: AsnTypeTypes.Sequence })(Pbes2Parameters);

/** RFC 8018 appendix A.2; a salt that stands elsewhere is nowhere in use. */
export class Pbkdf2Parameters {
  salt = new OctetString();
  iterations = 0;
  keyLength?: number;
  /** HMAC with SHA-1 where it is left out. */
  prf?: AlgorithmIdentifier;
}
AsnProp({ type: OctetString })(Pbkdf2Parameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(Pbkdf2Parameters.prototype, "iterations");
AsnProp({ type: AsnPropTypes.Integer, optional: true })(Pbkdf2Parameters.prototype, "keyLength");
AsnProp({ type: AlgorithmIdentifier, optional: true })(Pbkdf2Parameters.prototype, "prf");
AsnType({ type: AsnTypeTypes.Sequence })(Pbkdf2Parameters);

/** RFC 7292 appendix C. */
export class PbeParameters {
  salt = new OctetString();
  iterations = 0;
}
AsnProp({ type: OctetString })(PbeParameters.prototype, "salt");
AsnProp({ type: AsnPropTypes.Integer })(PbeParameters.prototype, "iterations");
AsnType({ type: AsnTypeTypes.Sequence })(PbeParameters);
