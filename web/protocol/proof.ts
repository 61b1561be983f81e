// Zero-knowledge proofs about ciphertexts. One mechanism serves almost everything: "one of these
// ciphertexts encrypts zero, I do not say which" (the branch's claimed value having been divided out).
// Responses are w − r·c throughout, so that a verifier multiplies: A = g^response · alpha^challenge.
import { fields, list, text, type Json } from "./json.ts";
import { Point, Scalar } from "./group.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";

export interface Proof {
  readonly challenge: Scalar;
  readonly response: Scalar;
}

export interface Ciphertext {
  readonly alpha: Point;
  readonly beta: Point;
}

/** What the prover knows of a ciphertext: alpha = g^r and beta = y^r·g^value. */
export interface Opening {
  readonly r: Scalar;
  readonly value: number;
}

/** Turns the commitments `A0,B0,A1,B1,…` into the challenge; each kind of proof has its own prefix. */
export type Challenge = (commitments: string) => Scalar;

export function encrypt(key: Point, opening: Opening): Ciphertext {
  const mask = key.power(opening.r);
  // Both ciphertexts of 0 and 1 are computed whatever the choice, so that time says nothing of it.
  const encryptions = [mask, mask.times(Point.generator())];
  const beta = encryptions[opening.value];
  if (beta === undefined) throw new Refusal("choice", "a weight is 0 or 1");
  return { alpha: Point.base(opening.r), beta };
}

/** The ciphertext of the sum: ciphertexts multiply as their contents add. */
export function combine(ciphertexts: readonly Ciphertext[]): Ciphertext {
  return ciphertexts.reduce(
    (sum, next) => ({ alpha: sum.alpha.times(next.alpha), beta: sum.beta.times(next.beta) }),
    { alpha: Point.identity(), beta: Point.identity() },
  );
}

export function combineOpenings(openings: readonly Opening[]): Opening {
  return openings.reduce((sum, next) => ({ r: sum.r.plus(next.r), value: sum.value + next.value }), {
    r: Scalar.of(0),
    value: 0,
  });
}

/** The same ciphertext, its content lowered by a public `value`. */
export function lowered(ciphertext: Ciphertext, value: number): Ciphertext {
  return { alpha: ciphertext.alpha, beta: ciphertext.beta.over(Point.base(Scalar.of(value))) };
}

export function loweredOpening(opening: Opening, value: number): Opening {
  return { r: opening.r, value: opening.value - value };
}

/**
 * Proves that the branch `real` encrypts zero among `branches`.
 *
 * The prover knows every opening, so the simulated branches need no power of the ciphertext itself:
 * alpha^c is g^(r·c), and all exponentiations are to the two fixed bases g and y.
 */
export function proveOneOf(
  key: Point,
  branches: readonly Opening[],
  real: number,
  random: Random,
  challenge: Challenge,
): Proof[] {
  const truth = branches[real];
  if (truth === undefined || truth.value !== 0) throw new Refusal("choice", "no true branch");
  const proofs: Proof[] = [];
  const commitments: string[] = [];
  const w = Scalar.random(random);
  let simulated = Scalar.of(0);
  for (const [j, branch] of branches.entries()) {
    if (j === real) {
      proofs.push({ challenge: simulated, response: w });
      commitments.push(`${Point.base(w)},${key.power(w)}`);
      continue;
    }
    const proof = { challenge: Scalar.random(random), response: Scalar.random(random) };
    const exponent = proof.response.plus(proof.challenge.times(branch.r));
    const b = key.power(exponent).times(Point.base(proof.challenge.times(Scalar.of(branch.value))));
    commitments.push(`${Point.base(exponent)},${b}`);
    simulated = simulated.plus(proof.challenge);
    proofs.push(proof);
  }
  const own = challenge(commitments.join(",")).minus(simulated);
  proofs[real] = { challenge: own, response: w.minus(own.times(truth.r)) };
  w.wipe();
  return proofs;
}

export function verifyOneOf(
  key: Point,
  branches: readonly Ciphertext[],
  proofs: readonly Proof[],
  challenge: Challenge,
): boolean {
  if (branches.length !== proofs.length) return false;
  let sum = Scalar.of(0);
  const commitments = branches.map((branch, j) => {
    const proof = proofs[j];
    if (proof === undefined) return "";
    sum = sum.plus(proof.challenge);
    const a = Point.base(proof.response).times(branch.alpha.power(proof.challenge));
    const b = key.power(proof.response).times(branch.beta.power(proof.challenge));
    return `${a},${b}`;
  });
  return challenge(commitments.join(",")).equals(sum);
}

export function writeProof(proof: Proof): Json {
  return { challenge: proof.challenge.toString(), response: proof.response.toString() };
}

export function readProof(json: Json | undefined, where: string): Proof {
  const found = fields(json ?? null, where, ["challenge", "response"]);
  return {
    challenge: Scalar.parse(text(found.get("challenge"), `${where}.challenge`), `${where}.challenge`),
    response: Scalar.parse(text(found.get("response"), `${where}.response`), `${where}.response`),
  };
}

export function readProofs(json: Json | undefined, where: string, length: number): Proof[] {
  return list(json, where, length).map((item, index) => readProof(item, `${where}[${index}]`));
}

export function writeCiphertext(ciphertext: Ciphertext): Json {
  return { alpha: ciphertext.alpha.toString(), beta: ciphertext.beta.toString() };
}

export function readCiphertext(json: Json | undefined, where: string): Ciphertext {
  const found = fields(json ?? null, where, ["alpha", "beta"]);
  return {
    alpha: Point.parse(text(found.get("alpha"), `${where}.alpha`), `${where}.alpha`),
    beta: Point.parse(text(found.get("beta"), `${where}.beta`), `${where}.beta`),
  };
}

/** `alpha1,beta1,alpha2,beta2,…`, as the hashes take them. */
export function writeAll(ciphertexts: readonly Ciphertext[]): string {
  return ciphertexts.map(({ alpha, beta }) => `${alpha},${beta}`).join(",");
}
