// Elections and credentials for tests.
import { Credential } from "../protocol/credential.ts";
import { parseElection, type Election } from "../protocol/election.ts";
import { Point, Scalar } from "../protocol/group.ts";
import type { Json } from "../protocol/json.ts";
import type { Random } from "../protocol/sodium.ts";

const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

export function credentialText(random: Random): string {
  const symbols = [...random(22)].map((byte) => BASE58[byte % 58]).join("");
  return [symbols.slice(0, 5), symbols.slice(5, 11), symbols.slice(11, 16), symbols.slice(16)].join("-");
}

export function electionBytes(questions: Json[], random: Random, id = "TsVectorsE1ect"): Uint8Array {
  const key = Point.base(Scalar.random(random));
  return new TextEncoder().encode(
    JSON.stringify({
      version: 1,
      description: "Élection d’essai : « ballots » en TypeScript",
      name: "Comité social",
      group: "Ed25519",
      public_key: key.toString(),
      questions,
      uuid: id,
    }),
  );
}

export function sample(questions: Json[], random: Random): { bytes: Uint8Array; election: Election; secret: string; credential: Credential } {
  const bytes = electionBytes(questions, random);
  const election = parseElection(bytes);
  const secret = credentialText(random);
  return { bytes, election, secret, credential: Credential.derive(election.id, secret) };
}

export const TEN: Json = {
  answers: Array.from({ length: 10 }, (_, i) => `Liste ${i + 1}`),
  blank: true,
  min: 1,
  max: 1,
  question: "Comité social d’administration",
};

export const SEVERAL: Json = { answers: ["Un", "Deux", "Trois", "Quatre"], min: 0, max: 3, question: "Jusqu’à trois" };
export const SEVERAL_OR_BLANK: Json = { answers: ["Un", "Deux", "Trois", "Quatre"], blank: true, min: 2, max: 3, question: "Deux, trois ou blanc" };
export const LISTS: Json = {
  type: "Lists",
  value: { answers: [["Liste A", "A1", "A2"], ["Liste B", "B1"], ["Liste C", "C1", "C2", "C3"]], question: "Élisez" },
};
