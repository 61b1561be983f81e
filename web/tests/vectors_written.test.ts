// vectors/*-ts.json are what this code makes today; `npm run vectors` writes them anew.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { ready } from "../protocol/sodium.ts";
import { makeCeremony } from "./ceremony_made.ts";
import { makeKeyFile } from "./key_file_made.ts";
import { makeVectors } from "./vectors_made.ts";

beforeAll(ready);

function expectFile(name: string, content: object): void {
  const path = join(import.meta.dirname, "..", "..", "vectors", name);
  const written = `${JSON.stringify(content, null, 1)}\n`;
  if (process.env["ISOLOIR_WRITE_VECTORS"] === "1") writeFileSync(path, written);
  if (!existsSync(path)) throw new Error(`vectors/${name} is absent: npm run vectors`);
  expect(readFileSync(path, "utf8") === written, `vectors/${name} differs: npm run vectors`).toBe(true);
}

test("the shared ballots are those this code makes, and every tampered one is refused", () => {
  const elections = makeVectors();
  for (const election of elections) {
    expect(election.ballots.length).toBeGreaterThan(0);
    for (const tampered of election.tampered) expect(tampered.refusal, tampered.name).not.toBe("accepted");
  }
  expectFile("ballots-ts.json", {
    about: "Ballots made by web/protocol from fixed seeds (npm run vectors): every ballot verifies, every tampered one is refused.",
    elections,
  });
});

test("the shared ceremony is the one this code holds", async () => {
  expectFile("ceremony-ts.json", await makeCeremony());
});

test("the shared key file is the one this code seals", async () => {
  expectFile("key-file-ts.json", await makeKeyFile());
});
