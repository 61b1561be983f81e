// The ballots that TypeScript hands to the Rust side: good ones to accept, tampered ones to refuse.
// Everything comes from seeds, so the file can be made again to the byte.
import { ed25519 } from "@noble/curves/ed25519.js";
import { makeBallot, tracker, verifyBallot, type Choice } from "../protocol/ballot.ts";
import { hex } from "../protocol/bytes.ts";
import { Credential } from "../protocol/credential.ts";
import type { Election } from "../protocol/election.ts";
import { ORDER, Point, Scalar } from "../protocol/group.ts";
import { challenge, fingerprint } from "../protocol/hash.ts";
import { canonical, type Json } from "../protocol/json.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Random } from "../protocol/sodium.ts";
import { credentialText, LISTS, sample, SEVERAL, SEVERAL_OR_BLANK, TEN } from "./sample.ts";
import { seeded } from "./seeded.ts";

export interface GoodBallot {
  name: string;
  ballot: string;
  tracker: string;
}

export interface TamperedBallot {
  name: string;
  ballot: string;
  /** The refusal of this implementation; another may check in another order and name another. */
  refusal: string;
}

export interface VectorElection {
  name: string;
  election: string;
  fingerprint: string;
  credentials: { secret: string; public: string }[];
  ballots: GoodBallot[];
  tampered: TamperedBallot[];
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

interface Case {
  name: string;
  questions: Json[];
  choices: [string, Choice[]][];
}

const CASES: Case[] = [
  { name: "one of ten or blank", questions: [TEN], choices: [["first", [[0]]], ["last", [[9]]], ["blank", ["blank"]]] },
  { name: "up to three of four", questions: [SEVERAL], choices: [["none", [[]]], ["one", [[2]]], ["three", [[0, 1, 3]]]] },
  {
    name: "two, three or blank",
    questions: [SEVERAL_OR_BLANK],
    choices: [["two", [[0, 3]]], ["three", [[0, 1, 2]]], ["blank", ["blank"]]],
  },
  {
    name: "lists with strikes",
    questions: [LISTS],
    choices: [
      ["whole list", [{ list: 2, candidates: [0, 1, 2] }]],
      ["struck", [{ list: 0, candidates: [1] }]],
      ["list of one", [{ list: 1, candidates: [0] }]],
    ],
  },
  {
    name: "three questions",
    questions: [TEN, SEVERAL, LISTS],
    choices: [["all", [[4], [1, 2], { list: 0, candidates: [0, 1] }]]],
  },
];

export function makeVectors(): VectorElection[] {
  return CASES.map((vector, index) => {
    const random = seeded(`isoloir/vectors/ballots-ts/${index}`);
    const { bytes, election, secret, credential } = sample(vector.questions, random);
    const otherSecret = credentialText(random);
    const other = Credential.derive(election.id, otherSecret);
    const made = vector.choices.map(([name, choices]) => ({ name, bytes: makeBallot(election, credential, choices, random) }));
    return {
      name: vector.name,
      election: textOf(bytes),
      fingerprint: election.fingerprint,
      credentials: [
        { secret, public: credential.publicKey.toString() },
        { secret: otherSecret, public: other.publicKey.toString() },
      ],
      ballots: made.map((ballot) => ({ name: ballot.name, ballot: textOf(ballot.bytes), tracker: tracker(ballot.bytes) })),
      tampered: made.slice(-1).flatMap((ballot) =>
        tamperings(textOf(ballot.bytes), election, credential, other, random).map(([name, text]) => ({
          name: `${ballot.name}: ${name}`,
          ballot: text,
          refusal: refusalOf(text, election, [credential, other]),
        }))),
    };
  });
}

function refusalOf(text: string, election: Election, credentials: Credential[]): string {
  try {
    verifyBallot(bytesOf(text), election, new Set(credentials.map((credential) => credential.publicKey.toString())));
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "accepted";
}

/** Signs a changed ballot again, as a dishonest voter could: then only the proofs can refuse it. */
function resigned(text: string, credential: Credential, random: Random): string {
  const { signature: _, ...unsigned } = JSON.parse(text) as { [name: string]: Json };
  unsigned["credential"] = credential.publicKey.toString();
  const hash = fingerprint(bytesOf(canonical(unsigned)));
  const w = Scalar.random(random);
  const c = challenge(`sig|${hash}|${Point.base(w)}`);
  const response = w.minus(c.times(credential.secret));
  return canonical({ ...unsigned, signature: { hash, proof: { challenge: c.toString(), response: response.toString() } } });
}

/** The first point of the first ciphertext, replaced. */
function withFirstAlpha(text: string, change: (alpha: string) => string): string {
  return text.replace(/"alpha":"([0-9a-f]+)"/, (_, alpha: string) => `"alpha":"${change(alpha)}"`);
}

function withFirstResponse(text: string, change: (response: bigint) => string): string {
  return text.replace(/"response":"(\d+)"/, (_, response: string) => `"response":"${change(BigInt(response))}"`);
}

/** A field of the first answer, changed as JSON. */
function inAnswer(text: string, change: (answer: Record<string, Json[]>) => void): string {
  const json = JSON.parse(text) as { answers: Record<string, Json[]>[] };
  const answer = json.answers[0];
  if (answer !== undefined) change(answer);
  return canonical(json as unknown as Json);
}

function tamperings(
  text: string,
  election: Election,
  credential: Credential,
  other: Credential,
  random: Random,
): [string, string][] {
  const torsion = ed25519.Point.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
  const written = (point: typeof torsion): string => hex(point.toBytes().slice().reverse());
  const mixed = (alpha: string): string =>
    written(ed25519.Point.fromHex(alpha.match(/../g)?.reverse().join("") ?? "").add(torsion));
  const sign = (changed: string): string => resigned(changed, credential, random);
  const plusOne = (value: bigint): string => ((value + 1n) % ORDER).toString();
  const swapped = inAnswer(text, (answer) => answer["choices"]?.reverse());
  const shortened = inAnswer(text, (answer) => answer["choices"]?.pop());
  const bit = (value: string): string => (value.endsWith("0") ? `${value.slice(0, -1)}1` : `${value.slice(0, -1)}0`);
  const list: [string, string][] = [
    ["a proof's response changed", withFirstResponse(text, plusOne)],
    ["a proof's response changed, signed again", sign(withFirstResponse(text, plusOne))],
    ["a response above the order", withFirstResponse(text, (value) => (value + ORDER).toString())],
    ["a response with a leading zero", withFirstResponse(text, (value) => `0${value}`)],
    ["a response as a number", text.replace(/"response":"(\d+)"/, '"response":$1')],
    ["a negative response", withFirstResponse(text, (value) => `-${value}`)],
    ["a point of small order, signed again", sign(withFirstAlpha(text, () => written(torsion)))],
    ["a point of mixed order, signed again", sign(withFirstAlpha(text, mixed))],
    ["a point in upper case", withFirstAlpha(text, (alpha) => alpha.toUpperCase())],
    ["a point not on the curve or another", withFirstAlpha(text, bit)],
    ["the identity as a ciphertext, signed again", sign(withFirstAlpha(text, () => "1".padStart(64, "0")))],
    ["ciphertexts reversed", swapped],
    ["ciphertexts reversed, signed again", sign(swapped)],
    ["a ciphertext dropped, signed again", sign(shortened)],
    ["the proofs of another voter, signed by this one", resigned(text, other, random)],
    ["the credential of another voter", text.replace(credential.publicKey.toString(), other.publicKey.toString())],
    ["the identity as credential", text.replace(credential.publicKey.toString(), "1".padStart(64, "0"))],
    ["another election's hash", text.replace(/"election_hash":"(.)/, (_, c: string) => `"election_hash":"${c === "A" ? "B" : "A"}`)],
    ["another election, signed again", sign(text.replace(`"election_uuid":"${election.id}"`, '"election_uuid":"NkHrZ7QCf3Nf3h"'))],
    ["the signature's hash changed", text.replace(/"hash":"(.)/, (_, c: string) => `"hash":"${c === "A" ? "B" : "A"}`)],
    ["the signature left out", text.replace(/,"signature":.*$/, "}")],
    ["a space", text.replace('"answers":', '"answers": ')],
    ["a newline at the end", `${text}\n`],
    ["an unknown field", text.replace('{"election_uuid"', '{"note":"","election_uuid"')],
    ["a doubled field", text.replace('{"election_uuid"', '{"credential":"","election_uuid"')],
    ["an escaped letter", text.replace("election_uuid", "election_\\u0075uid")],
    ["cut short", text.slice(0, -1)],
  ];
  for (const name of ["overall_proof", "blank_proof", "list_proofs"]) {
    if (!text.includes(`"${name}":[`)) continue;
    const emptied = inAnswer(text, (answer) => (answer[name] = []));
    const reversed = inAnswer(text, (answer) => answer[name]?.reverse());
    list.push([`${name} emptied, signed again`, sign(emptied)]);
    if (reversed !== text) list.push([`${name} reversed, signed again`, sign(reversed)]);
  }
  if (text.includes('"nonzero_proof"')) {
    const zero = "1".padStart(64, "0");
    list.push(["the identity as nonzero commitment, signed again", sign(text.replace(/"commitment":"[0-9a-f]+"/, `"commitment":"${zero}"`))]);
  }
  return list;
}
