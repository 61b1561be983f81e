// vectors/ballots-ts.json is what this code makes today; `npm run vectors` writes it anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ready } from "../protocol/sodium.ts";
import { makeVectors } from "./vectors_made.ts";

const FILE = join(import.meta.dirname, "..", "..", "vectors", "ballots-ts.json");

beforeAll(ready);

test("the shared ballots are those this code makes, and every tampered one is refused", () => {
  const elections = makeVectors();
  for (const election of elections) {
    expect(election.ballots.length).toBeGreaterThan(0);
    for (const tampered of election.tampered) expect(tampered.refusal, tampered.name).not.toBe("accepted");
  }
  const file = {
    about: "Ballots made by web/protocol from fixed seeds (npm run vectors): every ballot verifies, every tampered one is refused.",
    elections,
  };
  const written = `${JSON.stringify(file, null, 1)}\n`;
  if (process.env["ISOLOIR_WRITE_VECTORS"] === "1") writeFileSync(FILE, written);
  if (!existsSync(FILE)) throw new Error("vectors/ballots-ts.json is absent: npm run vectors");
  expect(readFileSync(FILE, "utf8") === written, "vectors/ballots-ts.json differs: npm run vectors").toBe(true);
});
