// The partial decryption of a tally (déchiffrement partiel): alpha^x for every ciphertext, each with a proof that x is the
// trustee's. Made by the trustee, verified by everybody; enough of them together give the numbers.
import { hex, utf8 } from "./bytes.ts";
import { Point, Scalar } from "./group.ts";
import { challenge, sha256 } from "./hash.ts";
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

/**
 * What a trustee hands over: the partial decryption, and a second proof that is bound to its factors, since the challenges of crypto v1 are
 * not (our addition: crates/protocol/src/tally/binding.rs says why and how).
 */
export function decryptBound(secret: Scalar, election: string, tally: Tally, random: Random): Uint8Array {
  const decryption = readCanonical(decrypt(secret, election, tally, random), readDecryption, writeDecryption);
  const statement = bindingStatement(Point.base(secret), election, tally, atoms(decryption.factors));
  const w = Scalar.random(random);
  const c = statement.challenge(Point.base(w), statement.alpha.power(w));
  const binding: Proof = { challenge: c, response: w.minus(c.times(secret)) };
  w.wipe();
  return utf8(canonical({ decryption: writeDecryption(decryption), binding: writeProof(binding) }));
}

/** Reads and verifies what a trustee hands over; gives the factors and the archive's record. */
export function verifyBound(bytes: Uint8Array, key: Point, election: string, tally: Tally): { factors: readonly Point[]; record: Uint8Array } {
  const { decryption, binding } = readCanonical(bytes, readBound, writeBound);
  const record = utf8(canonical(writeDecryption(decryption)));
  const factors = verifyDecryption(record, key, election, tally);
  const statement = bindingStatement(key, election, tally, factors);
  const a = Point.base(binding.response).times(key.power(binding.challenge));
  const b = statement.alpha.power(binding.response).times(statement.factor.power(binding.challenge));
  if (!statement.challenge(a, b).equals(binding.challenge)) throw new Refusal("decryption_binding", "the factors are not those of one key");
  return { factors, record };
}

/** All ciphertexts and all factors, each side in one element, and the challenge about them. */
function bindingStatement(key: Point, election: string, tally: Tally, factors: readonly Point[]): { alpha: Point; factor: Point; challenge: (a: Point, b: Point) => Scalar } {
  const alphas = tally.ciphertexts.map(({ alpha }) => alpha);
  const pairs = alphas.flatMap((alpha, i) => [alpha, factors[i] ?? Point.identity()]);
  const digest = hex(sha256(utf8(`isoloir/binding/v1|${election}|${key}|${pairs.join()}`)));
  const exponents = alphas.map((_, i) => challenge(`isoloir/binding/v1|${digest}|${i}`));
  const product = (points: readonly Point[]): Point => points.reduce((all, point, i) => all.times(point.power(exponents[i] ?? Scalar.of(0))), Point.identity());
  return {
    alpha: product(alphas),
    factor: product(factors),
    challenge: (a, b) => challenge(`isoloir/binding/v1|${digest}|proof|${a},${b}`),
  };
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

interface Bound {
  readonly decryption: Decryption;
  readonly binding: Proof;
}

function readBound(json: Json): Bound {
  const found = ordered(json, "bound decryption", ["decryption", "binding"]);
  return {
    decryption: readDecryption(found.get("decryption") ?? null),
    binding: readProof(found.get("binding") ?? null, "binding"),
  };
}

function writeBound({ decryption, binding }: Bound): Json {
  return { decryption: writeDecryption(decryption), binding: writeProof(binding) };
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
