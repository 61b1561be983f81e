// A voter's credential (matériel de vote secret): 22 base58 symbols in four groups. Whoever holds it can
// sign one ballot of one election; its public half is on the election's list.
import { concat, utf8 } from "./bytes.ts";
import { Point, Scalar } from "./group.ts";
import { sha256 } from "./hash.ts";
import { Refusal } from "./refusal.ts";
import { wipe } from "./sodium.ts";

const BASE58 = "[1-9A-HJ-NP-Za-km-z]";
const FORM = new RegExp(`^${BASE58}{5}-${BASE58}{6}-${BASE58}{5}-${BASE58}{6}$`);

export class Credential {
  /** The secret exponent s; the public credential is g^s. */
  readonly secret: Scalar;
  readonly publicKey: Point;

  private constructor(secret: Scalar) {
    this.secret = secret;
    this.publicKey = Point.base(secret);
  }

  /** Derives the secret exponent of `credential` for one election: the same text gives another key elsewhere. */
  static derive(election: string, credential: string): Credential {
    if (!FORM.test(credential)) throw new Refusal("credential", "form");
    const half = (index: number): Uint8Array => {
      const seed = utf8(`derive_credential|${election}|${index}|${credential}`);
      const digest = sha256(seed);
      wipe(seed);
      return digest;
    };
    const first = half(0);
    const second = half(1);
    const wide = concat(first, second);
    const secret = Scalar.reduce(wide);
    wipe(first, second, wide);
    return new Credential(secret);
  }

  wipe(): void {
    this.secret.wipe();
  }
}
