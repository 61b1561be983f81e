// The audit of a whole archive (vérifier toute l'urne): the walk through the file, and every check on the way.
// It stops at the first check that does not hold and names it. What it cannot judge it never calls valid.
import { parseBallot, tracker, type Ballot } from "../protocol/ballot.ts";
import type { Tally } from "../protocol/decryption.ts";
import { parseElection, type Election } from "../protocol/election.ts";
import { Point } from "../protocol/group.ts";
import { list, readCanonical, text } from "../protocol/json.ts";
import { Refusal, type RefusalCode } from "../protocol/refusal.ts";
import type { Ciphertext } from "../protocol/proof.ts";
import type { Trustees } from "../protocol/trustees.ts";
import { checkCertificate } from "./certificate.ts";
import { Chain, type Content, type Phase } from "./chain.ts";
import { CHECKS, Finding, under, type CheckId, type Culprit } from "./finding.ts";
import type { RecordRead, Source } from "./records.ts";
import { Decryptions, Sum, type Counts } from "./tally.ts";
import { verifyTrustees } from "./trustees.ts";

/** What a verification of one ballot says: null when all holds. */
export type Verdict = { readonly code: RefusalCode; readonly where: string } | null;

/** Verifies ballots of one election, each by itself; where, and on how many cores, is not the audit's matter. */
export interface Verifier {
  start(election: Uint8Array): Promise<void>;
  verify(ballots: readonly Uint8Array[]): Promise<readonly Verdict[]>;
}

export interface Progress {
  /** Bytes of the file that were read. */
  readonly read: number;
  readonly ballots: number;
}

export type Outcome = "passed" | "failed" | "unsupported" | "not_applicable" | "not_reached";

export interface Report {
  readonly outcomes: readonly { readonly check: CheckId; readonly outcome: Outcome }[];
  readonly finding: Finding | null;
  readonly phase: Phase;
  readonly head: string | null;
  readonly election: Election | null;
  readonly voters: number;
  readonly ballots: number;
  readonly counts: Counts | null;
  /** The encrypted tally, once it is found to be the product of the ballots, and the trustees who can decrypt it. */
  readonly tally: Tally | null;
  readonly trustees: Trustees | null;
}

/** Audits the archive of `source`. `progress` may stop it by throwing. */
export async function audit(source: Source, verifier: Verifier, progress: (progress: Progress) => void): Promise<Report> {
  const walk = new Walk(source, verifier, progress);
  let finding: Finding | null = null;
  try {
    await walk.whole();
  } catch (error) {
    if (!(error instanceof Finding)) throw error;
    finding = error;
  }
  return walk.report(finding);
}

const BATCH = 64;

const BALLOT_CHECKS: CheckId[] = [
  "ballot.form", "ballot.election", "ballot.signature", "ballot.proof", "ballot.duplicate", "ballot.credential",
];

interface Voter {
  readonly weight: bigint;
  /** Where the ballot stands that counts so far. */
  last: { readonly offset: number; readonly size: number } | null;
}

class Walk {
  readonly #source: Source;
  readonly #verifier: Verifier;
  readonly #progress: (progress: Progress) => void;
  readonly #passed = new Set<CheckId>();
  readonly #seen = new Set<string>();
  #chain: Chain | null = null;
  #election: Election | null = null;
  #voters = new Map<string, Voter>();
  #batch: { readonly height: number; readonly record: RecordRead }[] = [];
  #ballots = 0;
  #counts: Counts | null = null;
  #tally: Tally | null = null;
  #trustees: Trustees | null = null;

  constructor(source: Source, verifier: Verifier, progress: (progress: Progress) => void) {
    this.#source = source;
    this.#verifier = verifier;
    this.#progress = progress;
  }

  async whole(): Promise<void> {
    const chain = await Chain.open(this.#source);
    this.#chain = chain;
    const setup = await chain.next();
    if (setup?.content.kind !== "Setup") throw new Finding("archive.references", { kind: "archive" }, "no set-up");
    const { election, trustees } = await this.#setUp(setup.content);
    const sum = new Sum(election.questions);
    let decryptions: Decryptions | null = null;
    for (;;) {
      const entry = await this.#next(chain, sum);
      if (entry === null) break;
      const { content } = entry;
      if (content.kind === "Ballot") {
        this.#batch.push({ height: entry.height, record: content.ballot });
        if (this.#batch.length >= BATCH) await this.#flush(chain, sum);
        continue;
      }
      await this.#flush(chain, sum);
      if (content.kind === "EncryptedTally") {
        this.#tally = sum.check(content.tally, content.count, content.weight);
        decryptions = new Decryptions(this.#tally, election, trustees);
        this.#pass("tally.sum", "tally.figures");
      } else if (content.kind === "PartialDecryption") {
        decryptions?.add(content.owner, content.contribution);
      } else if (content.kind === "Result" && decryptions !== null) {
        this.#counts = decryptions.result(content.result);
        this.#pass("decryption.owner", "decryption.proof", "decryption.quorum", "result.consistent", "result.present");
      } else if (content.kind === "Shuffle" || content.kind === "EndShuffles") {
        // Homomorphic tallies need no shuffle, so there must be none.
        throw new Finding("archive.grammar", { kind: "event", height: entry.height }, content.kind);
      }
    }
    await this.#flush(chain, sum);
    this.#pass("archive.format", "archive.hash", "archive.chain", "archive.grammar", "archive.references", ...BALLOT_CHECKS);
  }

  /** The next entry. Ballots read before a fault of the file are verified first: the first fault counts. */
  async #next(chain: Chain, sum: Sum): ReturnType<Chain["next"]> {
    try {
      return await chain.next();
    } catch (error) {
      await this.#flush(chain, sum);
      throw error;
    }
  }

  async #setUp(setup: Content & { kind: "Setup" }): Promise<{ election: Election; trustees: Trustees }> {
    const election = readElection(setup.election);
    this.#election = election;
    this.#pass("setup.election", "setup.questions");
    const trustees = verifyTrustees(setup.trustees);
    this.#trustees = trustees;
    this.#pass("setup.trustees");
    if (!trustees.key.equals(election.key)) throw new Finding("setup.key", { kind: "election" }, "not the trustees' key");
    this.#pass("setup.key");
    this.#voters = readCredentials(setup.credentials);
    if (setup.certificate !== null) checkCertificate(setup.certificate, election, setup.credentials, this.#voters.size);
    this.#pass("setup.credentials");
    await this.#verifier.start(setup.election);
    return { election, trustees };
  }

  /** Verifies the batch, then counts its ballots in their order. */
  async #flush(chain: Chain, sum: Sum): Promise<void> {
    const batch = this.#batch;
    if (batch.length === 0) return;
    this.#batch = [];
    const verdicts = await this.#verifier.verify(batch.map(({ record }) => record.bytes));
    for (const [i, { height, record }] of batch.entries()) {
      const verdict = verdicts[i];
      const culprit = { kind: "ballot", height, tracker: tracker(record.bytes) } as const;
      if (verdict === undefined) throw new Error("a ballot was not verified");
      if (verdict !== null) throw new Finding(checkOf(verdict.code), culprit, `${verdict.code}: ${verdict.where}`);
      await this.#count(chain, sum, record, culprit);
    }
    this.#progress({ read: chain.offset, ballots: this.#ballots });
  }

  async #count(chain: Chain, sum: Sum, record: RecordRead, culprit: Culprit): Promise<void> {
    if (this.#seen.has(record.hash)) throw new Finding("ballot.duplicate", culprit, "the same ballot again");
    this.#seen.add(record.hash);
    const ballot = this.#ballotOf(record.bytes);
    const voter = this.#voters.get(ballot.credential.toString());
    if (voter === undefined) throw new Finding("ballot.credential", culprit, "not on the list");
    if (voter.last !== null) {
      const earlier = await chain.again(voter.last.offset, voter.last.size);
      sum.remove(ciphertextsOf(this.#ballotOf(earlier)), voter.weight);
    }
    sum.add(ciphertextsOf(ballot), voter.weight);
    voter.last = { offset: record.offset, size: record.bytes.length };
    this.#ballots += 1;
  }

  #ballotOf(bytes: Uint8Array): Ballot {
    if (this.#election === null) throw new Error("no election yet");
    return parseBallot(bytes, this.#election);
  }

  #pass(...checks: CheckId[]): void {
    for (const check of checks) this.#passed.add(check);
  }

  report(finding: Finding | null): Report {
    const outcome = (check: CheckId): Outcome => {
      if (finding?.check === check) return finding.unsupported ? "unsupported" : "failed";
      if (this.#passed.has(check)) return "passed";
      return finding === null ? "not_applicable" : "not_reached";
    };
    return {
      outcomes: CHECKS.map((check) => ({ check, outcome: outcome(check) })),
      finding,
      phase: this.#chain?.phase ?? "empty",
      head: this.#chain?.head ?? null,
      election: this.#election,
      voters: this.#voters.size,
      ballots: this.#ballots,
      counts: finding === null ? this.#counts : null,
      tally: finding === null ? this.#tally : null,
      trustees: finding === null ? this.#trustees : null,
    };
  }
}

/** The election, in the group and with questions that this program can judge. */
function readElection(bytes: Uint8Array): Election {
  let election: Election;
  try {
    election = parseElection(bytes);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const check = error.code === "question_unsupported" ? "setup.questions" : "setup.election";
    const unsupported = error.code === "group" || error.code === "question_unsupported";
    throw new Finding(check, { kind: "election" }, error.message, unsupported);
  }
  if (election.questions.some(({ kind }) => kind === "non_homomorphic")) {
    throw new Finding("setup.questions", { kind: "election" }, "a question that needs shuffles", true);
  }
  return election;
}

/** `point` or `point,weight`, all distinct. */
function readCredentials(bytes: Uint8Array): Map<string, Voter> {
  const lines = under("setup.credentials", { kind: "archive" }, () =>
    readCanonical(bytes, (json) => list(json, "credentials").map((line, i) => text(line, `credentials[${i}]`)), (all) => all));
  const voters = new Map<string, Voter>();
  for (const [i, line] of lines.entries()) {
    const culprit = { kind: "credential", place: i + 1 } as const;
    const comma = line.indexOf(",");
    const written = comma === -1 ? line : line.slice(0, comma);
    const weight = comma === -1 ? "1" : line.slice(comma + 1);
    const point = under("setup.credentials", culprit, () => Point.parse(written, "credential"));
    if (point.isIdentity()) throw new Finding("setup.credentials", culprit, "the neutral element");
    if (!/^(0|[1-9][0-9]{0,19})$/.test(weight) || BigInt(weight) >= 1n << 64n) {
      throw new Finding("setup.credentials", culprit, "weight");
    }
    if (voters.has(written)) throw new Finding("setup.credentials", culprit, "listed twice");
    voters.set(written, { weight: BigInt(weight), last: null });
  }
  return voters;
}

/** All ciphertexts, from the first question to the last. */
function ciphertextsOf(ballot: Ballot): Ciphertext[] {
  return ballot.answers.flatMap((answer) => (answer.kind === "lists" ? answer.choices.flat() : [...answer.choices]));
}

function checkOf(code: RefusalCode): CheckId {
  switch (code) {
    case "wrong_election":
      return "ballot.election";
    case "signature":
      return "ballot.signature";
    case "credential_unknown":
      return "ballot.credential";
    case "individual_proof":
    case "overall_proof":
    case "blank_proof":
    case "list_proof":
    case "nonzero_proof":
      return "ballot.proof";
    default:
      return "ballot.form";
  }
}
