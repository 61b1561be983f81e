// The count: ballots multiplied together, decrypted in parts by trustees who prove it, and the numbers that come out.
import { lagrange, verifyDecryption, type Tally } from "../protocol/decryption.ts";
import type { Election, Question } from "../protocol/election.ts";
import { Point, Scalar } from "../protocol/group.ts";
import { list, readCanonical, type Json } from "../protocol/json.ts";
import { atoms, isLike, ordered, readShape, writeShape, type Shape } from "../protocol/ordered.ts";
import { readCiphertext, writeCiphertext, type Ciphertext } from "../protocol/proof.ts";
import { memberOf, type Trustees } from "../protocol/trustees.ts";
import { readNumber, writeNumber } from "./chain.ts";
import { Finding, under } from "./finding.ts";

/** Ballots added up; one can be taken out again, so that the last of a credential counts. */
export class Sum {
  readonly #shape: Shape<null>;
  #sums: Ciphertext[];
  #count = 0;
  #weight = 0n;

  constructor(questions: readonly Question[]) {
    this.#shape = { items: questions.map(shapeOf) };
    this.#sums = atoms(this.#shape).map(() => ({ alpha: Point.identity(), beta: Point.identity() }));
  }

  add(ciphertexts: readonly Ciphertext[], weight: bigint): void {
    this.#combine(ciphertexts, weight, (sum, point) => sum.times(point));
    this.#count += 1;
    this.#weight += weight;
  }

  remove(ciphertexts: readonly Ciphertext[], weight: bigint): void {
    this.#combine(ciphertexts, weight, (sum, point) => sum.over(point));
    this.#count -= 1;
    this.#weight -= weight;
  }

  #combine(ciphertexts: readonly Ciphertext[], weight: bigint, join: (sum: Point, point: Point) => Point): void {
    if (ciphertexts.length !== this.#sums.length) throw new Finding("tally.sum", { kind: "tally" }, "another shape");
    const exponent = Scalar.ofBigInt(weight);
    const scaled = (point: Point): Point => (weight === 1n ? point : point.power(exponent));
    this.#sums = this.#sums.map((sum, i) => {
      const { alpha, beta } = ciphertexts[i] ?? sum;
      return { alpha: join(sum.alpha, scaled(alpha)), beta: join(sum.beta, scaled(beta)) };
    });
  }

  /** Checks what is published as the encrypted tally. */
  check(bytes: Uint8Array, count: number, weight: bigint): Tally {
    const culprit = { kind: "tally" } as const;
    const published = under("tally.sum", culprit, () =>
      readCanonical(bytes, (json) => readShape(json, "tally", readCiphertext), (shape) => writeShape(shape, writeCiphertext)));
    const ciphertexts = atoms(published);
    const same = isLike(published, this.#shape) && ciphertexts.every(({ alpha, beta }, i) => {
      const sum = this.#sums[i];
      return sum !== undefined && alpha.equals(sum.alpha) && beta.equals(sum.beta);
    });
    if (!same) throw new Finding("tally.sum", culprit, "not the product of the ballots");
    if (count !== this.#count || weight !== this.#weight) throw new Finding("tally.figures", culprit, "not the number of ballots");
    return { shape: this.#shape, ciphertexts };
  }
}

function shapeOf(question: Question): Shape<null> {
  const row = (length: number): Shape<null> => ({ items: Array.from({ length }, () => ({ atom: null })) });
  if (question.kind === "lists") return { items: question.lists.map((names) => row(names.length)) };
  return row(question.answers.length + (question.kind === "homomorphic" && question.blank ? 1 : 0));
}

/** What trustees brought, each part checked as it comes. */
export class Decryptions {
  readonly #tally: Tally;
  readonly #election: Election;
  readonly #trustees: Trustees;
  readonly #factors = new Map<number, readonly Point[]>();

  constructor(tally: Tally, election: Election, trustees: Trustees) {
    this.#tally = tally;
    this.#election = election;
    this.#trustees = trustees;
  }

  add(owner: number, bytes: Uint8Array): void {
    const culprit = { kind: "trustee", owner } as const;
    const key = memberOf(this.#trustees, owner);
    if (key === undefined) throw new Finding("decryption.owner", culprit, "there is no such trustee");
    if (this.#factors.has(owner)) throw new Finding("decryption.owner", culprit, "decrypted twice");
    this.#factors.set(owner, under("decryption.proof", culprit, () =>
      verifyDecryption(bytes, key, this.#election.fingerprint, this.#tally)));
  }

  /** Checks that enough trustees decrypted and that the published numbers are those decrypted; gives them. */
  result(bytes: Uint8Array): Counts {
    const contributions = this.#trustees.items.flatMap((item) => {
      const present = item.members.map((_, i) => item.first + i).filter((owner) => this.#factors.has(owner));
      if (present.length < item.threshold) {
        throw new Finding("decryption.quorum", { kind: "trustees" }, `${present.length} of ${item.threshold} from trustee ${item.first}`);
      }
      const chosen = present.slice(0, item.threshold);
      const places = chosen.map((owner) => owner - item.first + 1);
      return chosen.map((owner, i) => ({ factors: this.#factors.get(owner) ?? [], exponent: lagrange(places, i) }));
    });
    const culprit = { kind: "result" } as const;
    const counts = under("result.consistent", culprit, () => readCanonical(bytes, readResult, writeResult));
    if (!isLike(counts, this.#tally.shape)) throw new Finding("result.consistent", culprit, "another shape");
    atoms(counts).forEach((count, i) => {
      const masks = contributions.map(({ factors, exponent }) => (factors[i] ?? Point.identity()).power(exponent));
      const beta = this.#tally.ciphertexts[i]?.beta ?? Point.identity();
      const content = masks.reduce((rest, mask) => rest.over(mask), beta);
      if (!content.equals(Point.base(Scalar.ofBigInt(count)))) throw new Finding("result.consistent", culprit, `count ${i}`);
    });
    return counts;
  }
}

/** Numbers of votes in the shape of the questions; where one may vote blank, blank comes first. */
export type Counts = Shape<bigint>;

function readResult(json: Json): Counts {
  const found = ordered(json, "result", ["result"]);
  return readShape(list(found.get("result"), "result"), "result", readNumber);
}

function writeResult(counts: Counts): Json {
  return { result: writeShape(counts, writeNumber) };
}
