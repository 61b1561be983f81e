// Answers to a homomorphic question: one ciphertext of 0 or 1 per answer (preceded by one for "blank"
// where the question allows it), each proven 0 or 1, and the whole proven to respect min and max.
import { challenge } from "./hash.ts";
import type { HomomorphicQuestion } from "./election.ts";
import { Scalar, type Point } from "./group.ts";
import { fields, list, type Json } from "./json.ts";
import {
  combine, combineOpenings, encrypt, lowered, loweredOpening, proveOneOf, readCiphertext, readProofs, verifyOneOf,
  writeAll, writeCiphertext, writeProof, type Ciphertext, type Opening, type Proof,
} from "./proof.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";

/** What the voter chose: some answers, by their rank from 0, or blank. */
export type HomomorphicChoice = "blank" | readonly number[];

export interface HomomorphicAnswer {
  readonly kind: "homomorphic";
  readonly choices: readonly Ciphertext[];
  readonly individual: readonly (readonly Proof[])[];
  readonly overall: readonly Proof[];
  readonly blank: readonly Proof[] | null;
}

export function answerHomomorphic(
  key: Point,
  question: HomomorphicQuestion,
  choice: HomomorphicChoice,
  s0: string,
  random: Random,
): HomomorphicAnswer {
  const openings = weights(question, choice).map((value) => ({ r: Scalar.random(random), value }));
  const choices = openings.map((opening) => encrypt(key, opening));
  const individual = openings.map((opening, i) => proveBit(key, opening, choices[i], s0, random));
  const s = `${s0}|${writeAll(choices)}`;
  const proven = question.blank
    ? proveWithBlank(key, question, openings, s, random)
    : { overall: proveSum(key, question, openings, choices, s, random), blank: null };
  for (const opening of openings) opening.r.wipe();
  return { kind: "homomorphic", choices, individual, ...proven };
}

/** One 0 or 1 per ciphertext; refuses a choice the question does not allow. */
function weights(question: HomomorphicQuestion, choice: HomomorphicChoice): number[] {
  const blank = choice === "blank";
  if (blank && !question.blank) throw new Refusal("choice", "this question has no blank vote");
  const chosen = new Set<number>(blank ? [] : choice);
  if (!blank && (chosen.size !== choice.length || chosen.size < question.min || chosen.size > question.max)) {
    throw new Refusal("choice", "too few, too many or repeated answers");
  }
  const weights = question.answers.map((_, i) => (chosen.delete(i) ? 1 : 0));
  if (chosen.size > 0) throw new Refusal("choice", "no such answer");
  return question.blank ? [blank ? 1 : 0, ...weights] : weights;
}

export function proveBit(
  key: Point,
  opening: Opening,
  ciphertext: Ciphertext | undefined,
  s0: string,
  random: Random,
): Proof[] {
  if (ciphertext === undefined) throw new Refusal("choice", "no ciphertext");
  const branches = [opening, loweredOpening(opening, 1)];
  const prefix = `prove|${s0}|${writeAll([ciphertext])}|`;
  return proveOneOf(key, branches, opening.value, random, (commitments) => challenge(prefix + commitments));
}

export function verifyBit(key: Point, ciphertext: Ciphertext, proofs: readonly Proof[], s0: string): boolean {
  const branches = [ciphertext, lowered(ciphertext, 1)];
  const prefix = `prove|${s0}|${writeAll([ciphertext])}|`;
  return verifyOneOf(key, branches, proofs, (commitments) => challenge(prefix + commitments));
}

function range(question: HomomorphicQuestion): number[] {
  return Array.from({ length: question.max - question.min + 1 }, (_, j) => question.min + j);
}

function proveSum(
  key: Point,
  question: HomomorphicQuestion,
  openings: readonly Opening[],
  choices: readonly Ciphertext[],
  s: string,
  random: Random,
): Proof[] {
  const sum = combineOpenings(openings);
  const branches = range(question).map((value) => loweredOpening(sum, value));
  const prefix = `prove|${s}|${writeAll([combine(choices)])}|`;
  const real = sum.value - question.min;
  return proveOneOf(key, branches, real, random, (commitments) => challenge(prefix + commitments));
}

function proveWithBlank(
  key: Point,
  question: HomomorphicQuestion,
  openings: readonly Opening[],
  s: string,
  random: Random,
): { overall: Proof[]; blank: Proof[] } {
  const [first, ...others] = openings;
  if (first === undefined) throw new Refusal("choice", "no blank weight");
  const sum = combineOpenings(others);
  const isBlank = first.value === 1;
  const blank = proveOneOf(key, [first, sum], isBlank ? 1 : 0, random, (commitments) =>
    challenge(`bproof0|${s}|${commitments}`));
  const branches = [loweredOpening(first, 1), ...range(question).map((value) => loweredOpening(sum, value))];
  const real = isBlank ? 0 : sum.value - question.min + 1;
  const overall = proveOneOf(key, branches, real, random, (commitments) =>
    challenge(`bproof1|${s}|${commitments}`));
  return { overall, blank };
}

/** Throws the refusal that names the first proof that does not hold. */
export function verifyHomomorphic(
  key: Point,
  question: HomomorphicQuestion,
  answer: HomomorphicAnswer,
  s0: string,
  where: string,
): void {
  answer.choices.forEach((ciphertext, i) => {
    if (!verifyBit(key, ciphertext, answer.individual[i] ?? [], s0)) {
      throw new Refusal("individual_proof", `${where}.choices[${i}]`);
    }
  });
  const s = `${s0}|${writeAll(answer.choices)}`;
  if (answer.blank === null) {
    const sum = combine(answer.choices);
    const branches = range(question).map((value) => lowered(sum, value));
    const prefix = `prove|${s}|${writeAll([sum])}|`;
    const holds = verifyOneOf(key, branches, answer.overall, (commitments) => challenge(prefix + commitments));
    if (!holds) throw new Refusal("overall_proof", where);
    return;
  }
  const [first, ...others] = answer.choices;
  if (first === undefined) throw new Refusal("blank_proof", where);
  const sum = combine(others);
  const blankHolds = verifyOneOf(key, [first, sum], answer.blank, (commitments) =>
    challenge(`bproof0|${s}|${commitments}`));
  if (!blankHolds) throw new Refusal("blank_proof", where);
  const branches = [lowered(first, 1), ...range(question).map((value) => lowered(sum, value))];
  const overallHolds = verifyOneOf(key, branches, answer.overall, (commitments) =>
    challenge(`bproof1|${s}|${commitments}`));
  if (!overallHolds) throw new Refusal("overall_proof", where);
}

export function readHomomorphicAnswer(json: Json, question: HomomorphicQuestion, where: string): HomomorphicAnswer {
  const names = ["choices", "individual_proofs", "overall_proof", ...(question.blank ? ["blank_proof"] : [])];
  const found = fields(json, where, names);
  const length = question.answers.length + (question.blank ? 1 : 0);
  const overallLength = question.max - question.min + (question.blank ? 2 : 1);
  return {
    kind: "homomorphic",
    choices: list(found.get("choices"), `${where}.choices`, length).map((item, i) =>
      readCiphertext(item, `${where}.choices[${i}]`)),
    individual: list(found.get("individual_proofs"), `${where}.individual_proofs`, length).map((item, i) =>
      readProofs(item, `${where}.individual_proofs[${i}]`, 2)),
    overall: readProofs(found.get("overall_proof"), `${where}.overall_proof`, overallLength),
    blank: question.blank ? readProofs(found.get("blank_proof"), `${where}.blank_proof`, 2) : null,
  };
}

export function writeHomomorphicAnswer(answer: HomomorphicAnswer): Json {
  const json: { [name: string]: Json } = {
    choices: answer.choices.map(writeCiphertext),
    individual_proofs: answer.individual.map((proofs) => proofs.map(writeProof)),
    overall_proof: answer.overall.map(writeProof),
  };
  if (answer.blank !== null) json["blank_proof"] = answer.blank.map(writeProof);
  return json;
}
