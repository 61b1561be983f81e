// The reference archives are the arbiter: every ballot made by the reference tool verifies here, every secret
// credential derives to the published list, and the damaged ballots are refused for the right reason.
import { beforeAll, describe, expect, test } from "vitest";
import { parseBallot, verifyBallot } from "../protocol/ballot.ts";
import { Credential } from "../protocol/credential.ts";
import { parseElection } from "../protocol/election.ts";
import { Refusal } from "../protocol/refusal.ts";
import { ready } from "../protocol/sodium.ts";
import { archiveNames, readArchive } from "./archive.ts";

beforeAll(ready);

function refusalOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
  return "accepted";
}

describe.each(archiveNames("valid", /^t33-.*-ed-/))("%s", (name) => {
  const archive = readArchive("valid", name);

  test("secret credentials derive to the published list", () => {
    const election = parseElection(archive.election);
    expect(archive.secretCredentials.length).toBeGreaterThan(0);
    const derived = archive.secretCredentials.map((secret) => Credential.derive(election.id, secret).publicKey.toString());
    for (const credential of derived) expect(archive.credentials).toContain(credential);
  });

  test("every ballot verifies, or is refused as not supported", () => {
    const election = parseElection(archive.election);
    const credentials = new Set(archive.credentials);
    expect(archive.ballots.length).toBeGreaterThan(0);
    for (const ballot of archive.ballots) {
      if (name.includes("-nh-")) {
        expect(refusalOf(() => verifyBallot(ballot, election, credentials))).toBe("question_unsupported");
      } else {
        verifyBallot(ballot, election, credentials);
      }
    }
  });
});

describe("damaged archives", () => {
  const refusals = (name: string): string[] => {
    const archive = readArchive("corrupted", name);
    const election = parseElection(archive.election);
    const credentials = new Set(archive.credentials);
    return archive.ballots.map((ballot) => refusalOf(() => verifyBallot(ballot, election, credentials)));
  };

  test("the control verifies", () => {
    expect(new Set(refusals("cb33--control"))).toEqual(new Set(["accepted"]));
  });

  test.each([
    ["cb33--ballot-iproof-response-flip", "individual_proof"],
    ["cb33--ballot-small-order", "point"],
    ["cb33--ballot-swap-credentials", "signature"],
  ])("%s holds a ballot refused for its %s", (name, code) => {
    expect(refusals(name)).toContain(code);
  });
});

test("an election of another group is refused by name", () => {
  const archive = readArchive("valid", "t20-blank4-ff-s1");
  expect(refusalOf(() => parseElection(archive.election))).toBe("group");
});

test("no ballot of one archive is a ballot of another", () => {
  const ours = readArchive("valid", "t33-multiblank-ed-s1");
  const other = readArchive("valid", "t33-blank4-ed-s1");
  const election = parseElection(ours.election);
  for (const ballot of other.ballots) {
    expect(refusalOf(() => verifyBallot(ballot, election))).not.toBe("accepted");
  }
});

test("a ballot read and left unverified is not taken for canonical when spaced out", () => {
  const archive = readArchive("valid", "t33-single10-ed-s1");
  const election = parseElection(archive.election);
  const text = new TextDecoder().decode(archive.ballots[0]);
  const spaced = new TextEncoder().encode(text.replace('"answers":', '"answers": '));
  expect(refusalOf(() => parseBallot(spaced, election))).toBe("not_canonical");
});
