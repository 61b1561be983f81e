// What the page, the auditing worker and its helpers say to each other.
import type { Outcome, Progress, Verdict } from "./audit.ts";
import type { CheckId, Culprit } from "./finding.ts";

/** From the page: audit this archive. From the auditing worker: verify for me. */
export type Request =
  | { readonly ask: "audit"; readonly archive: Blob; readonly helpers: number }
  | { readonly ask: "start"; readonly election: Uint8Array }
  | { readonly ask: "verify"; readonly id: number; readonly ballots: readonly Uint8Array[] };

/** To the auditing worker, from a helper. */
export interface Verified {
  readonly id: number;
  readonly verdicts: readonly Verdict[];
}

/** To the page. */
export type Told =
  | { readonly tell: "progress"; readonly progress: Progress; readonly size: number }
  | { readonly tell: "report"; readonly report: Summary }
  | { readonly tell: "fault"; readonly detail: string };

/** A report as it can pass from a worker. */
export interface Summary {
  readonly outcomes: readonly { readonly check: CheckId; readonly outcome: Outcome }[];
  readonly finding: { readonly check: CheckId; readonly culprit: Culprit; readonly detail: string; readonly unsupported: boolean } | null;
  readonly complete: boolean;
  readonly head: string | null;
  readonly election: { readonly id: string; readonly name: string } | null;
  readonly voters: number;
  readonly ballots: number;
  /** For each question, its lines with their counts. */
  readonly counts: readonly { readonly question: string; readonly lines: readonly { readonly name: string | null; readonly votes: string }[] }[];
}
