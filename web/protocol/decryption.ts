// The partial decryption of a tally (déchiffrement partiel): alpha^x for every ciphertext, each with a proof that x is the
// trustee's. Made by the trustee, verified by everybody; enough of them together give the numbers.
import { utf8 } from "./bytes.ts";
import { Point, Scalar } from "./group.ts";
import { challenge } from "./hash.ts";
import { canonical, readCanonical, text, type Json } from "./json.ts";
import { atoms, filled, isLike, ordered, readShape, writeShape, type Shape } from "./ordered.ts";
import { readProof, writeProof, type Ciphertext, type Proof } from "./proof.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";

/** An encrypted tally, already checked: its ciphertexts and how they are arranged. */
export interface Tally {
  readonly shape: Shape<null>;
  readonly ciphertexts: readonly Ciphertext[];
}

/** Decrypts a trustee's part: the archive's record. `election` is the election's fingerprint. */
export function decrypt(secret: Scalar, election: string, tally: Tally, random: Random): Uint8Array {
  const key = Point.base(secret);
  const factors = tally.ciphertexts.map(({ alpha }) => alpha.power(secret));
  const proofs = tally.ciphertexts.map(({ alpha }): Proof => {
    const w = Scalar.random(random);
    const c = decryptionChallenge(election, key, Point.base(w), alpha.power(w));
    const response = w.minus(c.times(secret));
    w.wipe();
    return { challenge: c, response };
  });
  return utf8(canonical(writeDecryption({ factors: filled(tally.shape, factors), proofs: filled(tally.shape, proofs) })));
}

/** Reads and verifies a trustee's part; gives its factors. Throws a `Refusal` that says which ciphertext. */
export function verifyDecryption(bytes: Uint8Array, key: Point, election: string, tally: Tally): readonly Point[] {
  const { factors, proofs } = readCanonical(bytes, readDecryption, writeDecryption);
  if (!isLike(factors, tally.shape) || !isLike(proofs, tally.shape)) throw new Refusal("shape", "another shape");
  const [points, all] = [atoms(factors), atoms(proofs)];
  tally.ciphertexts.forEach(({ alpha }, i) => {
    const [factor, proof] = [points[i], all[i]];
    if (factor === undefined || proof === undefined || !isProven(key, election, alpha, factor, proof)) {
      throw new Refusal("decryption_proof", `ciphertext ${i}`);
    }
  });
  return points;
}

/** One exponent lies behind the trustee's key and behind this factor. */
function isProven(key: Point, election: string, alpha: Point, factor: Point, { challenge: c, response }: Proof): boolean {
  const a = Point.base(response).times(key.power(c));
  const b = alpha.power(response).times(factor.power(c));
  return decryptionChallenge(election, key, a, b).equals(c);
}

function decryptionChallenge(election: string, key: Point, a: Point, b: Point): Scalar {
  return challenge(`decrypt|${election}|${key}|${a},${b}`);
}

/** ∏ k/(k − own) over the other places: what the factor of the member at `places[own]` is raised to. */
export function lagrange(places: readonly number[], own: number): Scalar {
  const place = places[own] ?? 0;
  const others = places.filter((k) => k !== place);
  return others.reduce((all, k) => all.times(Scalar.of(k)).times(Scalar.of(k).minus(Scalar.of(place)).inverse()), Scalar.of(1));
}

interface Decryption {
  readonly factors: Shape<Point>;
  readonly proofs: Shape<Proof>;
}

function readDecryption(json: Json): Decryption {
  const found = ordered(json, "decryption", ["decryption_factors", "decryption_proofs"]);
  const point = (item: Json, where: string): Point => Point.parse(text(item, where), where);
  return {
    factors: readShape(found.get("decryption_factors") ?? null, "decryption_factors", point),
    proofs: readShape(found.get("decryption_proofs") ?? null, "decryption_proofs", readProof),
  };
}

function writeDecryption({ factors, proofs }: Decryption): Json {
  return { decryption_factors: writeShape(factors, String), decryption_proofs: writeShape(proofs, writeProof) };
}
