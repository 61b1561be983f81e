// Confidential and authentic messages between trustees, carried by a server that can read none: the message is wrapped with
// its recipient's key, signed by its sender, and encrypted. The secret g^s is ElGamal-encrypted to the recipient; the text by
// AES-GCM under SHA256("key|" g^s), with the 32-byte initialization vector SHA256("iv|" alpha) that Belenios has.
//
// AES-GCM is the browser's (WebCrypto): libsodium's takes 12-byte vectors only.
import { hex, hexDecode, utf8, utf8Decode } from "./bytes.ts";
import { Point, Scalar } from "./group.ts";
import { sha256 } from "./hash.ts";
import { canonical, readCanonical, text, type Json } from "./json.ts";
import { ordered } from "./ordered.ts";
import { isSigned, readSigned, writeSigned, type Keys, type Signed } from "./pki.ts";
import { Refusal } from "./refusal.ts";
import { wipe, type Random } from "./sodium.ts";

const ALGORITHM = "AES-GCM";

/** Why a message is not accepted: malformed; not for this key, or changed; not of this sender; meant for another. */
export type ChannelFault = "form" | "decryption" | "signature" | "recipient";

export class ChannelRefusal extends Error {
  readonly code: ChannelFault;

  constructor(code: ChannelFault) {
    super(code);
    this.name = "ChannelRefusal";
    this.code = code;
  }
}

/** Signs as `sender` and encrypts to `recipient`. */
export async function send(sender: Keys, recipient: Point, message: string, random: Random): Promise<string> {
  const addressed = canonical({ recipient: recipient.toString(), message });
  const data = utf8(canonical(writeSigned(sender.sign(addressed, random))));
  const [r, s] = [Scalar.random(random), Scalar.random(random)];
  const secret = Point.base(s);
  const alpha = Point.base(r);
  const beta = recipient.power(r).times(secret);
  r.wipe();
  s.wipe();
  const sealed = await crypto.subtle.encrypt(cipher(alpha), await keyOf(secret), owned(data));
  wipe(data);
  return canonical({ algorithm: ALGORITHM, alpha: alpha.toString(), beta: beta.toString(), data: hex(new Uint8Array(sealed)) });
}

/** Decrypts as `recipient` and checks that `sender` wrote it for this recipient. Throws a `ChannelRefusal`. */
export async function receive(recipient: Keys, sender: Point, written: string): Promise<string> {
  const { alpha, beta, data } = formed(written, readEncrypted, writeEncrypted);
  const secret = beta.over(alpha.power(recipient.decryption));
  let opened: Uint8Array;
  try {
    opened = new Uint8Array(await crypto.subtle.decrypt(cipher(alpha), await keyOf(secret), owned(data)));
  } catch {
    throw new ChannelRefusal("decryption");
  }
  let content: string;
  try {
    content = utf8Decode(opened);
  } catch {
    throw new ChannelRefusal("form");
  } finally {
    wipe(opened);
  }
  const signed = formed(content, (json): Signed => readSigned(json, "message"), writeSigned);
  if (!isSigned(sender, signed.message, signed.signature)) throw new ChannelRefusal("signature");
  const addressed = formed(signed.message, readAddressed, (value) => ({ ...value }));
  if (addressed.recipient !== recipient.encryption.toString()) throw new ChannelRefusal("recipient");
  return addressed.message;
}

function cipher(alpha: Point): AesGcmParams {
  return { name: ALGORITHM, iv: owned(sha256(utf8(`iv|${alpha}`))) };
}

async function keyOf(secret: Point): Promise<CryptoKey> {
  const digest = sha256(utf8(`key|${secret}`));
  const key = await crypto.subtle.importKey("raw", owned(digest), ALGORITHM, false, ["encrypt", "decrypt"]);
  wipe(digest);
  return key;
}

/** WebCrypto takes no views of shared memory, which the type of a plain `Uint8Array` does not exclude. */
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return bytes as Uint8Array<ArrayBuffer>;
}

function formed<T>(written: string, read: (json: Json) => T, write: (value: T) => Json): T {
  try {
    return readCanonical(utf8(written), read, write);
  } catch (error) {
    if (error instanceof Refusal) throw new ChannelRefusal("form");
    throw error;
  }
}

interface Encrypted {
  readonly alpha: Point;
  readonly beta: Point;
  readonly data: Uint8Array;
}

function readEncrypted(json: Json): Encrypted {
  const found = ordered(json, "message", ["algorithm", "alpha", "beta", "data"]);
  const data = hexDecode(text(found.get("data"), "data"));
  if (text(found.get("algorithm"), "algorithm") !== ALGORITHM || data === null) throw new Refusal("shape", "message");
  const point = (name: string): Point => Point.parse(text(found.get(name), name), name);
  return { alpha: point("alpha"), beta: point("beta"), data };
}

function writeEncrypted({ alpha, beta, data }: Encrypted): Json {
  return { algorithm: ALGORITHM, alpha: alpha.toString(), beta: beta.toString(), data: hex(data) };
}

function readAddressed(json: Json): { recipient: string; message: string } {
  const found = ordered(json, "message", ["recipient", "message"]);
  return { recipient: text(found.get("recipient"), "recipient"), message: text(found.get("message"), "message") };
}
