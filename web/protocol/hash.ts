// Hashes of crypto v1: SHA-256 of a text, read big-endian and reduced, or written in unpadded base64.
import { base64, hexDecode, utf8 } from "./bytes.ts";
import { Scalar } from "./group.ts";
import { sodium } from "./sodium.ts";

export function sha256(bytes: Uint8Array): Uint8Array {
  return sodium.crypto_hash_sha256(bytes);
}

/** The 43 characters of fingerprints and trackers. */
export function fingerprint(bytes: Uint8Array): string {
  return base64(sha256(bytes));
}

/** A challenge: the hash of a text as a scalar. */
export function challenge(text: string): Scalar {
  return Scalar.reduce(sha256(utf8(text)));
}

export function isFingerprint(text: string): boolean {
  return /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]$/.test(text);
}

export function isDigest(text: string): boolean {
  return hexDecode(text)?.length === 32;
}
