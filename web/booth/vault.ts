// What the worker holds: the wrapping key while the code is being checked, then the credentials. Nothing here is
// ever sent to the page; the page gets the authenticator, the ballots and yes-or-no answers.
import { makeBallot, tracker, type Choice } from "../protocol/ballot.ts";
import { Credential } from "../protocol/credential.ts";
import { parseElection } from "../protocol/election.ts";
import { Refusal } from "../protocol/refusal.ts";
import { wipe, type Random } from "../protocol/sodium.ts";
import { admissionHolds } from "./receipt.ts";
import { codeKeys, unwrapCredential } from "./unlock.ts";

/** One election's part of the registrar's answer. */
export interface Unlocked {
  readonly election: string;
  readonly wrapped: string;
  readonly admission: string;
}

/** The voter's mark on the page: the rank of an answer, or blank. */
export type Mark = number | "blank";

export interface Prepared {
  readonly ballot: Uint8Array;
  readonly tracker: string;
  /** The chosen answer as the election itself has it, null for blank: what the summary shows is what is encrypted. */
  readonly answer: string | null;
}

/** Why the vault refused; the page has a message for each. */
export type VaultRefusal = "not_unlocked" | "unlock_invalid" | "election_mismatch";

export class VaultError extends Error {
  readonly code: VaultRefusal;

  constructor(code: VaultRefusal, detail: string) {
    super(detail);
    this.name = "VaultError";
    this.code = code;
  }
}

export class Vault {
  readonly #random: Random;
  #voter = "";
  #wrapping: Uint8Array | null = null;
  readonly #credentials = new Map<string, Credential>();

  constructor(random: Random) {
    this.#random = random;
  }

  /** Derives both keys of the code, keeps one, returns the authenticator. */
  authenticate(voter: string, code: string): string {
    this.forget();
    const keys = codeKeys(voter, code);
    this.#voter = voter;
    this.#wrapping = keys.wrapping;
    return keys.authenticator;
  }

  /** Opens the registrar's answer; all of it or nothing. The wrapping key is of no further use. */
  open(unlocked: readonly Unlocked[], registrarKey: string): void {
    if (this.#wrapping === null) throw new VaultError("not_unlocked", "no code");
    try {
      for (const part of unlocked) this.#credentials.set(part.election, this.#credential(part, this.#wrapping, registrarKey));
    } catch (error) {
      this.forget();
      throw error;
    }
    wipe(this.#wrapping);
    this.#wrapping = null;
  }

  #credential(part: Unlocked, wrapping: Uint8Array, registrarKey: string): Credential {
    const text = unwrapCredential(wrapping, this.#voter, part.election, part.wrapped);
    if (text === null) throw new VaultError("unlock_invalid", "the credential does not unlock");
    let credential: Credential;
    try {
      credential = Credential.derive(part.election, text);
    } catch {
      throw new VaultError("unlock_invalid", "the credential is malformed");
    }
    if (!admissionHolds(part.admission, part.election, credential.publicKey.toString(), registrarKey)) {
      throw new VaultError("unlock_invalid", "the admission does not hold");
    }
    return credential;
  }

  /** Encrypts, proves and signs, after checking that the election's bytes are those the page announced. */
  prepare(id: string, bytes: Uint8Array, fingerprint: string, mark: Mark): Prepared {
    const credential = this.#credentials.get(id);
    if (credential === undefined) throw new VaultError("not_unlocked", id);
    try {
      const election = parseElection(bytes);
      if (election.fingerprint !== fingerprint || election.id !== id) throw new VaultError("election_mismatch", id);
      const question = election.questions[0];
      if (question?.kind !== "homomorphic") throw new VaultError("election_mismatch", "not a question of this page");
      const choice: Choice = mark === "blank" ? "blank" : [mark];
      const answer = mark === "blank" ? null : (question.answers[mark] ?? null);
      const ballot = makeBallot(election, credential, [choice], this.#random);
      return { ballot, tracker: tracker(ballot), answer };
    } catch (error) {
      if (error instanceof Refusal) throw new VaultError("election_mismatch", error.message);
      throw error;
    }
  }

  forget(): void {
    if (this.#wrapping !== null) wipe(this.#wrapping);
    this.#wrapping = null;
    for (const credential of this.#credentials.values()) credential.wipe();
    this.#credentials.clear();
    this.#voter = "";
  }
}
