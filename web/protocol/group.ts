// The group Ed25519: its prime-order subgroup, written multiplicatively in the protocol (g^x, a·b) and
// additively in libsodium. A `Point` that exists is canonical and of prime order; a `Scalar` is below q.
//
// libsodium computes in constant time on little-endian bytes, and refuses two things that the protocol
// needs: the scalar 0 and the identity. Both are handled here, and nowhere else.
import { hex, hexDecode, sameBytes } from "./bytes.ts";
import { Refusal } from "./refusal.ts";
import { sodium, wipe, type Random } from "./sodium.ts";

/** The order of the group. */
export const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

const ZERO = new Uint8Array(32);

export class Scalar {
  /** Little-endian, below the order. */
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  static of(value: number): Scalar {
    return Scalar.ofBigInt(BigInt(value));
  }

  /** Any integer, reduced. For public values only: BigInt does not run in constant time. */
  static ofBigInt(value: bigint): Scalar {
    let rest = ((value % ORDER) + ORDER) % ORDER;
    const bytes = new Uint8Array(32);
    for (let i = 0; i < 32; i++) {
      bytes[i] = Number(rest & 0xffn);
      rest >>= 8n;
    }
    return new Scalar(bytes);
  }

  /** Decimal text without leading zero, below the order. */
  static parse(text: string, where: string): Scalar {
    if (text.length > 77 || !/^(0|[1-9][0-9]*)$/.test(text)) throw new Refusal("scalar", where);
    const value = BigInt(text);
    if (value >= ORDER) throw new Refusal("scalar", where);
    return Scalar.ofBigInt(value);
  }

  /** Big-endian bytes, at most 64 of them, reduced. */
  static reduce(bigEndian: Uint8Array): Scalar {
    const wide = new Uint8Array(64);
    wide.set(bigEndian.slice().reverse());
    const scalar = new Scalar(sodium.crypto_core_ed25519_scalar_reduce(wide));
    wipe(wide);
    return scalar;
  }

  /** Uniform below the order: 512 random bits, reduced. */
  static random(random: Random): Scalar {
    const wide = random(64);
    const scalar = new Scalar(sodium.crypto_core_ed25519_scalar_reduce(wide));
    wipe(wide);
    return scalar;
  }

  plus(other: Scalar): Scalar {
    return new Scalar(sodium.crypto_core_ed25519_scalar_add(this.#bytes, other.#bytes));
  }

  minus(other: Scalar): Scalar {
    return new Scalar(sodium.crypto_core_ed25519_scalar_sub(this.#bytes, other.#bytes));
  }

  times(other: Scalar): Scalar {
    return new Scalar(sodium.crypto_core_ed25519_scalar_mul(this.#bytes, other.#bytes));
  }

  negated(): Scalar {
    return new Scalar(sodium.crypto_core_ed25519_scalar_negate(this.#bytes));
  }

  /** The inverse; of zero there is none. */
  inverse(): Scalar {
    if (this.isZero()) throw new Refusal("scalar", "zero has no inverse");
    return new Scalar(sodium.crypto_core_ed25519_scalar_invert(this.#bytes));
  }

  isZero(): boolean {
    return sameBytes(this.#bytes, ZERO);
  }

  equals(other: Scalar): boolean {
    return sameBytes(this.#bytes, other.#bytes);
  }

  /** Decimal, as the protocol writes it. Only values meant to be published go through here. */
  toString(): string {
    let value = 0n;
    for (let i = 31; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[i] ?? 0);
    return value.toString();
  }

  /** The little-endian bytes, for the group operations of this file's `Point`. */
  bytes(): Uint8Array {
    return this.#bytes;
  }

  wipe(): void {
    wipe(this.#bytes);
  }
}

const IDENTITY_BYTES = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 1 : 0));

let generator: Point | null = null;

export class Point {
  /** Little-endian: `y | sign(x) << 255`, as RFC 8032 has it. */
  readonly #bytes: Uint8Array;
  #text: string | null = null;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  static identity(): Point {
    return new Point(IDENTITY_BYTES);
  }

  /** g. */
  static generator(): Point {
    generator ??= Point.base(Scalar.of(1));
    return generator;
  }

  /** g^exponent. */
  static base(exponent: Scalar): Point {
    if (exponent.isZero()) return Point.identity();
    return new Point(sodium.crypto_scalarmult_ed25519_base_noclamp(exponent.bytes()));
  }

  /** 64 lower-case hexadecimal digits, big-endian; canonical and of prime order, or the identity. */
  static parse(text: string, where: string): Point {
    const bytes = text.length === 64 ? hexDecode(text)?.reverse() : undefined;
    if (bytes === undefined) throw new Refusal("point", where);
    if (!sameBytes(bytes, IDENTITY_BYTES) && !sodium.crypto_core_ed25519_is_valid_point(bytes)) {
      throw new Refusal("point", where);
    }
    return new Point(bytes);
  }

  /** The product of the protocol, which is the sum of the curve. */
  times(other: Point): Point {
    if (this.isIdentity()) return other;
    if (other.isIdentity()) return this;
    return new Point(sodium.crypto_core_ed25519_add(this.#bytes, other.#bytes));
  }

  over(other: Point): Point {
    if (other.isIdentity()) return this;
    return new Point(sodium.crypto_core_ed25519_sub(this.#bytes, other.#bytes));
  }

  power(exponent: Scalar): Point {
    if (exponent.isZero() || this.isIdentity()) return Point.identity();
    return new Point(sodium.crypto_scalarmult_ed25519_noclamp(exponent.bytes(), this.#bytes));
  }

  isIdentity(): boolean {
    return sameBytes(this.#bytes, IDENTITY_BYTES);
  }

  equals(other: Point): boolean {
    return sameBytes(this.#bytes, other.#bytes);
  }

  /** Big-endian hexadecimal, as the protocol writes it. */
  toString(): string {
    this.#text ??= hex(this.#bytes.slice().reverse());
    return this.#text;
  }
}
