// What is wrong with a trustee, and whose fault it is: everybody can be told by number who must begin again.

export type TrusteeFaultCode =
  /** There is nobody. */
  | "nobody"
  /** The threshold is not between 1 and the number of members, or a list has the wrong length. */
  | "threshold"
  /** No proof that the private key is held. */
  | "possession"
  /** A certificate malformed, not signed by its own key, for another place, or somebody else's. */
  | "certificate"
  /** A committed polynomial malformed, of the wrong degree, or not signed. */
  | "polynomial"
  /** The member did not sign the certificates of all. */
  | "certificates_signature"
  /** A public key that is not the one the committed polynomials give, or not signed. */
  | "verification_key"
  /** Not the polynomial that was committed to before the others were known. */
  | "commitment"
  /** A secret share that does not lie on its sender's polynomial. */
  | "share"
  /** A message that cannot be accepted. */
  | "channel"
  /** The seed belongs to no certificate. */
  | "stranger";

export class TrusteeFault extends Error {
  readonly code: TrusteeFaultCode;
  /** Number of the culprit, from 1; null when there is no single one. */
  readonly owner: number | null;

  constructor(code: TrusteeFaultCode, owner: number | null, detail = "") {
    super(`${code}${owner === null ? "" : ` of trustee ${owner}`}${detail === "" ? "" : `: ${detail}`}`);
    this.name = "TrusteeFault";
    this.code = code;
    this.owner = owner;
  }
}
