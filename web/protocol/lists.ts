// Answers to a Lists question: exactly one list, and at least one of its candidates. Striking a candidate
// (rature) is choosing the list without them.
//
// For each list, weight 0 says whether it is chosen, the others which of its candidates are. Proven: every
// weight is 0 or 1; one list is chosen; a list that is not chosen has no candidate; somebody is chosen.
import type { ListsQuestion } from "./election.ts";
import { challenge } from "./hash.ts";
import { Point, Scalar } from "./group.ts";
import { proveBit, verifyBit } from "./homomorphic.ts";
import { fields, list, text, type Json } from "./json.ts";
import {
  combine, combineOpenings, encrypt, lowered, loweredOpening, proveOneOf, readCiphertext, readProof, readProofs,
  verifyOneOf, writeAll, writeCiphertext, writeProof, type Ciphertext, type Opening, type Proof,
} from "./proof.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";

/** The chosen list, and those of its candidates that are kept; both ranks start from 0. */
export interface ListChoice {
  readonly list: number;
  readonly candidates: readonly number[];
}

/** Knowledge of x and z with alpha^x·g^z = 1 and beta^x·y^z = commitment ≠ 1: the content is not zero. */
export interface NonzeroProof {
  readonly commitment: Point;
  readonly challenge: Scalar;
  readonly responses: readonly [Scalar, Scalar];
}

export interface ListsAnswer {
  readonly kind: "lists";
  readonly choices: readonly (readonly Ciphertext[])[];
  readonly individual: readonly (readonly (readonly Proof[])[])[];
  readonly overall: Proof;
  readonly lists: readonly (readonly Proof[])[];
  readonly nonzero: NonzeroProof;
}

export function answerLists(
  key: Point,
  question: ListsQuestion,
  choice: ListChoice,
  s0: string,
  random: Random,
): ListsAnswer {
  const openings = weights(question, choice).map((row) => row.map((value) => ({ r: Scalar.random(random), value })));
  const choices = openings.map((row) => row.map((opening) => encrypt(key, opening)));
  const individual = openings.map((row, l) => row.map((opening, i) => proveBit(key, opening, choices[l]?.[i], s0, random)));
  const s = `${s0}|${writeAll(choices.flat())}`;
  const overall = proveOneList(key, openings, choices, s, random);
  const lists = openings.map((row) => proveList(key, row, s, random));
  const candidates = combineOpenings(openings.flatMap((row) => row.slice(1)));
  const ciphertext = combine(choices.flatMap((row) => row.slice(1)));
  const nonzero = proveNonzero(key, candidates, ciphertext, s, random);
  for (const opening of openings.flat()) opening.r.wipe();
  return { kind: "lists", choices, individual, overall, lists, nonzero };
}

function weights(question: ListsQuestion, choice: ListChoice): number[][] {
  const kept = new Set(choice.candidates);
  if (kept.size === 0 || kept.size !== choice.candidates.length) throw new Refusal("choice", "candidates");
  const rows = question.lists.map((names, l) =>
    names.map((_, i) => {
      if (l !== choice.list) return 0;
      return i === 0 || kept.delete(i - 1) ? 1 : 0;
    }));
  if (question.lists[choice.list] === undefined || kept.size > 0) throw new Refusal("choice", "no such candidate");
  return rows;
}

function first<T>(row: readonly T[]): T {
  const item = row[0];
  if (item === undefined) throw new Refusal("shape", "a list without a name");
  return item;
}

function proveOneList(
  key: Point,
  openings: readonly (readonly Opening[])[],
  choices: readonly (readonly Ciphertext[])[],
  s: string,
  random: Random,
): Proof {
  const sum = combineOpenings(openings.map(first));
  const prefix = `prove|${s}|${writeAll([combine(choices.map(first))])}|`;
  const proofs = proveOneOf(key, [loweredOpening(sum, 1)], 0, random, (commitments) => challenge(prefix + commitments));
  return first(proofs);
}

function proveList(key: Point, row: readonly Opening[], s: string, random: Random): Proof[] {
  const name = first(row);
  const branches = [loweredOpening(name, 1), combineOpenings(row.slice(1))];
  return proveOneOf(key, branches, 1 - name.value, random, (commitments) => challenge(`lproof|${s}|${commitments}`));
}

function proveNonzero(key: Point, opening: Opening, sum: Ciphertext, s: string, random: Random): NonzeroProof {
  const x = Scalar.random(random);
  const z = x.times(opening.r).negated();
  const commitment = sum.beta.power(x).times(key.power(z));
  const [w1, w2] = [Scalar.random(random), Scalar.random(random)];
  const a = sum.alpha.power(w1).times(Point.base(w2));
  const b = sum.beta.power(w1).times(key.power(w2));
  const c = challenge(`nonzero|${s}|${commitment},${a},${b}`);
  const responses: [Scalar, Scalar] = [w1.minus(c.times(x)), w2.minus(c.times(z))];
  for (const secret of [x, z, w1, w2]) secret.wipe();
  return { commitment, challenge: c, responses };
}

function verifyNonzero(key: Point, sum: Ciphertext, proof: NonzeroProof, s: string): boolean {
  if (proof.commitment.isIdentity()) return false;
  const [t1, t2] = proof.responses;
  const a = sum.alpha.power(t1).times(Point.base(t2));
  const b = sum.beta.power(t1).times(key.power(t2)).times(proof.commitment.power(proof.challenge));
  return challenge(`nonzero|${s}|${proof.commitment},${a},${b}`).equals(proof.challenge);
}

/** Throws the refusal that names the first proof that does not hold. */
export function verifyLists(key: Point, answer: ListsAnswer, s0: string, where: string): void {
  answer.choices.forEach((row, l) =>
    row.forEach((ciphertext, i) => {
      if (!verifyBit(key, ciphertext, answer.individual[l]?.[i] ?? [], s0)) {
        throw new Refusal("individual_proof", `${where}.choices[${l}][${i}]`);
      }
    }));
  const s = `${s0}|${writeAll(answer.choices.flat())}`;
  const chosen = combine(answer.choices.map(first));
  const prefix = `prove|${s}|${writeAll([chosen])}|`;
  const overallHolds = verifyOneOf(key, [lowered(chosen, 1)], [answer.overall], (commitments) =>
    challenge(prefix + commitments));
  if (!overallHolds) throw new Refusal("overall_proof", where);
  answer.choices.forEach((row, l) => {
    const branches = [lowered(first(row), 1), combine(row.slice(1))];
    const holds = verifyOneOf(key, branches, answer.lists[l] ?? [], (commitments) =>
      challenge(`lproof|${s}|${commitments}`));
    if (!holds) throw new Refusal("list_proof", `${where}.list_proofs[${l}]`);
  });
  const candidates = combine(answer.choices.flatMap((row) => row.slice(1)));
  if (!verifyNonzero(key, candidates, answer.nonzero, s)) throw new Refusal("nonzero_proof", where);
}

export function readListsAnswer(json: Json, question: ListsQuestion, where: string): ListsAnswer {
  const names = ["choices", "individual_proofs", "overall_proof", "list_proofs", "nonzero_proof"];
  const found = fields(json, where, names);
  const rows = <T>(name: string, read: (item: Json, where: string) => T): T[][] => {
    const place = `${where}.${name}`;
    return list(found.get(name), place, question.lists.length).map((row, l) =>
      list(row, place, question.lists[l]?.length ?? 0).map((item, i) => read(item, `${place}[${l}][${i}]`)));
  };
  return {
    kind: "lists",
    choices: rows("choices", readCiphertext),
    individual: rows("individual_proofs", (item, place) => readProofs(item, place, 2)),
    overall: readProof(found.get("overall_proof"), `${where}.overall_proof`),
    lists: list(found.get("list_proofs"), `${where}.list_proofs`, question.lists.length).map((item, l) =>
      readProofs(item, `${where}.list_proofs[${l}]`, 2)),
    nonzero: readNonzero(found.get("nonzero_proof"), `${where}.nonzero_proof`),
  };
}

function readNonzero(json: Json | undefined, where: string): NonzeroProof {
  const found = fields(json ?? null, where, ["commitment", "challenge", "response"]);
  const [t1, t2] = list(found.get("response"), `${where}.response`, 2);
  const scalar = (value: Json | undefined, name: string): Scalar =>
    Scalar.parse(text(value, `${where}.${name}`), `${where}.${name}`);
  return {
    commitment: Point.parse(text(found.get("commitment"), `${where}.commitment`), `${where}.commitment`),
    challenge: scalar(found.get("challenge"), "challenge"),
    responses: [scalar(t1, "response[0]"), scalar(t2, "response[1]")],
  };
}

export function writeListsAnswer(answer: ListsAnswer): Json {
  return {
    choices: answer.choices.map((row) => row.map(writeCiphertext)),
    individual_proofs: answer.individual.map((row) => row.map((proofs) => proofs.map(writeProof))),
    overall_proof: writeProof(answer.overall),
    list_proofs: answer.lists.map((proofs) => proofs.map(writeProof)),
    nonzero_proof: {
      commitment: answer.nonzero.commitment.toString(),
      challenge: answer.nonzero.challenge.toString(),
      response: answer.nonzero.responses.map(String),
    },
  };
}
