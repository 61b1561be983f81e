// Ballots made here verify here, whatever the question and the choice; any change to one is refused.
import { beforeAll, describe, expect, test } from "vitest";
import { makeBallot, tracker, verifyBallot, type Choice } from "../protocol/ballot.ts";
import { Credential } from "../protocol/credential.ts";
import { parseElection } from "../protocol/election.ts";
import { canonical, type Json } from "../protocol/json.ts";
import { Refusal } from "../protocol/refusal.ts";
import { ready } from "../protocol/sodium.ts";
import { credentialText, electionBytes, LISTS, sample, SEVERAL, SEVERAL_OR_BLANK, TEN } from "./sample.ts";
import { seeded } from "./seeded.ts";

beforeAll(ready);

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

describe("every allowed choice", () => {
  const cases: [string, Json[], Choice[]][] = [
    ["one of ten", [TEN], [[0]]],
    ["the last of ten", [TEN], [[9]]],
    ["blank", [TEN], ["blank"]],
    ["none, where none is allowed", [SEVERAL], [[]]],
    ["three", [SEVERAL], [[3, 0, 2]]],
    ["two or blank: two", [SEVERAL_OR_BLANK], [[1, 3]]],
    ["two or blank: three", [SEVERAL_OR_BLANK], [[0, 1, 3]]],
    ["two or blank: blank", [SEVERAL_OR_BLANK], ["blank"]],
    ["a whole list", [LISTS], [{ list: 2, candidates: [0, 1, 2] }]],
    ["a list with strikes", [LISTS], [{ list: 0, candidates: [1] }]],
    ["a list of one", [LISTS], [{ list: 1, candidates: [0] }]],
    ["several questions", [TEN, SEVERAL, LISTS], ["blank", [1], { list: 0, candidates: [0] }]],
  ];
  test.each(cases)("%s", (name, questions, choices) => {
    const random = seeded(name);
    const { election, credential } = sample(questions, random);
    const ballot = makeBallot(election, credential, choices, random);
    verifyBallot(ballot, election, new Set([credential.publicKey.toString()]));
  });
});

describe("a choice the question does not allow is refused before anything is computed", () => {
  const cases: [string, Json[], Choice[]][] = [
    ["nothing", [TEN], [[]]],
    ["two of one", [TEN], [[0, 1]]],
    ["the same twice", [SEVERAL], [[1, 1]]],
    ["an answer that does not exist", [TEN], [[10]]],
    ["a fraction of an answer", [TEN], [[0.5]]],
    ["a blank where there is none", [SEVERAL], ["blank"]],
    ["a list without candidate", [LISTS], [{ list: 0, candidates: [] }]],
    ["a list that does not exist", [LISTS], [{ list: 3, candidates: [0] }]],
    ["a candidate of another list", [LISTS], [{ list: 1, candidates: [1] }]],
    ["a list for an ordinary question", [TEN], [{ list: 0, candidates: [0] }]],
    ["an answer for lists", [LISTS], [[0]]],
    ["too few questions", [TEN, TEN], [[0]]],
  ];
  test.each(cases)("%s", (name, questions, choices) => {
    const random = seeded(name);
    const { election, credential } = sample(questions, random);
    expect(() => makeBallot(election, credential, choices, random)).toThrow(Refusal);
  });
});

test("two ballots of one choice share nothing that shows it", () => {
  const random = seeded("twice");
  const { election, credential } = sample([TEN], random);
  const first = makeBallot(election, credential, [[4]], random);
  const second = makeBallot(election, credential, [[4]], random);
  expect(tracker(first)).not.toBe(tracker(second));
  expect(tracker(first)).toMatch(/^[A-Za-z0-9+/]{43}$/);
  expect(first.length).toBeLessThan(16 * 1024);
});

describe("any change is refused", () => {
  test("of any one digit, over a ballot with every kind of proof", () => {
    const random = seeded("flips");
    const { election, credential } = sample([SEVERAL_OR_BLANK, LISTS], random);
    const text = textOf(makeBallot(election, credential, [[0, 2], { list: 0, candidates: [1] }], random));
    let tried = 0;
    for (let i = 0; i < text.length; i += 97) {
      const symbol = text[i] ?? "";
      const other = /[0-8]/.test(symbol) ? String(Number(symbol) + 1) : symbol === "a" ? "b" : "0";
      const changed = text.slice(0, i) + other + text.slice(i + 1);
      if (changed === text) continue;
      tried++;
      expect(() => verifyBallot(bytesOf(changed), election), `at ${i}`).toThrow(Refusal);
    }
    expect(tried).toBeGreaterThan(100);
  });

  test("of writing: spaces, order, unknown or doubled fields, other numbers", () => {
    const random = seeded("writing");
    const { election, credential } = sample([TEN], random);
    const text = textOf(makeBallot(election, credential, [[1]], random));
    const wrong = [
      ` ${text}`,
      `${text}\n`,
      `\ufeff${text}`,
      text.replace('"answers":[', '"answers": ['),
      text.replace('{"election_uuid"', '{"extra":1,"election_uuid"'),
      text.replace('{"election_uuid"', '{"credential":"x","election_uuid"'),
      text.replace(/"challenge":"(\d+)","response":"(\d+)"/, '"response":"$2","challenge":"$1"'),
      text.replace(/"challenge":"(\d+)"/, '"challenge":"0$1"'),
      text.replace(/"challenge":"(\d+)"/, '"challenge":$1'),
      text.replace("election_uuid", "election\\u005fuuid"),
      text.slice(0, -1),
      "",
      "[]",
      "null",
    ];
    for (const changed of wrong) expect(() => verifyBallot(bytesOf(changed), election), changed.slice(0, 60)).toThrow(Refusal);
    const notUtf8 = Uint8Array.from([...bytesOf(text), 0xff]);
    expect(() => verifyBallot(notUtf8, election)).toThrow(Refusal);
  });

  test("of credential, of election, of question", () => {
    const random = seeded("foreign");
    const { election, credential, bytes } = sample([TEN], random);
    const ballot = makeBallot(election, credential, [[1]], random);
    const other = Credential.derive(election.id, credentialText(random));
    const stolen = textOf(ballot).replace(credential.publicKey.toString(), other.publicKey.toString());
    expect(() => verifyBallot(bytesOf(stolen), election)).toThrow(/signature/);
    expect(() => verifyBallot(ballot, election, new Set([other.publicKey.toString()]))).toThrow(/credential_unknown/);
    const renamed = parseElection(bytesOf(textOf(bytes).replace("Comité social", "Comité asocial")));
    expect(() => verifyBallot(ballot, renamed)).toThrow(/wrong_election/);
    const same = parseElection(electionBytes([TEN], seeded("another key")));
    expect(() => verifyBallot(ballot, same)).toThrow(/wrong_election/);
  });

  test("of order among the answers", () => {
    const random = seeded("order");
    const { election, credential } = sample([TEN], random);
    const json = JSON.parse(textOf(makeBallot(election, credential, [[1]], random))) as { answers: { choices: Json[] }[] };
    json.answers[0]?.choices.reverse();
    expect(() => verifyBallot(bytesOf(canonical(json as unknown as Json)), election)).toThrow(Refusal);
  });
});

describe("elections that are not well formed are refused", () => {
  const good = (): string => textOf(electionBytes([TEN], seeded("election")));
  const broken: [string, (text: string) => string][] = [
    ["another group", (text) => text.replace('"Ed25519"', '"BELENIOS-2048"')],
    ["another version", (text) => text.replace('"version":1', '"version":2')],
    ["a key of small order", (text) => text.replace(/"public_key":"[0-9a-f]+"/, `"public_key":"${"0".repeat(64)}"`)],
    ["the identity as key", (text) => text.replace(/"public_key":"[0-9a-f]+"/, `"public_key":"${"0".repeat(63)}1"`)],
    ["min above max", (text) => text.replace('"min":1', '"min":2')],
    ["max above the answers", (text) => text.replace('"max":1', '"max":11')],
    ["a number written otherwise", (text) => text.replace('"max":1', '"max":1.0')],
    ["an unknown field", (text) => text.replace('{"version"', '{"a":1,"version"')],
    ["an unknown kind of question", (text) => text.replace('"questions":[', '"questions":[{"type":"Other","value":{}},')],
    ["no question", (text) => text.replace(/"questions":\[.*\],"uuid"/, '"questions":[],"uuid"')],
  ];
  test.each(broken)("%s", (_, change) => {
    expect(change(good())).not.toBe(good());
    expect(() => parseElection(bytesOf(change(good())))).toThrow(Refusal);
  });
});
