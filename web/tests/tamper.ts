// Takes an archive apart and writes it again, every hash, parent and height anew, so that only the change that a test made is wrong.
import { createHash } from "node:crypto";

export interface Parts {
  readonly timestamp: string;
  readonly election: string;
  readonly trustees: string;
  readonly credentials: string;
  /** The credential authority's, where there is one. */
  readonly certificate?: string;
  readonly ballots: readonly string[];
  readonly tally: { readonly num_tallied: number; readonly total_weight: number | string; readonly bytes: string };
  readonly decryptions: readonly { readonly owner: number; readonly bytes: string }[];
  readonly result: string;
  /** Ends after the last event of this kind. */
  readonly until?: string;
}

type Fields = Record<string, unknown>;

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

export function parseArchive(bytes: Uint8Array): Parts {
  const data = new Map<string, string>();
  const events: Fields[] = [];
  let timestamp = "";
  for (let offset = 0; offset < bytes.length; ) {
    const header = Buffer.from(bytes.subarray(offset, offset + 512)).toString("latin1");
    const name = header.slice(0, header.indexOf("\0"));
    const size = Number.parseInt(header.slice(124, 135), 8);
    const text = Buffer.from(bytes.subarray(offset + 512, offset + 512 + size)).toString("utf8");
    if (name === "BELENIOS") timestamp = String((JSON.parse(text) as Fields)["timestamp"]);
    else if (name.endsWith(".event.json")) events.push(JSON.parse(text) as Fields);
    else data.set(name.slice(0, 64), text);
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  const record = (hash: unknown): string => data.get(String(hash)) ?? "";
  const payloads = (type: string): string[] => events.filter((event) => event["type"] === type).map(({ payload }) => record(payload));
  const parse = (text: string | undefined): Fields => JSON.parse(text ?? "{}") as Fields;
  const setup = parse(payloads("Setup")[0]);
  const tally = parse(payloads("EncryptedTally")[0]);
  return {
    timestamp,
    election: record(setup["election"]),
    trustees: record(setup["trustees"]),
    credentials: record(setup["credentials"]),
    ballots: payloads("Ballot"),
    tally: {
      num_tallied: Number(tally["num_tallied"]),
      total_weight: tally["total_weight"] as number | string,
      bytes: record(tally["encrypted_tally"]),
    },
    decryptions: payloads("PartialDecryption").map(parse).map(({ owner, payload }) => ({ owner: Number(owner), bytes: record(payload) })),
    result: payloads("Result")[0] ?? "",
  };
}

export function writeArchive(parts: Parts): Uint8Array {
  const blocks: Buffer[] = [];
  const record = (name: string, text: string): void => {
    const content = Buffer.from(text, "utf8");
    blocks.push(header(name, content.length, Number(parts.timestamp)), content, Buffer.alloc((512 - (content.length % 512)) % 512));
  };
  const datum = (text: string): string => {
    record(`${sha256(text)}.data.json`, text);
    return sha256(text);
  };
  let parent: string | undefined;
  let height = 0;
  const event = (type: string, payload?: string): void => {
    const text = JSON.stringify({ ...(parent === undefined ? {} : { parent }), height, type, ...(payload === undefined ? {} : { payload }) });
    parent = sha256(text);
    record(`${parent}.event.json`, text);
    height += 1;
  };
  record("BELENIOS", JSON.stringify({ version: 1, timestamp: parts.timestamp }));
  const setup = {
    election: datum(parts.election),
    trustees: datum(parts.trustees),
    credentials: datum(parts.credentials),
    ...(parts.certificate === undefined ? {} : { credentials_certificate: datum(parts.certificate) }),
  };
  event("Setup", datum(JSON.stringify(setup)));
  for (const ballot of parts.ballots) event("Ballot", datum(ballot));
  if (parts.until !== "Ballot") {
    event("EndBallots");
    const { bytes, ...figures } = parts.tally;
    event("EncryptedTally", datum(JSON.stringify({ ...figures, encrypted_tally: datum(bytes) })));
    for (const { owner, bytes: contribution } of parts.decryptions) {
      event("PartialDecryption", datum(JSON.stringify({ owner, payload: datum(contribution) })));
    }
    if (parts.until !== "PartialDecryption") event("Result", datum(parts.result));
  }
  return Buffer.concat(blocks);
}

function header(name: string, size: number, mtime: number): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0, "latin1");
  block.write("0000644\x000000000\x000000000\0", 100, "latin1");
  block.write(`${size.toString(8).padStart(11, "0")}\0${mtime.toString(8).padStart(11, "0")}\0        0`, 124, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return block;
}
