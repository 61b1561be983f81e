// The records of an archive: an old-style tar in which every byte is prescribed, and every record is named by
// the hash of its content. A reader that accepts a header would have written exactly that header.
import { hex, sameBytes } from "../protocol/bytes.ts";
import { sha256 } from "../protocol/hash.ts";
import { readCanonical, text } from "../protocol/json.ts";
import { Finding, under } from "./finding.ts";
import { ordered } from "../protocol/ordered.ts";

/** Where the bytes come from: a file that the reader chose, or one that was downloaded. */
export interface Source {
  readonly size: number;
  /** Exactly `length` bytes; asked for inside of the source only. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

export interface RecordRead {
  /** Where its header begins. */
  readonly offset: number;
  readonly sort: "data" | "event";
  /** 64 hexadecimal digits, which were compared with the content. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

const BLOCK = 512;
/** Bytes taken from the source at once; a larger record is read by itself. */
const WINDOW = 4 << 20;
/** The credentials of 1.4 million voters stay far below. */
const LARGEST = 1 << 28;

interface Header {
  readonly name: string;
  readonly size: number;
  readonly mtime: number;
}

export class Records {
  readonly #source: Source;
  readonly #mtime: number;
  #offset: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowAt = 0;

  private constructor(source: Source, mtime: number, offset: number) {
    this.#source = source;
    this.#mtime = mtime;
    this.#offset = offset;
  }

  static async open(source: Source): Promise<Records> {
    const wrong = (): Finding => new Finding("archive.format", { kind: "archive" }, "not a Belenios archive of version 1");
    const reader = new Records(source, 0, 0);
    const first = await reader.#header();
    if (first === null || first.name !== "BELENIOS") throw wrong();
    const bytes = await reader.#content(first.size);
    const timestamp = under("archive.format", { kind: "archive" }, () => readPreamble(bytes));
    if (timestamp !== String(first.mtime)) throw wrong();
    return new Records(source, first.mtime, reader.#offset);
  }

  /** How many bytes were read and found right. */
  get offset(): number {
    return this.#offset;
  }

  /** The next record; null at the end of the file. */
  async next(): Promise<RecordRead | null> {
    const offset = this.#offset;
    const header = await this.#header();
    if (header === null) return null;
    const named = /^([0-9a-f]{64})\.(data|event)\.json$/.exec(header.name);
    if (named === null || header.mtime !== this.#mtime) throw at("archive.format", offset, "header");
    const [, hash = "", sort = ""] = named;
    const bytes = await this.#content(header.size);
    if (hex(sha256(bytes)) !== hash) throw at("archive.hash", offset, "the name is not the hash of the content");
    return { offset, sort: sort === "event" ? "event" : "data", hash, bytes };
  }

  /** Reads again the content of a record. */
  again(offset: number, length: number): Promise<Uint8Array> {
    return this.#source.read(offset + BLOCK, length);
  }

  async #header(): Promise<Header | null> {
    const offset = this.#offset;
    if (offset === this.#source.size) return null;
    const block = await this.#take(offset, BLOCK);
    const header = readHeader(block);
    if (header === null) throw at("archive.format", offset, "header");
    this.#offset += BLOCK;
    return header;
  }

  async #content(size: number): Promise<Uint8Array> {
    const record = this.#offset - BLOCK;
    if (size > LARGEST) throw at("archive.format", record, "too large");
    const whole = await this.#take(this.#offset, size + padding(size));
    if (whole.subarray(size).some((byte) => byte !== 0)) throw at("archive.format", record, "padding");
    this.#offset += whole.length;
    return whole.slice(0, size);
  }

  /** Bytes by way of the window; refuses a file that ends before. */
  async #take(offset: number, length: number): Promise<Uint8Array> {
    if (offset + length > this.#source.size) throw at("archive.format", offset, "the file ends inside of a record");
    const start = offset - this.#windowAt;
    if (start < 0 || start + length > this.#window.length) {
      const wanted = Math.max(length, Math.min(WINDOW, this.#source.size - offset));
      this.#window = await this.#source.read(offset, wanted);
      this.#windowAt = offset;
      return this.#window.subarray(0, length);
    }
    return this.#window.subarray(start, start + length);
  }
}

function at(check: "archive.format" | "archive.hash", offset: number, detail: string): Finding {
  return new Finding(check, { kind: "record", offset }, detail);
}

/** `{"version":1,"timestamp":"…"}`; gives the timestamp. */
function readPreamble(bytes: Uint8Array): string {
  return readCanonical(
    bytes,
    (json) => text(ordered(json, "BELENIOS", ["version", "timestamp"]).get("timestamp"), "timestamp"),
    (timestamp) => ({ version: 1, timestamp }),
  );
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

/** Null for every block that `writeHeader` would not write. */
function readHeader(block: Uint8Array): Header | null {
  const ascii = String.fromCharCode(...block);
  const name = ascii.slice(0, 100).split("\0")[0] ?? "";
  const size = octal(ascii.slice(124, 136));
  const mtime = octal(ascii.slice(136, 148));
  if (size === null || mtime === null) return null;
  const header = { name, size, mtime };
  return sameBytes(writeHeader(header), block) ? header : null;
}

function octal(field: string): number | null {
  return /^[0-7]{11}\0$/.test(field) ? Number.parseInt(field, 8) : null;
}

function writeHeader({ name, size, mtime }: Header): Uint8Array {
  const number = (value: number): string => value.toString(8).padStart(11, "0");
  const before = `${name.padEnd(100, "\0")}0000644\x000000000\x000000000\0${number(size)}\0${number(mtime)}\0`;
  const block = new Uint8Array(BLOCK);
  const put = (text: string, offset: number): void => {
    for (let i = 0; i < text.length; i++) block[offset + i] = text.charCodeAt(i);
  };
  put(`${before}        0`, 0);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
