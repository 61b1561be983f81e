// Reads the reference archives (.bel) that arbitrate the protocol: a plain tar of JSON records.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Source } from "../check/records.ts";

const ROOT = join(import.meta.dirname, "..", "..", "vectors", "archives");

export interface Archive {
  name: string;
  election: Uint8Array;
  ballots: Uint8Array[];
  /** Public credentials, weights removed. */
  credentials: string[];
  secretCredentials: string[];
}

/** Fails, rather than skips, where the archives are absent: an unverified protocol must not look green. */
export function archiveNames(kind: "valid" | "corrupted", pattern: RegExp): string[] {
  const folder = join(ROOT, kind);
  if (!existsSync(folder)) throw new Error(`reference archives not found in ${folder}`);
  const names = readdirSync(folder).filter((name) => pattern.test(name));
  if (names.length === 0) throw new Error(`no archive named ${pattern} in ${folder}`);
  return names.sort();
}

/** The path of an archive's file. */
export function archiveFile(kind: "valid" | "corrupted", name: string): string {
  const folder = join(ROOT, kind, name);
  const file = readdirSync(folder).find((entry) => entry.endsWith(".bel"));
  if (file === undefined) throw new Error(`no .bel in ${folder}`);
  return join(folder, file);
}

/** Bytes in memory, as the audit reads them. */
export function sourceOf(bytes: Uint8Array): Source {
  return { size: bytes.length, read: async (offset, length) => bytes.slice(offset, offset + length) };
}

export function readArchive(kind: "valid" | "corrupted", name: string): Archive {
  const folder = join(ROOT, kind, name);
  const records = readRecords(readFileSync(archiveFile(kind, name)));
  const events = [...records.values()].filter((record) => record.event).map((record) => parse(record.bytes));
  const payload = (event: Record<string, unknown> | undefined): Uint8Array => {
    const record = records.get(String(event?.["payload"]));
    if (record === undefined) throw new Error(`${name}: an event refers to nothing`);
    return record.bytes;
  };
  const setup = parse(payload(events.find((event) => event["type"] === "Setup")));
  const part = (key: string): Uint8Array => payload({ payload: setup[key] });
  const secrets = join(folder, "private_creds.txt");
  return {
    name,
    election: part("election"),
    ballots: events.filter((event) => event["type"] === "Ballot").map(payload),
    credentials: (JSON.parse(new TextDecoder().decode(part("credentials"))) as string[]).map(
      (credential) => credential.split(",")[0] ?? "",
    ),
    secretCredentials: existsSync(secrets)
      ? readFileSync(secrets, "utf8").trim().split("\n").map((line) => line.split(" ")[1] ?? "")
      : [],
  };
}

function parse(bytes: Uint8Array): Record<string, unknown> {
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

function readRecords(tar: Uint8Array): Map<string, { bytes: Uint8Array; event: boolean }> {
  const records = new Map<string, { bytes: Uint8Array; event: boolean }>();
  for (let offset = 0; offset + 512 <= tar.length; ) {
    const header = new TextDecoder("latin1").decode(tar.subarray(offset, offset + 512));
    const name = header.slice(0, 100).replace(/\0.*$/s, "");
    const size = Number.parseInt(header.slice(124, 135), 8);
    const bytes = Uint8Array.from(tar.subarray(offset + 512, offset + 512 + size));
    const [digest, kind] = name.split(".");
    if (digest !== undefined && kind !== undefined) records.set(digest, { bytes, event: kind === "event" });
    offset += 512 + Math.ceil(size / 512) * 512;
  }
  return records;
}
