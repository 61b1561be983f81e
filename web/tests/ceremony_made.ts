// The ceremony that TypeScript hands to the Rust side, from seeds: the file can be made again to the byte.
import { utf8, utf8Decode } from "../protocol/bytes.ts";
import { decryptBound, type Tally } from "../protocol/decryption.ts";
import { Point, Scalar } from "../protocol/group.ts";
import { canonical, readCanonical, type Json } from "../protocol/json.ts";
import { atoms, readShape, writeShape, type Shape } from "../protocol/ordered.ts";
import { readCiphertext, writeCiphertext, type Ciphertext } from "../protocol/proof.ts";
import { writeItems } from "../protocol/trustees.ts";
import { enter, hold, scalarOf, type CeremonyVectors } from "./board_room.ts";
import { seeded } from "./seeded.ts";

export async function makeCeremony(): Promise<CeremonyVectors> {
  const random = seeded("isoloir/vectors/ceremony-ts");
  const items = [
    await hold(1, ["Présidence", "Secrétariat"], random),
    await hold(3, ["Awa Diallo, liste « A »", "Zoé \\ Martin", "Yann\u007fLe Goff", "Ève"], random),
  ];
  const fingerprint = "TsQtZNyVLtPYRZkqYs4XWXmYqvdzjVNVzcUIrZpE6pT";
  const point = (): Point => Point.base(Scalar.random(random));
  const pair = (): Shape<Ciphertext> => ({ atom: { alpha: point(), beta: point() } });
  const nothing: Shape<Ciphertext> = { atom: { alpha: Point.identity(), beta: Point.identity() } };
  const tally = writeTally({ items: [{ items: [pair(), nothing] }, { items: [{ items: [pair(), pair()] }, { items: [pair()] }] }] });
  const read = tallyOf(tally);
  return {
    about: "A key ceremony and partial decryptions made by web/protocol from fixed seeds (npm run vectors).",
    items,
    trustees: canonical(writeItems(items.map((item) => ({ pedersen: enter(item).published })))),
    fingerprint,
    tally,
    decryptions: items.flatMap(({ members }) => members).map((member, i) => ({
      owner: i + 1,
      bound: utf8Decode(decryptBound(scalarOf(member.private_key), fingerprint, read, random)),
    })),
  };
}

function writeTally(shape: Shape<Ciphertext>): string {
  return canonical(writeShape(shape, writeCiphertext));
}

export function tallyOf(text: string): Tally {
  const shape = readCanonical(utf8(text), (json: Json) => readShape(json, "tally", readCiphertext), (all) => writeShape(all, writeCiphertext));
  const empty = (part: Shape<unknown>): Shape<null> => ("atom" in part ? { atom: null } : { items: part.items.map(empty) });
  return { shape: empty(shape), ciphertexts: atoms(shape) };
}

