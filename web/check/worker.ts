// The auditing worker, which reads and counts, and its helpers, which verify ballots for it: one script, two parts.
import { parseElection, type Election } from "../protocol/election.ts";
import { ready } from "../protocol/sodium.ts";
import { audit, type Report } from "./audit.ts";
import type { Request, Summary, Told, Verified } from "./messages.ts";
import { atoms } from "../protocol/ordered.ts";
import { Pool } from "./pool.ts";
import type { Source } from "./records.ts";
import { verdictOf } from "./verifier.ts";

/** Progress is told at most so often, in milliseconds. */
const PACE = 200;

let election: Election | null = null;

self.addEventListener("message", ({ data }: MessageEvent<Request>) => {
  answer(data).catch((error: unknown) => {
    // Whoever started this worker hears of errors, not of refused promises.
    setTimeout(() => {
      throw error;
    });
  });
});

async function answer(request: Request): Promise<void> {
  await ready();
  switch (request.ask) {
    case "audit":
      tell(await audited(request.archive, request.helpers));
      break;
    case "start":
      election = parseElection(request.election);
      break;
    case "verify": {
      const known = election;
      if (known === null) throw new Error("no election yet");
      const verified: Verified = { id: request.id, verdicts: request.ballots.map((ballot) => verdictOf(ballot, known)) };
      self.postMessage(verified);
      break;
    }
  }
}

async function audited(archive: Blob, helpers: number): Promise<Told> {
  const pool = new Pool(self.location.href, helpers);
  let latest = 0;
  try {
    const report = await audit(sourceOf(archive), pool, (progress) => {
      if (Date.now() - latest < PACE) return;
      latest = Date.now();
      tell({ tell: "progress", progress, size: archive.size });
    });
    return { tell: "report", report: summaryOf(report) };
  } catch (error) {
    return { tell: "fault", detail: error instanceof Error ? error.message : "unknown" };
  } finally {
    pool.close();
  }
}

function tell(told: Told): void {
  self.postMessage(told);
}

function sourceOf(archive: Blob): Source {
  return {
    size: archive.size,
    read: async (offset, length) => new Uint8Array(await archive.slice(offset, offset + length).arrayBuffer()),
  };
}

function summaryOf(report: Report): Summary {
  const { finding, election: known } = report;
  return {
    outcomes: report.outcomes,
    finding: finding === null
      ? null
      : { check: finding.check, culprit: finding.culprit, detail: finding.message, unsupported: finding.unsupported },
    complete: report.phase === "complete",
    head: report.head,
    election: known === null ? null : { id: known.id, name: known.name },
    voters: report.voters,
    ballots: report.ballots,
    counts: countsOf(report),
  };
}

/** Names beside numbers; a blank vote has no name of its own. */
function countsOf({ counts, election: known }: Report): Summary["counts"] {
  if (counts === null || known === null || "atom" in counts) return [];
  return counts.items.map((item, i) => {
    const question = known.questions[i];
    const names: (string | null)[] = question === undefined ? [] : namesOf(question);
    return {
      question: question?.question ?? "",
      lines: atoms(item).map((votes, j) => ({ name: names[j] ?? null, votes: votes.toString() })),
    };
  });
}

function namesOf(question: Election["questions"][number]): (string | null)[] {
  if (question.kind === "lists") return question.lists.flat();
  return question.kind === "homomorphic" && question.blank ? [null, ...question.answers] : [...question.answers];
}
