// Trustees (détenteurs de clé): every proof and signature of their set-up. The items' keys multiply: each is needed.
// In a threshold item ("Pedersen") any `threshold` members suffice.
import { challenge } from "../protocol/hash.ts";
import { Point, Scalar } from "../protocol/group.ts";
import { canonical, list, readCanonical, small, text, type Json } from "../protocol/json.ts";
import { readProof, writeProof, type Proof } from "../protocol/proof.ts";
import { Refusal } from "../protocol/refusal.ts";
import { utf8 } from "../protocol/bytes.ts";
import { Finding, type Culprit } from "./finding.ts";
import { ordered } from "./ordered.ts";

export interface Item {
  /** Number of the first member, from 1 through all items. */
  readonly first: number;
  readonly threshold: number;
  /** The members' keys, under which their partial decryptions are checked. */
  readonly members: readonly Point[];
}

export interface Trustees {
  readonly items: readonly Item[];
  /** The product of the items' keys. */
  readonly key: Point;
}

interface PublicKey {
  readonly pok: Proof;
  readonly key: Point;
  readonly signature: Proof | null;
  readonly json: Json;
}

interface Signed {
  readonly message: string;
  readonly signature: Proof;
}

interface Threshold {
  readonly threshold: number;
  readonly certs: readonly Signed[];
  readonly coefexps: readonly Signed[];
  readonly signatures: readonly Proof[];
  readonly keys: readonly PublicKey[];
}

type Read = { readonly single: PublicKey } | { readonly pedersen: Threshold };

/** Reads and checks; a finding names the culprit. */
export function verifyTrustees(bytes: Uint8Array): Trustees {
  const read = form({ kind: "trustees" }, () => readCanonical(bytes, readItems, writeItems));
  if (read.length === 0) throw wrong({ kind: "trustees" }, "nobody");
  const items: Item[] = [];
  let key = Point.identity();
  let first = 1;
  for (const item of read) {
    const verified = "single" in item ? verifySingle(item.single, first) : verifyThreshold(item.pedersen, first);
    items.push({ first, threshold: verified.threshold, members: verified.members });
    key = key.times(verified.key);
    first += verified.members.length;
  }
  return { items, key };
}

/** The key of a trustee by number; undefined when there is none. */
export function memberOf(trustees: Trustees, owner: number): Point | undefined {
  const item = trustees.items.find(({ first, members }) => owner >= first && owner < first + members.length);
  return item?.members[owner - item.first];
}

interface Verified {
  readonly threshold: number;
  readonly members: readonly Point[];
  readonly key: Point;
}

function verifySingle(key: PublicKey, owner: number): Verified {
  checkPossession(key, owner);
  return { threshold: 1, members: [key.key], key: key.key };
}

interface Certificate {
  readonly verification: Point;
  readonly encryption: Point;
}

function verifyThreshold(item: Threshold, first: number): Verified {
  const size = item.certs.length;
  if (item.threshold < 1 || item.threshold > size) throw wrong(trustee(first), "threshold");
  if ([item.coefexps, item.signatures, item.keys].some((part) => part.length !== size)) throw wrong(trustee(first), "members");
  const certificates = checkCertificates(item, first);
  const polynomials = certificates.map((certificate, i) => checkPolynomial(item, certificate, i, first));
  item.keys.forEach((key, i) => {
    const owner = first + i;
    const certificate = certificates[i];
    checkPossession(key, owner);
    const expected = product(polynomials.map((polynomial) => evaluate(polynomial, i + 1)));
    const signed = certificate !== undefined && key.signature !== null
      && isSigned(certificate.verification, key.key.toString(), key.signature);
    if (!signed || !key.key.equals(expected)) throw wrong(trustee(owner), "verification key");
  });
  return {
    threshold: item.threshold,
    members: item.keys.map(({ key }) => key),
    key: product(polynomials.map(([constant]) => constant ?? Point.identity())),
  };
}

/** Each certificate is for its place, signed by its own key, and nobody else's. */
function checkCertificates({ certs, threshold }: Threshold, first: number): Certificate[] {
  const seen = { verification: new Set<string>(), encryption: new Set<string>() };
  return certs.map((signed, i) => {
    const culprit = trustee(first + i);
    const place: Json = { group: "Ed25519", size: certs.length, threshold, index: i + 1 };
    const certificate = form(culprit, () => readCanonical(utf8(signed.message), readCertificate(place), writeCertificate(place)));
    const { verification, encryption } = certificate;
    const known = seen.verification.has(verification.toString()) || seen.encryption.has(encryption.toString());
    if (known || !isSigned(verification, signed.message, signed.signature)) throw wrong(culprit, "certificate");
    seen.verification.add(verification.toString());
    seen.encryption.add(encryption.toString());
    return certificate;
  });
}

/** The committed polynomial is signed and of the right degree, and its member signed what it saw of the others. */
function checkPolynomial(item: Threshold, certificate: Certificate, i: number, first: number): Point[] {
  const culprit = trustee(first + i);
  const signed = item.coefexps[i];
  const signature = item.signatures[i];
  if (signed === undefined || signature === undefined) throw wrong(culprit, "polynomial");
  const coefexps = form(culprit, () => readCanonical(utf8(signed.message), readCoefexps, writeCoefexps));
  const { verification } = certificate;
  if (coefexps.length !== item.threshold || !isSigned(verification, signed.message, signed.signature)) {
    throw wrong(culprit, "polynomial");
  }
  const seen = canonical({ certs: item.certs.map(writeSigned), coefexps: coefexps.map(String) });
  if (!isSigned(verification, `certs_sig|${seen}`, signature)) throw wrong(culprit, "signature of the certificates");
  return coefexps;
}

function checkPossession({ pok, key }: PublicKey, owner: number): void {
  const commitment = Point.base(pok.response).times(key.power(pok.challenge));
  if (!challenge(`pok|Ed25519|${key}|${commitment}`).equals(pok.challenge)) throw wrong(trustee(owner), "possession of the key");
}

function isSigned(key: Point, message: string, signature: Proof): boolean {
  const commitment = Point.base(signature.response).times(key.power(signature.challenge));
  return challenge(`sigmsg|${message}|${commitment}`).equals(signature.challenge);
}

/** g^f(x) from g^a0, g^a1, … */
function evaluate(committed: readonly Point[], x: number): Point {
  let power = Scalar.of(1);
  return product(committed.map((coefficient) => {
    const term = coefficient.power(power);
    power = power.times(Scalar.of(x));
    return term;
  }));
}

function product(points: readonly Point[]): Point {
  return points.reduce((all, point) => all.times(point), Point.identity());
}

function trustee(owner: number): Culprit {
  return { kind: "trustee", owner };
}

function wrong(culprit: Culprit, detail: string): Finding {
  return new Finding("setup.trustees", culprit, detail);
}

function form<T>(culprit: Culprit, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof Refusal) throw wrong(culprit, error.message);
    throw error;
  }
}

// The JSON: `[["Single",{…}],["Pedersen",{…}]]`.

function readItems(json: Json): Read[] {
  return list(json, "trustees").map((item, i) => {
    const [kind, value] = list(item, `trustees[${i}]`, 2);
    if (kind === "Single") return { single: readPublicKey(value ?? null, `trustees[${i}]`) };
    if (kind === "Pedersen") return { pedersen: readThreshold(value ?? null, `trustees[${i}]`) };
    throw new Refusal("shape", `trustees[${i}]: kind`);
  });
}

function writeItems(items: readonly Read[]): Json {
  return items.map((item): Json => "single" in item ? ["Single", item.single.json] : ["Pedersen", writeThreshold(item.pedersen)]);
}

function readThreshold(json: Json, where: string): Threshold {
  const names = ["threshold", "certs", "coefexps", "signatures", "verification_keys"];
  const found = ordered(json, where, names);
  const each = <T>(name: string, read: (json: Json, where: string) => T): T[] =>
    list(found.get(name), `${where}.${name}`).map((item, i) => read(item, `${where}.${name}[${i}]`));
  return {
    threshold: small(found.get("threshold"), `${where}.threshold`),
    certs: each("certs", readSigned),
    coefexps: each("coefexps", readSigned),
    signatures: each("signatures", readProof),
    keys: each("verification_keys", readPublicKey),
  };
}

function writeThreshold({ threshold, certs, coefexps, signatures, keys }: Threshold): Json {
  return {
    threshold,
    certs: certs.map(writeSigned),
    coefexps: coefexps.map(writeSigned),
    signatures: signatures.map(writeProof),
    verification_keys: keys.map(({ json }) => json),
  };
}

function readPublicKey(json: Json, where: string): PublicKey {
  const found = ordered(json, where, ["pok", "public_key"], ["signature", "name"]);
  const pok = readProof(found.get("pok"), `${where}.pok`);
  const key = Point.parse(text(found.get("public_key"), `${where}.public_key`), `${where}.public_key`);
  const signature = found.has("signature") ? readProof(found.get("signature"), `${where}.signature`) : null;
  const name = found.has("name") ? { name: text(found.get("name"), `${where}.name`) } : {};
  const signed = signature === null ? {} : { signature: writeProof(signature) };
  return { pok, key, signature, json: { pok: writeProof(pok), public_key: key.toString(), ...signed, ...name } };
}

function readSigned(json: Json, where: string): Signed {
  const found = ordered(json, where, ["message", "signature"]);
  return {
    message: text(found.get("message"), `${where}.message`),
    signature: readProof(found.get("signature"), `${where}.signature`),
  };
}

function writeSigned({ message, signature }: Signed): Json {
  return { message, signature: writeProof(signature) };
}

/** A certificate for exactly this place. */
function readCertificate(place: Json): (json: Json) => Certificate {
  return (json) => {
    const found = ordered(json, "certificate", ["context", "verification", "encryption"]);
    if (canonical(found.get("context") ?? null) !== canonical(place)) throw new Refusal("shape", "certificate.context");
    const point = (name: string): Point => Point.parse(text(found.get(name), `certificate.${name}`), `certificate.${name}`);
    return { verification: point("verification"), encryption: point("encryption") };
  };
}

function writeCertificate(place: Json): (certificate: Certificate) => Json {
  return ({ verification, encryption }) => ({
    context: place,
    verification: verification.toString(),
    encryption: encryption.toString(),
  });
}

function readCoefexps(json: Json): Point[] {
  const found = ordered(json, "coefexps", ["coefexps"]);
  return list(found.get("coefexps"), "coefexps").map((item, i) => Point.parse(text(item, `coefexps[${i}]`), `coefexps[${i}]`));
}

function writeCoefexps(coefexps: readonly Point[]): Json {
  return { coefexps: coefexps.map(String) };
}
