// The ballot (bulletin chiffré): answers encrypted and proven, bound to one election and to one credential,
// and signed by it. Making one, reading one strictly, and verifying one in full.
import { utf8 } from "./bytes.ts";
import { Credential } from "./credential.ts";
import type { Election, Question } from "./election.ts";
import { challenge, fingerprint } from "./hash.ts";
import { Point, Scalar } from "./group.ts";
import {
  answerHomomorphic, readHomomorphicAnswer, verifyHomomorphic, writeHomomorphicAnswer,
  type HomomorphicAnswer, type HomomorphicChoice,
} from "./homomorphic.ts";
import { canonical, fields, list, readCanonical, text, type Json } from "./json.ts";
import {
  answerLists, readListsAnswer, verifyLists, writeListsAnswer, type ListChoice, type ListsAnswer,
} from "./lists.ts";
import { readProof, writeProof, type Proof } from "./proof.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";

/** What the voter chose for one question. */
export type Choice = HomomorphicChoice | ListChoice;

type Answer = HomomorphicAnswer | ListsAnswer;

interface Unsigned {
  readonly election: string;
  readonly electionHash: string;
  readonly credential: Point;
  readonly answers: readonly Answer[];
}

export interface Ballot extends Unsigned {
  readonly signature: { readonly hash: string; readonly proof: Proof };
}

/** Makes the exact bytes to cast. */
export function makeBallot(
  election: Election,
  credential: Credential,
  choices: readonly Choice[],
  random: Random,
): Uint8Array {
  if (choices.length !== election.questions.length) throw new Refusal("choice", "one choice per question");
  const s0 = `${election.fingerprint}|${credential.publicKey}`;
  const answers = election.questions.map((question, i) => {
    const choice = choices[i];
    if (choice === undefined) throw new Refusal("choice", `questions[${i}]`);
    return answerQuestion(election.key, question, choice, s0, random);
  });
  const unsigned = {
    election: election.id,
    electionHash: election.fingerprint,
    credential: credential.publicKey,
    answers,
  };
  const hash = fingerprint(utf8(canonical(writeUnsigned(unsigned))));
  const w = Scalar.random(random);
  const c = challenge(`sig|${hash}|${Point.base(w)}`);
  const proof = { challenge: c, response: w.minus(c.times(credential.secret)) };
  w.wipe();
  return utf8(canonical(writeBallot({ ...unsigned, signature: { hash, proof } })));
}

function answerQuestion(key: Point, question: Question, choice: Choice, s0: string, random: Random): Answer {
  const forLists = typeof choice === "object" && "list" in choice;
  if (question.kind === "homomorphic" && !forLists) return answerHomomorphic(key, question, choice, s0, random);
  if (question.kind === "lists" && forLists) return answerLists(key, question, choice, s0, random);
  if (question.kind === "non_homomorphic") throw new Refusal("question_unsupported", "non-homomorphic question");
  throw new Refusal("choice", "a choice of another kind of question");
}

/** The tracker (numéro de suivi): base64 of SHA-256 of the exact bytes. */
export function tracker(ballot: Uint8Array): string {
  return fingerprint(ballot);
}

/** Strict: canonical bytes, canonical scalars, points of the prime-order group, the lengths the questions ask. */
export function parseBallot(bytes: Uint8Array, election: Election): Ballot {
  return readCanonical(bytes, (json) => readBallot(json, election), writeBallot);
}

/** Everything that can be known from the ballot, the election and, if given, the list of credentials. */
export function verifyBallot(bytes: Uint8Array, election: Election, credentials?: ReadonlySet<string>): Ballot {
  const ballot = parseBallot(bytes, election);
  if (ballot.election !== election.id || ballot.electionHash !== election.fingerprint) {
    throw new Refusal("wrong_election", ballot.election);
  }
  if (ballot.credential.isIdentity()) throw new Refusal("point", "credential");
  if (credentials !== undefined && !credentials.has(ballot.credential.toString())) {
    throw new Refusal("credential_unknown", ballot.credential.toString());
  }
  verifySignature(ballot);
  const s0 = `${election.fingerprint}|${ballot.credential}`;
  ballot.answers.forEach((answer, i) => {
    const question = election.questions[i];
    const where = `answers[${i}]`;
    if (answer.kind === "lists") verifyLists(election.key, answer, s0, where);
    else if (question?.kind === "homomorphic") verifyHomomorphic(election.key, question, answer, s0, where);
    else throw new Refusal("shape", where);
  });
  return ballot;
}

function verifySignature(ballot: Ballot): void {
  const { hash, proof } = ballot.signature;
  if (hash !== fingerprint(utf8(canonical(writeUnsigned(ballot))))) throw new Refusal("signature", "hash");
  const commitment = Point.base(proof.response).times(ballot.credential.power(proof.challenge));
  if (!challenge(`sig|${hash}|${commitment}`).equals(proof.challenge)) throw new Refusal("signature", "proof");
}

function readBallot(json: Json, election: Election): Ballot {
  const found = fields(json, "ballot", ["election_uuid", "election_hash", "credential", "answers", "signature"]);
  const signature = fields(found.get("signature") ?? null, "signature", ["hash", "proof"]);
  return {
    election: text(found.get("election_uuid"), "election_uuid"),
    electionHash: text(found.get("election_hash"), "election_hash"),
    credential: Point.parse(text(found.get("credential"), "credential"), "credential"),
    answers: list(found.get("answers"), "answers", election.questions.length).map((item, i) =>
      readAnswer(item, election.questions[i], `answers[${i}]`)),
    signature: {
      hash: text(signature.get("hash"), "signature.hash"),
      proof: readProof(signature.get("proof"), "signature.proof"),
    },
  };
}

function readAnswer(json: Json, question: Question | undefined, where: string): Answer {
  if (question?.kind === "homomorphic") return readHomomorphicAnswer(json, question, where);
  if (question?.kind === "lists") return readListsAnswer(json, question, where);
  throw new Refusal("question_unsupported", where);
}

function writeUnsigned(ballot: Unsigned): { [name: string]: Json } {
  return {
    election_uuid: ballot.election,
    election_hash: ballot.electionHash,
    credential: ballot.credential.toString(),
    answers: ballot.answers.map((answer) =>
      answer.kind === "lists" ? writeListsAnswer(answer) : writeHomomorphicAnswer(answer)),
  };
}

function writeBallot(ballot: Ballot): Json {
  const { hash, proof } = ballot.signature;
  return { ...writeUnsigned(ballot), signature: { hash, proof: writeProof(proof) } };
}
