// What an audit says: which check does not hold, and who or what is the culprit. The ids are those of
// docs/protocol/checks.md, so that every verifier names the same thing in the same way.
import { Refusal } from "../protocol/refusal.ts";

/** In the order in which they are told. */
export const CHECKS = [
  "archive.format",
  "archive.hash",
  "archive.chain",
  "archive.grammar",
  "archive.references",
  "archive.head",
  "setup.election",
  "setup.questions",
  "setup.trustees",
  "setup.key",
  "setup.credentials",
  "ballot.form",
  "ballot.election",
  "ballot.signature",
  "ballot.proof",
  "ballot.duplicate",
  "ballot.credential",
  "tally.sum",
  "tally.figures",
  "shuffle.owner",
  "shuffle.proof",
  "shuffle.present",
  "decryption.owner",
  "decryption.proof",
  "decryption.quorum",
  "result.consistent",
  "result.present",
  "seats.votes",
  "seats.allocation",
] as const;

export type CheckId = (typeof CHECKS)[number];

export type Culprit =
  | { readonly kind: "archive" | "election" | "trustees" | "tally" | "result" }
  | { readonly kind: "record"; readonly offset: number }
  | { readonly kind: "event"; readonly height: number }
  | { readonly kind: "trustee"; readonly owner: number }
  | { readonly kind: "credential"; readonly place: number }
  | { readonly kind: "ballot"; readonly height: number; readonly tracker: string };

/** A check that does not hold, or, when `unsupported`, one that this program cannot judge. */
export class Finding extends Error {
  readonly check: CheckId;
  readonly culprit: Culprit;
  readonly unsupported: boolean;

  constructor(check: CheckId, culprit: Culprit, detail: string, unsupported = false) {
    super(`${check}: ${detail}`);
    this.name = "Finding";
    this.check = check;
    this.culprit = culprit;
    this.unsupported = unsupported;
  }
}

/** Runs `action`; what it refuses becomes a finding of this check. */
export function under<T>(check: CheckId, culprit: Culprit, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Refusal) throw new Finding(check, culprit, error.message);
    throw error;
  }
}
