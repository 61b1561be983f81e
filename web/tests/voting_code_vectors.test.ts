// vectors/voting-code.json, written by the registrar's crate: both sides read, refuse and derive alike.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { codeKeys, unwrapCredential } from "../booth/unlock.ts";
import { grouped, readCode } from "../booth/voting_code.ts";
import { hex } from "../protocol/bytes.ts";
import { Credential } from "../protocol/credential.ts";
import { ready } from "../protocol/sodium.ts";

beforeAll(ready);

interface Vectors {
  valid: { code: string; symbols: string; typed: string[] }[];
  refused: { typed: string; error: string; symbol?: string; group?: number; symbols?: number }[];
  derivations: {
    code: string; voter: string; authenticator: string; wrapping: string; election: string; credential: string; wrapped: string;
  }[];
}

const FILE = join(import.meta.dirname, "..", "..", "vectors", "voting-code.json");
const vectors = JSON.parse(readFileSync(FILE, "utf8")) as Vectors;

test("every valid code is read, however it is typed", () => {
  expect(vectors.valid.length).toBeGreaterThanOrEqual(40);
  for (const { code, symbols, typed } of vectors.valid) {
    for (const text of [code, symbols, grouped(code), ...typed]) {
      expect(readCode(text), text).toEqual({ kind: "complete", code: symbols });
    }
  }
});

test("every mistyped code is refused for the same reason", () => {
  const kinds: Record<string, string> = { empty: "empty", symbol: "symbol", too_short: "short", too_long: "long", checksum: "checksum" };
  expect(vectors.refused.length).toBeGreaterThanOrEqual(40);
  for (const refused of vectors.refused) {
    const read = readCode(refused.typed);
    expect(read.kind, refused.typed).toBe(kinds[refused.error]);
    if (read.kind === "symbol") {
      expect(read.symbol).toBe(refused.symbol?.toUpperCase());
      expect(read.group, refused.typed).toBe(refused.group);
    }
    if (read.kind === "short") expect(16 - read.missing).toBe(refused.symbols);
  }
});

describe.each(vectors.derivations)("the code of voter $voter", (vector) => {
  test("gives the same keys and opens the same credential", () => {
    const read = readCode(vector.code);
    if (read.kind !== "complete") throw new Error("not a code");
    const keys = codeKeys(vector.voter, read.code);
    expect(keys.authenticator).toBe(vector.authenticator);
    expect(hex(keys.wrapping)).toBe(vector.wrapping);
    expect(unwrapCredential(keys.wrapping, vector.voter, vector.election, vector.wrapped)).toBe(vector.credential);
    Credential.derive(vector.election, vector.credential);
  });
});
