// What the worker does with the code, the registrar's answer and the receipts; and what it never lets out.
import { generateKeyPairSync, hkdfSync, sign, type KeyObject } from "node:crypto";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { admissionHolds, readReceipt, receiptHolds } from "../booth/receipt.ts";
import { codeKeys, unwrapCredential } from "../booth/unlock.ts";
import { Vault, VaultError } from "../booth/vault.ts";
import { tracker, verifyBallot } from "../protocol/ballot.ts";
import { Credential } from "../protocol/credential.ts";
import { parseElection } from "../protocol/election.ts";
import { ready, sodium } from "../protocol/sodium.ts";
import { credentialText, electionBytes, SEVERAL, TEN } from "./sample.ts";
import { seeded } from "./seeded.ts";

beforeAll(ready);

const VOTER = "019a0000-0000-7000-8000-000000000001";
const CODE = "K7QM2RTD9XHF4CA0";

interface Signer {
  publicHex: string;
  privateKey: KeyObject;
}

function signer(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicHex: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"), privateKey };
}

function derived(info: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", CODE, `isoloir/code/v1|${VOTER}`, info, 32));
}

function wrapped(credential: string, election: string, key = derived("wrapping")): string {
  const nonce = seeded("nonce")(24);
  const aad = `isoloir/credential/v1|${VOTER}|${election}`;
  const locked = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(credential, aad, null, nonce, key);
  return Buffer.concat([nonce, locked]).toString("base64url");
}

function admission(key: Signer, payload: Record<string, unknown>): string {
  const bytes = Buffer.from(JSON.stringify(payload));
  const signature = sign(null, Buffer.concat([Buffer.from("isoloir/admission/v1|"), bytes]), key.privateKey);
  return `${bytes.toString("base64url")}.${signature.toString("base64url")}`;
}

test("the keys of a code are HKDF-SHA256's, as another library computes it", () => {
  const keys = codeKeys(VOTER, CODE);
  expect(keys.authenticator).toBe(Buffer.from(derived("authenticator")).toString("hex"));
  expect(Buffer.from(keys.wrapping).toString("hex")).toBe(Buffer.from(derived("wrapping")).toString("hex"));
  expect(codeKeys(VOTER.replace(/1$/, "2"), CODE).authenticator).not.toBe(keys.authenticator);
});

describe("a wrapped credential", () => {
  const credential = "LNq1f-t4j32g-hL6wW-Tyzz7o";

  test("opens for its voter, its election and its code only", () => {
    const { wrapping } = codeKeys(VOTER, CODE);
    const text = wrapped(credential, "E1");
    expect(unwrapCredential(wrapping, VOTER, "E1", text)).toBe(credential);
    expect(unwrapCredential(wrapping, VOTER, "E2", text)).toBeNull();
    expect(unwrapCredential(wrapping, "another", "E1", text)).toBeNull();
    expect(unwrapCredential(new Uint8Array(32), VOTER, "E1", text)).toBeNull();
  });

  test.each(["", "AAAA", "not base64!", "A".repeat(200)])("that is %j does not open", (text) =>
    expect(unwrapCredential(codeKeys(VOTER, CODE).wrapping, VOTER, "E1", text)).toBeNull());
});

describe("the vault", () => {
  const registrar = signer();
  let vault: Vault;
  let bytes: Uint8Array;
  let id: string;
  let fingerprint: string;
  let secret: string;
  let publicKey: string;

  beforeEach(() => {
    vault = new Vault(seeded("vault"));
    bytes = electionBytes([TEN], seeded("vault election"));
    ({ id, fingerprint } = parseElection(bytes));
    secret = credentialText(seeded("vault credential"));
    publicKey = Credential.derive(id, secret).publicKey.toString();
  });

  const part = (change: Partial<{ wrapped: string; admission: string }> = {}): { election: string; wrapped: string; admission: string } => ({
    election: id,
    wrapped: wrapped(secret, id),
    admission: admission(registrar, { v: 1, session: "s", election: id, credential: publicKey, issued: 1 }),
    ...change,
  });

  const codeOf = (action: () => unknown): string => {
    try {
      action();
    } catch (error) {
      if (error instanceof VaultError) return error.code;
      throw error;
    }
    return "done";
  };

  test("makes a ballot that verifies, once unlocked", () => {
    expect(vault.authenticate(VOTER, CODE)).toBe(Buffer.from(derived("authenticator")).toString("hex"));
    vault.open([part()], registrar.publicHex);
    const prepared = vault.prepare(id, bytes, fingerprint, 3);
    expect(prepared.answer).toBe("Liste 4");
    expect(prepared.tracker).toBe(tracker(prepared.ballot));
    verifyBallot(prepared.ballot, parseElection(bytes), new Set([publicKey]));
    expect(vault.prepare(id, bytes, fingerprint, "blank").answer).toBeNull();
    expect(new TextDecoder().decode(prepared.ballot)).not.toContain(secret);
  });

  test("opens nothing with a wrong code, a foreign admission or a forged one", () => {
    const other = Credential.derive(id, credentialText(seeded("another"))).publicKey.toString();
    const payload = { v: 1, session: "s", election: id, credential: publicKey, issued: 1 };
    const wrong = [
      part({ wrapped: wrapped(secret, "another") }),
      part({ wrapped: wrapped("not a credential", id) }),
      part({ admission: admission(signer(), payload) }),
      part({ admission: admission(registrar, { ...payload, credential: other }) }),
      part({ admission: admission(registrar, { ...payload, election: "another" }) }),
      part({ admission: admission(registrar, { ...payload, v: 2 }) }),
      part({ admission: "" }),
      part({ admission: "a.b.c" }),
    ];
    for (const parts of wrong) {
      vault.authenticate(VOTER, CODE);
      expect(codeOf(() => vault.open([parts], registrar.publicHex))).toBe("unlock_invalid");
      expect(codeOf(() => vault.prepare(id, bytes, fingerprint, 0))).toBe("not_unlocked");
    }
    vault.authenticate(VOTER, CODE.replace("K", "J"));
    expect(codeOf(() => vault.open([part()], registrar.publicHex))).toBe("unlock_invalid");
  });

  test("opens nothing without a code, and once only per code", () => {
    expect(codeOf(() => vault.open([part()], registrar.publicHex))).toBe("not_unlocked");
    vault.authenticate(VOTER, CODE);
    vault.open([part()], registrar.publicHex);
    expect(codeOf(() => vault.open([part()], registrar.publicHex))).toBe("not_unlocked");
  });

  test("encrypts for no other election than the one announced", () => {
    vault.authenticate(VOTER, CODE);
    vault.open([part()], registrar.publicHex);
    const several = electionBytes([SEVERAL], seeded("x"));
    const notAsked: [Uint8Array, string, number | "blank"][] = [
      [electionBytes([TEN], seeded("another key")), fingerprint, 0],
      [several, parseElection(several).fingerprint, "blank"],
      [bytes, fingerprint, 10],
      [bytes.slice(1), fingerprint, 0],
    ];
    for (const [election, announced, mark] of notAsked) {
      expect(codeOf(() => vault.prepare(id, election, announced, mark))).toBe("election_mismatch");
    }
    expect(codeOf(() => vault.prepare("another", bytes, fingerprint, 0))).toBe("not_unlocked");
  });

  test("forgets", () => {
    vault.authenticate(VOTER, CODE);
    vault.open([part()], registrar.publicHex);
    vault.forget();
    expect(codeOf(() => vault.prepare(id, bytes, fingerprint, 0))).toBe("not_unlocked");
  });
});

describe("a receipt", () => {
  const server = signer();
  const own = "A".repeat(43);
  const event = "0f".repeat(32);
  const signed = (text: string, key = server): string => sign(null, Buffer.from(text), key.privateKey).toString("hex");
  const good = { election: "E1", tracker: own, event, signature: signed(`isoloir/receipt/v1|E1|${own}|${event}`) };

  test("holds for its election, its ballot and its server", () => {
    expect(readReceipt(good)).toEqual(good);
    expect(receiptHolds(good, "E1", own, server.publicHex)).toBe(true);
    expect(receiptHolds(good, "E2", own, server.publicHex)).toBe(false);
    expect(receiptHolds(good, "E1", `B${own.slice(1)}`, server.publicHex)).toBe(false);
    expect(receiptHolds(good, "E1", own, signer().publicHex)).toBe(false);
    expect(receiptHolds({ ...good, event: "00".repeat(32) }, "E1", own, server.publicHex)).toBe(false);
    expect(receiptHolds(good, "E1", own, "")).toBe(false);
    expect(receiptHolds(good, "E1", own, "00".repeat(32))).toBe(false);
  });

  test.each([null, 1, "x", [], {}, { ...good, event: "0F".repeat(32) }, { ...good, signature: "00" }, { ...good, tracker: `${own}=` }])(
    "is not read from %j",
    (json) => expect(readReceipt(json)).toBeNull(),
  );

  test("of an admission: nothing holds that is not signed whole", () => {
    const text = admission(server, { v: 1, session: "s", election: "E1", credential: "c", issued: 1 });
    expect(admissionHolds(text, "E1", "c", server.publicHex)).toBe(true);
    expect(admissionHolds(`${text}A`, "E1", "c", server.publicHex)).toBe(false);
    expect(admissionHolds(`A${text}`, "E1", "c", server.publicHex)).toBe(false);
    expect(admissionHolds(text.replace(".", ".."), "E1", "c", server.publicHex)).toBe(false);
  });
});
