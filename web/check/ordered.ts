// Objects whose fields stand in the order of the specification, and shapes: nested arrays of one kind of value.
import { fields, type Json } from "../protocol/json.ts";
import { Refusal } from "../protocol/refusal.ts";

/** As `fields`, and in this order: first the required ones, then those of the optional ones that are there. */
export function ordered(json: Json, where: string, required: string[], optional: string[] = []): Map<string, Json> {
  const found = fields(json, where, required, optional);
  const expected = [...required, ...optional].filter((name) => found.has(name));
  if ([...found.keys()].some((name, i) => name !== expected[i])) throw new Refusal("not_canonical", `${where}: order`);
  return found;
}

/** Ciphertexts, factors, proofs and counts of an election have one shape: an array for each question, of values or arrays. */
export type Shape<T> = { readonly atom: T } | { readonly items: readonly Shape<T>[] };

export function readShape<T>(json: Json, where: string, readAtom: (json: Json, where: string) => T): Shape<T> {
  if (Array.isArray(json)) return { items: json.map((item, i) => readShape(item, `${where}[${i}]`, readAtom)) };
  return { atom: readAtom(json, where) };
}

export function isLike(a: Shape<unknown>, b: Shape<unknown>): boolean {
  if ("atom" in a || "atom" in b) return "atom" in a && "atom" in b;
  return a.items.length === b.items.length && a.items.every((item, i) => isLike(item, b.items[i] ?? { items: [] }));
}

export function atoms<T>(shape: Shape<T>): T[] {
  return "atom" in shape ? [shape.atom] : shape.items.flatMap(atoms);
}
