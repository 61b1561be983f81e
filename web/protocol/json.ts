// Canonical JSON: compact, fields in the order of the specification, raw UTF-8, DEL escaped.
// Reading is strict by construction: a text is read, checked field by field, written again, and the
// two must be the same bytes. Duplicate keys, spaces, other number forms and escapes all die there.
import { sameBytes, utf8, utf8Decode } from "./bytes.ts";
import { Refusal } from "./refusal.ts";

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** JSON.stringify is compact and keeps insertion order; it differs from the canonical form on DEL only. */
export function canonical(value: Json): string {
  return JSON.stringify(value).replaceAll("\u007f", "\\u007f");
}

/** Reads `bytes`, lets `read` check every field and rebuild the value, and compares what that writes. */
export function readCanonical<T>(bytes: Uint8Array, read: (json: Json) => T, write: (value: T) => Json): T {
  let text: string;
  try {
    text = utf8Decode(bytes);
  } catch {
    throw new Refusal("not_utf8", "whole text");
  }
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    throw new Refusal("not_json", "whole text");
  }
  const value = read(json);
  if (!sameBytes(utf8(canonical(write(value))), bytes)) throw new Refusal("not_canonical", "whole text");
  return value;
}

/** An object having all of `required`, possibly some of `optional`, and nothing else. */
export function fields(json: Json, where: string, required: string[], optional: string[] = []): Map<string, Json> {
  if (json === null || typeof json !== "object" || Array.isArray(json)) throw new Refusal("shape", where);
  const found = new Map(Object.entries(json));
  for (const name of required) if (!found.has(name)) throw new Refusal("shape", `${where}.${name} is missing`);
  for (const name of found.keys()) {
    if (!required.includes(name) && !optional.includes(name)) throw new Refusal("shape", `${where}.${name} is unknown`);
  }
  return found;
}

export function list(json: Json | undefined, where: string, length?: number): Json[] {
  if (!Array.isArray(json)) throw new Refusal("shape", where);
  if (length !== undefined && json.length !== length) throw new Refusal("shape", `${where}: ${length} items expected`);
  return json;
}

export function text(json: Json | undefined, where: string): string {
  if (typeof json !== "string") throw new Refusal("shape", where);
  return json;
}

/** A whole number from 0 to 2^30-1, the range the protocol writes as a JSON number. */
export function small(json: Json | undefined, where: string): number {
  if (typeof json !== "number" || !Number.isInteger(json) || json < 0 || json > 0x3fffffff) {
    throw new Refusal("shape", where);
  }
  return json;
}
