// Objects whose fields stand in the order of the specification, and shapes: nested arrays of one kind of value.
import { fields, type Json } from "./json.ts";
import { Refusal } from "./refusal.ts";

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

export function writeShape<T>(shape: Shape<T>, write: (atom: T) => Json): Json {
  return "atom" in shape ? write(shape.atom) : shape.items.map((item) => writeShape(item, write));
}

/** The same shape with these values, in the order of `atoms`. */
export function filled<T>(shape: Shape<unknown>, values: readonly T[]): Shape<T> {
  const rest = values.values();
  const fill = (part: Shape<unknown>): Shape<T> => {
    if ("items" in part) return { items: part.items.map(fill) };
    const next = rest.next();
    if (next.done === true) throw new Refusal("shape", "too few values");
    return { atom: next.value };
  };
  return fill(shape);
}
