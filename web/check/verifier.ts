// Verifies ballots one by one: here, or shared out among workers.
import { verifyBallot } from "../protocol/ballot.ts";
import { parseElection, type Election } from "../protocol/election.ts";
import { Refusal } from "../protocol/refusal.ts";
import type { Verdict, Verifier } from "./audit.ts";

/** What all holds of this ballot, and if not, why. Eligibility is the audit's matter. */
export function verdictOf(ballot: Uint8Array, election: Election): Verdict {
  try {
    verifyBallot(ballot, election);
    return null;
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code, where: error.message };
    throw error;
  }
}

/** In the thread that asks. */
export class InThread implements Verifier {
  #election: Election | null = null;

  async start(election: Uint8Array): Promise<void> {
    this.#election = parseElection(election);
  }

  async verify(ballots: readonly Uint8Array[]): Promise<readonly Verdict[]> {
    const election = this.#election;
    if (election === null) throw new Error("no election yet");
    return ballots.map((ballot) => verdictOf(ballot, election));
  }
}
