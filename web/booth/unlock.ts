// From the voting code to the credential. The code gives an authenticator, sent to the registrar, and a wrapping
// key, kept: the registrar answers with the credential locked under that key. Runs in the worker only.
import { base64urlDecode, concat, hex, utf8, utf8Decode } from "../protocol/bytes.ts";
import { sodium, wipe } from "../protocol/sodium.ts";

export interface CodeKeys {
  /** 64 hexadecimal digits, for the registrar. */
  readonly authenticator: string;
  readonly wrapping: Uint8Array;
}

const NONCE_LENGTH = 24;

/** `code` is the 16 normalized symbols. */
export function codeKeys(voter: string, code: string): CodeKeys {
  const ikm = utf8(code);
  const prk = hmac(utf8(`isoloir/code/v1|${voter}`), ikm);
  const authenticator = expand(prk, "authenticator");
  const keys = { authenticator: hex(authenticator), wrapping: expand(prk, "wrapping") };
  wipe(ikm, prk, authenticator);
  return keys;
}

/** HKDF-SHA256's second half, for one block. */
function expand(prk: Uint8Array, info: string): Uint8Array {
  return hmac(prk, concat(utf8(info), Uint8Array.of(1)));
}

function hmac(key: Uint8Array, message: Uint8Array): Uint8Array {
  const state = sodium.crypto_auth_hmacsha256_init(key);
  sodium.crypto_auth_hmacsha256_update(state, message);
  return sodium.crypto_auth_hmacsha256_final(state);
}

/** The credential's text, or null when the key, the voter or the election is not the one it was locked for. */
export function unwrapCredential(wrapping: Uint8Array, voter: string, election: string, wrapped: string): string | null {
  const bytes = base64urlDecode(wrapped);
  if (bytes === null || bytes.length <= NONCE_LENGTH) return null;
  const aad = utf8(`isoloir/credential/v1|${voter}|${election}`);
  try {
    const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null, bytes.subarray(NONCE_LENGTH), aad, bytes.subarray(0, NONCE_LENGTH), wrapping);
    const credential = utf8Decode(plain);
    wipe(plain);
    return credential;
  } catch {
    return null;
  }
}
