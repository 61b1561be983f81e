// The public key of a trustee (clé publique), with the proof that its owner knows the private one.
import { Point, Scalar } from "./group.ts";
import { challenge } from "./hash.ts";
import { text, type Json } from "./json.ts";
import { ordered } from "./ordered.ts";
import { readProof, writeProof, type Proof } from "./proof.ts";
import type { Random } from "./sodium.ts";

export interface TrusteeKey {
  readonly pok: Proof;
  readonly key: Point;
  /** Signature of the key, of a member of a threshold item. */
  readonly signature: Proof | null;
  /** Public name. */
  readonly name: string | null;
}

/** The public key of `secret`, proven. */
export function proveKey(secret: Scalar, random: Random): { readonly pok: Proof; readonly key: Point } {
  const key = Point.base(secret);
  const w = Scalar.random(random);
  const c = possessionChallenge(key, Point.base(w));
  const pok = { challenge: c, response: w.minus(c.times(secret)) };
  w.wipe();
  return { pok, key };
}

export function isPossessed({ pok, key }: { readonly pok: Proof; readonly key: Point }): boolean {
  const commitment = Point.base(pok.response).times(key.power(pok.challenge));
  return possessionChallenge(key, commitment).equals(pok.challenge);
}

function possessionChallenge(key: Point, commitment: Point): Scalar {
  return challenge(`pok|Ed25519|${key}|${commitment}`);
}

export function readTrusteeKey(json: Json | undefined, where: string): TrusteeKey {
  const found = ordered(json ?? null, where, ["pok", "public_key"], ["signature", "name"]);
  return {
    pok: readProof(found.get("pok"), `${where}.pok`),
    key: Point.parse(text(found.get("public_key"), `${where}.public_key`), `${where}.public_key`),
    signature: found.has("signature") ? readProof(found.get("signature"), `${where}.signature`) : null,
    name: found.has("name") ? text(found.get("name"), `${where}.name`) : null,
  };
}

export function writeTrusteeKey({ pok, key, signature, name }: TrusteeKey): Json {
  return {
    pok: writeProof(pok),
    public_key: key.toString(),
    ...(signature === null ? {} : { signature: writeProof(signature) }),
    ...(name === null ? {} : { name }),
  };
}
