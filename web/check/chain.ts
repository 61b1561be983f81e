// Events: each names the one before, its height and what it refers to; what it refers to stands right before it, and
// nothing else does. Which event may follow which is the grammar of an election.
import { hexDecode } from "../protocol/bytes.ts";
import { readCanonical, small, text, type Json } from "../protocol/json.ts";
import { Refusal } from "../protocol/refusal.ts";
import { Finding, under, type CheckId } from "./finding.ts";
import { ordered } from "../protocol/ordered.ts";
import { Records, type RecordRead, type Source } from "./records.ts";

export type EventKind =
  | "Setup"
  | "Ballot"
  | "EndBallots"
  | "EncryptedTally"
  | "Shuffle"
  | "EndShuffles"
  | "PartialDecryption"
  | "Result";

export type Phase = "empty" | "open" | "closed" | "tallied" | "shuffling" | "shuffled" | "decrypting" | "complete";

const AFTER: Record<Phase, Partial<Record<EventKind, Phase>>> = {
  empty: { Setup: "open" },
  open: { Ballot: "open", EndBallots: "closed" },
  closed: { EncryptedTally: "tallied" },
  tallied: { Shuffle: "shuffling", EndShuffles: "shuffled", PartialDecryption: "decrypting", Result: "complete" },
  shuffling: { Shuffle: "shuffling", EndShuffles: "shuffled" },
  shuffled: { PartialDecryption: "decrypting", Result: "complete" },
  decrypting: { PartialDecryption: "decrypting", Result: "complete" },
  complete: {},
};

const KINDS = Object.values(AFTER).flatMap((next) => Object.keys(next)) as EventKind[];

/** What an event says, with the records that it refers to. */
export type Content =
  | { readonly kind: "Setup"; readonly election: Uint8Array; readonly trustees: Uint8Array; readonly credentials: Uint8Array; readonly certificate: Uint8Array | null }
  | { readonly kind: "Ballot"; readonly ballot: RecordRead }
  | { readonly kind: "EncryptedTally"; readonly count: number; readonly weight: bigint; readonly tally: Uint8Array }
  | { readonly kind: "Shuffle" | "PartialDecryption"; readonly owner: number; readonly contribution: Uint8Array }
  | { readonly kind: "Result"; readonly result: Uint8Array }
  | { readonly kind: "EndBallots" | "EndShuffles" };

export interface Entry {
  readonly height: number;
  readonly content: Content;
}

interface Event {
  readonly parent: string | null;
  readonly height: number;
  readonly kind: EventKind;
  readonly payload: string | null;
}

/** Records that one event may refer to at most: the five of a setup. */
const MOST_RECORDS = 5;

export class Chain {
  readonly #records: Records;
  #phase: Phase = "empty";
  #head: string | null = null;
  #height = 0;

  private constructor(records: Records) {
    this.#records = records;
  }

  static async open(source: Source): Promise<Chain> {
    return new Chain(await Records.open(source));
  }

  get phase(): Phase {
    return this.#phase;
  }

  /** Hash of the last event. */
  get head(): string | null {
    return this.#head;
  }

  /** How many events were read. */
  get height(): number {
    return this.#height;
  }

  get offset(): number {
    return this.#records.offset;
  }

  again(offset: number, length: number): Promise<Uint8Array> {
    return this.#records.again(offset, length);
  }

  /** The next event with its records; null at the end of the file. */
  async next(): Promise<Entry | null> {
    const data: RecordRead[] = [];
    for (;;) {
      const record = await this.#records.next();
      if (record === null) break;
      if (record.sort === "event") return this.#link(record, data);
      if (data.length === MOST_RECORDS) throw this.#wrong("archive.references", "too many records before an event");
      data.push(record);
    }
    const [left] = data;
    if (left === undefined) return null;
    throw new Finding("archive.references", { kind: "record", offset: left.offset }, "belongs to no event");
  }

  #link(record: RecordRead, data: RecordRead[]): Entry {
    const culprit = { kind: "record", offset: record.offset } as const;
    const event = under("archive.format", culprit, () => readEvent(record.bytes));
    if (event.height !== this.#height) throw this.#wrong("archive.chain", "height");
    if (event.parent !== this.#head) throw this.#wrong("archive.chain", "parent");
    const phase = AFTER[this.#phase][event.kind];
    if (phase === undefined) throw this.#wrong("archive.grammar", event.kind);
    const bare = event.kind === "EndBallots" || event.kind === "EndShuffles";
    if (bare !== (event.payload === null)) throw this.#wrong("archive.grammar", "payload");
    const content = this.#content(event, data);
    const height = this.#height;
    this.#phase = phase;
    this.#head = record.hash;
    this.#height += 1;
    return { height, content };
  }

  #content(event: Event, data: RecordRead[]): Content {
    // Records stand in the order in which they are referred to, the event's own payload last.
    const take = (hash: string | null): RecordRead => {
      const record = data.pop();
      if (record === undefined || record.hash !== hash) throw this.#wrong("archive.references", "another record is referred to");
      return record;
    };
    const payload = <T>(read: (json: Json) => T, write: (value: T) => Json): T => {
      const { bytes } = take(event.payload);
      return under("archive.format", { kind: "event", height: this.#height }, () => readCanonical(bytes, read, write));
    };
    const content = contentOf(event, take, payload);
    if (data.length > 0) throw this.#wrong("archive.references", "a record is referred to by nothing");
    return content;
  }

  #wrong(check: CheckId, detail: string): Finding {
    return new Finding(check, { kind: "event", height: this.#height }, detail);
  }
}

function contentOf(
  event: Event,
  take: (hash: string | null) => RecordRead,
  payload: <T>(read: (json: Json) => T, write: (value: T) => Json) => T,
): Content {
  const kind = event.kind;
  switch (kind) {
    case "Setup": {
      const setup = payload(readSetup, writeSetup);
      const certificate = setup.certificate === null ? null : take(setup.certificate).bytes;
      const credentials = take(setup.credentials).bytes;
      const trustees = take(setup.trustees).bytes;
      const election = take(setup.election).bytes;
      return { kind, election, trustees, credentials, certificate };
    }
    case "Ballot":
      return { kind, ballot: take(event.payload) };
    case "EncryptedTally": {
      const figures = payload(readFigures, writeFigures);
      return { kind, count: figures.count, weight: figures.weight, tally: take(figures.tally).bytes };
    }
    case "Shuffle":
    case "PartialDecryption": {
      const owned = payload(readOwned, ({ owner, hash }) => ({ owner, payload: hash }));
      return { kind, owner: owned.owner, contribution: take(owned.hash).bytes };
    }
    case "Result":
      return { kind, result: take(event.payload).bytes };
    case "EndBallots":
    case "EndShuffles":
      return { kind };
  }
}

function readEvent(bytes: Uint8Array): Event {
  return readCanonical(
    bytes,
    (json): Event => {
      // `parent` comes first and may be absent, so the order is checked by writing again.
      const first = typeof json === "object" && json !== null && !("parent" in json);
      const found = ordered(json, "event", first ? ["height", "type"] : ["parent", "height", "type"], ["payload"]);
      const kind = KINDS.find((known) => known === found.get("type"));
      if (kind === undefined) throw new Refusal("shape", "event.type");
      const payload = found.get("payload");
      return {
        parent: first ? null : digest(found.get("parent"), "event.parent"),
        height: small(found.get("height"), "event.height"),
        kind,
        payload: payload === undefined ? null : digest(payload, "event.payload"),
      };
    },
    ({ parent, height, kind, payload }) => ({
      ...(parent === null ? {} : { parent }),
      height,
      type: kind,
      ...(payload === null ? {} : { payload }),
    }),
  );
}

interface Setup {
  readonly election: string;
  readonly trustees: string;
  readonly credentials: string;
  readonly certificate: string | null;
}

function readSetup(json: Json): Setup {
  const found = ordered(json, "setup", ["election", "trustees", "credentials"], ["credentials_certificate"]);
  const of = (name: string): string => digest(found.get(name), `setup.${name}`);
  const certificate = found.has("credentials_certificate") ? of("credentials_certificate") : null;
  return { election: of("election"), trustees: of("trustees"), credentials: of("credentials"), certificate };
}

function writeSetup({ election, trustees, credentials, certificate }: Setup): Json {
  return { election, trustees, credentials, ...(certificate === null ? {} : { credentials_certificate: certificate }) };
}

interface Figures {
  readonly count: number;
  readonly weight: bigint;
  readonly tally: string;
}

function readFigures(json: Json): Figures {
  const found = ordered(json, "tally", ["num_tallied", "total_weight", "encrypted_tally"]);
  return {
    count: small(found.get("num_tallied"), "num_tallied"),
    weight: readNumber(found.get("total_weight") ?? null, "total_weight"),
    tally: digest(found.get("encrypted_tally"), "encrypted_tally"),
  };
}

function writeFigures({ count, weight, tally }: Figures): Json {
  return { num_tallied: count, total_weight: writeNumber(weight), encrypted_tally: tally };
}

function readOwned(json: Json): { owner: number; hash: string } {
  const found = ordered(json, "owned", ["owner", "payload"]);
  return { owner: small(found.get("owner"), "owner"), hash: digest(found.get("payload"), "payload") };
}

function digest(json: Json | undefined, where: string): string {
  const found = text(json, where);
  if (hexDecode(found)?.length !== 32) throw new Refusal("shape", where);
  return found;
}

const LARGEST_NUMBER = 0x3fffffff;

/** Numbers of votes and weights: a JSON number up to 2^30-1, decimal text beyond, 64 bits at most. */
export function readNumber(json: Json, where: string): bigint {
  if (typeof json === "number") return BigInt(small(json, where));
  const written = text(json, where);
  if (!/^[1-9][0-9]{0,19}$/.test(written)) throw new Refusal("shape", where);
  const value = BigInt(written);
  if (value <= LARGEST_NUMBER || value >= 1n << 64n) throw new Refusal("shape", where);
  return value;
}

export function writeNumber(value: bigint): Json {
  return value <= LARGEST_NUMBER ? Number(value) : value.toString();
}
