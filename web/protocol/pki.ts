// The small public key infrastructure of threshold trustees (détenteurs de clé): from one seed, a key to sign with and a
// key to receive messages with. Neither decrypts a tally.
import { concat, utf8, utf8Decode } from "./bytes.ts";
import { Point, Scalar } from "./group.ts";
import { challenge, sha256 } from "./hash.ts";
import { text, type Json } from "./json.ts";
import { ordered } from "./ordered.ts";
import { readProof, writeProof, type Proof } from "./proof.ts";
import { Refusal } from "./refusal.ts";
import { wipe, type Random } from "./sodium.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const SEED_LENGTH = 22;

/** A trustee's secret seed: 22 symbols of base 58, kept as bytes so that they can be wiped. */
export class Seed {
  readonly #symbols: Uint8Array;

  private constructor(symbols: Uint8Array) {
    this.#symbols = symbols;
  }

  /** Picks one (128 bits of entropy). Values of 58 and more are drawn again, so that symbols are uniform. */
  static generate(random: Random): Seed {
    const symbols = new Uint8Array(SEED_LENGTH);
    for (let filled = 0; filled < SEED_LENGTH;) {
      const drawn = random(SEED_LENGTH);
      for (const byte of drawn) {
        const symbol = BASE58.charCodeAt(byte & 63);
        if (filled < SEED_LENGTH && !Number.isNaN(symbol)) symbols[filled++] = symbol;
      }
      wipe(drawn);
    }
    return new Seed(symbols);
  }

  static parse(written: string): Seed {
    if (written.length !== SEED_LENGTH || [...written].some((symbol) => !BASE58.includes(symbol))) {
      throw new Refusal("shape", "a trustee's seed is 22 symbols of base 58");
    }
    return new Seed(utf8(written));
  }

  /** What a key file holds. */
  expose(): string {
    return utf8Decode(this.#symbols);
  }

  /** 32 bytes that only this seed gives for this purpose. */
  derive(purpose: string): Uint8Array {
    const seeded = concat(utf8(`${purpose}|`), this.#symbols);
    const digest = sha256(seeded);
    wipe(seeded);
    return digest;
  }

  wipe(): void {
    wipe(this.#symbols);
  }
}

/** What a trustee signs and receives with. */
export class Keys {
  readonly #signing: Scalar;
  /** Opens messages sent to this trustee. */
  readonly decryption: Scalar;
  /** Under which the trustee's signatures verify. */
  readonly verification: Point;
  /** To which messages for the trustee are encrypted. */
  readonly encryption: Point;

  constructor(seed: Seed) {
    const [sk, dk] = [seed.derive("sk"), seed.derive("dk")];
    this.#signing = Scalar.reduce(sk);
    this.decryption = Scalar.reduce(dk);
    wipe(sk, dk);
    this.verification = Point.base(this.#signing);
    this.encryption = Point.base(this.decryption);
  }

  signature(message: string, random: Random): Proof {
    const w = Scalar.random(random);
    const c = signatureChallenge(message, Point.base(w));
    const proof = { challenge: c, response: w.minus(c.times(this.#signing)) };
    w.wipe();
    return proof;
  }

  sign(message: string, random: Random): Signed {
    return { message, signature: this.signature(message, random) };
  }

  wipe(): void {
    this.#signing.wipe();
    this.decryption.wipe();
  }
}

/** A message with its signature. */
export interface Signed {
  /** Itself a text of its own: JSON, as a rule. */
  readonly message: string;
  readonly signature: Proof;
}

/** Whether the owner of this key signed this message. */
export function isSigned(key: Point, message: string, signature: Proof): boolean {
  const commitment = Point.base(signature.response).times(key.power(signature.challenge));
  return signatureChallenge(message, commitment).equals(signature.challenge);
}

function signatureChallenge(message: string, commitment: Point): Scalar {
  return challenge(`sigmsg|${message}|${commitment}`);
}

export function readSigned(json: Json | undefined, where: string): Signed {
  const found = ordered(json ?? null, where, ["message", "signature"]);
  return {
    message: text(found.get("message"), `${where}.message`),
    signature: readProof(found.get("signature"), `${where}.signature`),
  };
}

export function writeSigned({ message, signature }: Signed): Json {
  return { message, signature: writeProof(signature) };
}
