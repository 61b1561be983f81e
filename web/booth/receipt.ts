// What the two servers sign, checked on the voter's device: the registrar's admission, the voting server's receipt.
import { base64urlDecode, concat, hexDecode, utf8, utf8Decode } from "../protocol/bytes.ts";
import { isDigest, isFingerprint } from "../protocol/hash.ts";
import { sodium } from "../protocol/sodium.ts";

/** The receipt (reçu de vote): no name, no choice, no time. */
export interface Receipt {
  readonly election: string;
  readonly tracker: string;
  readonly event: string;
  readonly signature: string;
}

/** Null unless the four fields are there in their form; says nothing yet of the signature. */
export function readReceipt(json: unknown): Receipt | null {
  if (typeof json !== "object" || json === null) return null;
  const { election, tracker, event, signature } = json as Record<string, unknown>;
  if (typeof election !== "string" || typeof tracker !== "string") return null;
  if (typeof event !== "string" || typeof signature !== "string") return null;
  if (!isFingerprint(tracker) || !isDigest(event) || !/^[0-9a-f]{128}$/.test(signature)) return null;
  return { election, tracker, event, signature };
}

/** True when the server that holds `key` signed this receipt, for this election and this very ballot. */
export function receiptHolds(receipt: Receipt, election: string, tracker: string, key: string): boolean {
  if (receipt.election !== election || receipt.tracker !== tracker) return false;
  const signed = utf8(`isoloir/receipt/v1|${receipt.election}|${receipt.tracker}|${receipt.event}`);
  return signatureHolds(hexDecode(receipt.signature), signed, key);
}

/** True when the registrar admits `credential` (its public text) to `election` for some session. */
export function admissionHolds(admission: string, election: string, credential: string, key: string): boolean {
  const [first, second, ...rest] = admission.split(".");
  const payload = base64urlDecode(first ?? "");
  if (payload === null || rest.length > 0) return false;
  const signed = concat(utf8("isoloir/admission/v1|"), payload);
  if (!signatureHolds(base64urlDecode(second ?? ""), signed, key)) return false;
  try {
    const json = JSON.parse(utf8Decode(payload)) as Record<string, unknown> | null;
    return json?.["v"] === 1 && json["election"] === election && json["credential"] === credential;
  } catch {
    return false;
  }
}

function signatureHolds(signature: Uint8Array | null, signed: Uint8Array, key: string): boolean {
  const publicKey = hexDecode(key);
  if (signature?.length !== 64 || publicKey?.length !== 32) return false;
  return sodium.crypto_sign_verify_detached(signature, signed, publicKey);
}
