// The trustees of an election (détenteurs de clé), as published: `[["Single",{…}],["Pedersen",{…}]]`. The items' keys
// multiply: each item is needed. In a shared key ("Pedersen") any `threshold` members suffice.
// Members are numbered from 1 through all items; a fault names its culprit by that number.
import { Point } from "./group.ts";
import { list, readCanonical, type Json } from "./json.ts";
import { readParameters, verifyParameters, writeParameters, type Parameters } from "./pedersen.ts";
import { Refusal } from "./refusal.ts";
import { TrusteeFault } from "./trustee_fault.ts";
import { isPossessed, readTrusteeKey, writeTrusteeKey, type TrusteeKey } from "./trustee_key.ts";

export type PublishedItem = { readonly single: TrusteeKey } | { readonly pedersen: Parameters };

export interface Item {
  /** Number of the first member, from 1 through all items. */
  readonly first: number;
  readonly threshold: number;
  /** The members' keys, under which their partial decryptions are checked. */
  readonly members: readonly Point[];
  /** The keys under which members of a shared key sign; empty for a trustee of one's own. */
  readonly seats: readonly Point[];
}

export interface Trustees {
  readonly items: readonly Item[];
  /** The product of the items' keys. */
  readonly key: Point;
}

/** Reads the published bytes; throws a `Refusal`. */
export function readTrustees(bytes: Uint8Array): PublishedItem[] {
  return readCanonical(bytes, readItems, writeItems);
}

/** Checks every proof and every signature; throws a `TrusteeFault`. */
export function verifyItems(published: readonly PublishedItem[]): Trustees {
  if (published.length === 0) throw new TrusteeFault("nobody", null);
  const items: Item[] = [];
  let key = Point.identity();
  let first = 1;
  for (const item of published) {
    if ("single" in item) {
      if (!isPossessed(item.single)) throw new TrusteeFault("possession", first);
      items.push({ first, threshold: 1, members: [item.single.key], seats: [] });
      key = key.times(item.single.key);
    } else {
      const verified = numberedFrom(first, () => verifyParameters(item.pedersen));
      items.push({ first, threshold: item.pedersen.threshold, members: verified.members, seats: verified.seats });
      key = key.times(verified.key);
    }
    first += items.at(-1)?.members.length ?? 0;
  }
  return { items, key };
}

/** The key of a trustee by number; undefined when there is none. */
export function memberOf(trustees: Trustees, owner: number): Point | undefined {
  const item = trustees.items.find(({ first, members }) => owner >= first && owner < first + members.length);
  return item?.members[owner - item.first];
}

/**
 * The number of the member who signs under this key. (Not found by a decryption key: where the threshold is 1, all members of
 * an item hold the same.)
 */
export function ownerOf(trustees: Trustees, verification: Point): number | undefined {
  for (const { first, seats } of trustees.items) {
    const place = seats.findIndex((seat) => seat.equals(verification));
    if (place !== -1) return first + place;
  }
  return undefined;
}

/** Runs `action`; the number of a culprit in it counts from `first`. */
function numberedFrom<T>(first: number, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TrusteeFault && error.owner !== null) {
      throw new TrusteeFault(error.code, error.owner + first - 1, error.message);
    }
    throw error;
  }
}

function readItems(json: Json): PublishedItem[] {
  return list(json, "trustees").map((item, i) => {
    const [kind, value] = list(item, `trustees[${i}]`, 2);
    if (kind === "Single") return { single: readTrusteeKey(value, `trustees[${i}]`) };
    if (kind === "Pedersen") return { pedersen: readParameters(value, `trustees[${i}]`) };
    throw new Refusal("shape", `trustees[${i}]: kind`);
  });
}

export function writeItems(items: readonly PublishedItem[]): Json {
  return items.map((item): Json =>
    "single" in item ? ["Single", writeTrusteeKey(item.single)] : ["Pedersen", writeParameters(item.pedersen)]);
}
