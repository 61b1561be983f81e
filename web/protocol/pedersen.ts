// A shared key (clé partagée): the exchange in which n members make a key that any t of them can use, and that nobody ever
// holds whole. Each acts on its own device; the server only carries the messages:
//  1. each makes a seed and a certificate;
//  2. everybody checks all certificates;
//  3. each picks a polynomial, keeps it back, and publishes a commitment to it;
//  4. once all commitments are there, each reveals its polynomial, and everybody receives its shares (vinputs);
//  5. each checks its shares and derives its decryption key (voutput);
//  6. the public parts together are the parameters.
//
// The commitments are ours, outside of the archive: without them, whoever waits for the polynomials of the others could
// choose its own so as to bias the key. Every fault names its culprit.
import { hex, utf8 } from "./bytes.ts";
import { ChannelRefusal, receive, send } from "./channel.ts";
import { Point, Scalar } from "./group.ts";
import { sha256 } from "./hash.ts";
import { canonical, list, readCanonical, small, text, type Json } from "./json.ts";
import { ordered } from "./ordered.ts";
import { isSigned, readSigned, writeSigned, type Keys, type Signed } from "./pki.ts";
import { readProof, writeProof, type Proof } from "./proof.ts";
import { Refusal } from "./refusal.ts";
import type { Random } from "./sodium.ts";
import { TrusteeFault, type TrusteeFaultCode } from "./trustee_fault.ts";
import { isPossessed, proveKey, readTrusteeKey, writeTrusteeKey, type TrusteeKey } from "./trustee_key.ts";

// 1 and 2: certificates.

interface Certificate {
  readonly size: number;
  readonly threshold: number;
  readonly index: number;
  readonly verification: Point;
  readonly encryption: Point;
}

/** The certificates of all members, in order, every one checked. */
export interface Certificates {
  readonly certs: readonly Signed[];
  readonly members: readonly { readonly verification: Point; readonly encryption: Point }[];
  readonly threshold: number;
}

/** Step 1: the public keys of a member, for its place, signed by themselves. */
export function certificate(keys: Keys, size: number, threshold: number, index: number, random: Random): Signed {
  const { verification, encryption } = keys;
  return keys.sign(canonical(writeCertificate({ size, threshold, index, verification, encryption })), random);
}

/** Step 2: each is for its place, signed by its own key, and nobody else's. */
export function checkCertificates(certs: readonly Signed[]): Certificates {
  const seen = { verification: new Set<string>(), encryption: new Set<string>() };
  let threshold = 0;
  const members = certs.map(({ message, signature }, i) => {
    const index = i + 1;
    const read = formed("certificate", index, message, readCertificate, writeCertificate);
    if (index === 1) threshold = read.threshold;
    const [verification, encryption] = [read.verification.toString(), read.encryption.toString()];
    const placed = read.size === certs.length && read.threshold === threshold && read.index === index;
    const known = seen.verification.has(verification) || seen.encryption.has(encryption);
    if (!placed || known || !isSigned(read.verification, message, signature)) throw new TrusteeFault("certificate", index);
    seen.verification.add(verification);
    seen.encryption.add(encryption);
    return read;
  });
  if (threshold < 1 || threshold > certs.length) throw new TrusteeFault("threshold", 1);
  return { certs, members, threshold };
}

/** The place, from 1, of the member with these keys. */
export function indexOf(certificates: Certificates, keys: Keys): number {
  const place = certificates.members.findIndex(({ verification, encryption }) =>
    verification.equals(keys.verification) && encryption.equals(keys.encryption));
  if (place === -1) throw new TrusteeFault("stranger", null);
  return place + 1;
}

function readCertificate(json: Json): Certificate {
  const found = ordered(json, "certificate", ["context", "verification", "encryption"]);
  const context = ordered(found.get("context") ?? null, "context", ["group", "size", "threshold", "index"]);
  if (text(context.get("group"), "group") !== "Ed25519") throw new Refusal("group", "certificate");
  const number = (name: string): number => small(context.get(name), name);
  const point = (name: string): Point => Point.parse(text(found.get(name), name), name);
  return {
    size: number("size"),
    threshold: number("threshold"),
    index: number("index"),
    verification: point("verification"),
    encryption: point("encryption"),
  };
}

function writeCertificate({ size, threshold, index, verification, encryption }: Certificate): Json {
  return {
    context: { group: "Ed25519", size, threshold, index },
    verification: verification.toString(),
    encryption: encryption.toString(),
  };
}

// 3: polynomials, and the commitments to them.

/** What a member reveals of its polynomial; secrets are encrypted to their recipients. */
export interface Polynomial {
  /** The polynomial, encrypted to its member. */
  readonly polynomial: string;
  /** A share for each member. */
  readonly secrets: readonly string[];
  /** Its committed coefficients, signed. */
  readonly coefexps: Signed;
  /** Signature of all certificates and of the committed coefficients. */
  readonly signature: Proof;
}

/** Step 3: publish the commitment; keep the polynomial until `allow` gives it free. */
export async function polynomial(
  keys: Keys,
  certificates: Certificates,
  random: Random,
): Promise<{ readonly polynomial: Polynomial; readonly commitment: Signed }> {
  const index = indexOf(certificates, keys);
  const coefficients = Array.from({ length: certificates.threshold }, () => Scalar.random(random));
  const own = await send(keys, keys.encryption, canonical({ polynomial: coefficients.map(String) }), random);
  const secrets: string[] = [];
  for (const [j, { encryption }] of certificates.members.entries()) {
    const share = evaluate(coefficients, j + 1);
    secrets.push(await send(keys, encryption, canonical({ secret: share.toString() }), random));
    share.wipe();
  }
  const committed = coefficients.map((coefficient) => Point.base(coefficient));
  for (const coefficient of coefficients) coefficient.wipe();
  const signature = keys.signature(signedText(certificates, committed), random);
  const coefexps = keys.sign(canonical({ coefexps: committed.map(String) }), random);
  const commitment = keys.sign(commitmentText(certificates, index, coefexps), random);
  return { polynomial: { polynomial: own, secrets, coefexps, signature }, commitment };
}

/** The commitments of all members, in order, every signature checked. */
export interface Commitments {
  readonly all: readonly Signed[];
}

/** Checks that every member committed, once. */
export function checkCommitments(certificates: Certificates, commitments: readonly Signed[]): Commitments {
  const certificatesDigest = digest(certificates.certs.map(writeSigned));
  certificates.members.forEach(({ verification }, i) => {
    const commitment = commitments[i];
    const prefix = `isoloir/polynomial/v1|${i + 1}|${certificatesDigest}|`;
    const holds = commitment?.message.startsWith(prefix) && isSigned(verification, commitment.message, commitment.signature);
    if (holds !== true) throw new TrusteeFault("commitment", i + 1);
  });
  if (commitments.length !== certificates.members.length) throw new TrusteeFault("commitment", 1);
  return { all: commitments };
}

/** Gives a member's polynomial free to be revealed: everybody's choice is fixed by now, and this one is the one committed to. */
export function allow(certificates: Certificates, commitments: Commitments, index: number, own: Polynomial): Polynomial {
  checkHeld(certificates, commitments, index, own.coefexps);
  return own;
}

function checkHeld(certificates: Certificates, commitments: Commitments, index: number, coefexps: Signed): void {
  if (commitments.all[index - 1]?.message !== commitmentText(certificates, index, coefexps)) {
    throw new TrusteeFault("commitment", index);
  }
}

function commitmentText(certificates: Certificates, index: number, coefexps: Signed): string {
  return `isoloir/polynomial/v1|${index}|${digest(certificates.certs.map(writeSigned))}|${digest(writeSigned(coefexps))}`;
}

function digest(json: Json): string {
  return hex(sha256(utf8(canonical(json))));
}

/** What each member signs: the certificates that it saw, and its own polynomial. */
function signedText({ certs }: Certificates, committed: readonly Point[]): string {
  return `certs_sig|${canonical({ certs: certs.map(writeSigned), coefexps: committed.map(String) })}`;
}

// 4: shares.

/** What one member receives. */
export interface Vinput {
  readonly polynomial: string;
  readonly secrets: readonly string[];
  readonly coefexps: readonly Signed[];
  readonly signatures: readonly Proof[];
}

/** Step 4: checks the revealed polynomials and routes the shares, one message for each member. */
export function vinputs(certificates: Certificates, commitments: Commitments, polynomials: readonly Polynomial[]): Vinput[] {
  const coefexps = polynomials.map((one) => one.coefexps);
  const signatures = polynomials.map((one) => one.signature);
  readPolynomials(certificates, coefexps, signatures);
  polynomials.forEach((one, i) => {
    checkHeld(certificates, commitments, i + 1, one.coefexps);
    if (one.secrets.length !== certificates.members.length) throw new TrusteeFault("polynomial", i + 1);
  });
  return polynomials.map((one, j) => ({
    polynomial: one.polynomial,
    secrets: polynomials.map(({ secrets }) => secrets[j] ?? ""),
    coefexps,
    signatures,
  }));
}

/** Signatures and degrees of all polynomials; their committed coefficients. */
function readPolynomials(certificates: Certificates, coefexps: readonly Signed[], signatures: readonly Proof[]): Point[][] {
  const { members, threshold } = certificates;
  if (coefexps.length !== members.length || signatures.length !== members.length) throw new TrusteeFault("threshold", 1);
  return members.map(({ verification }, i) => {
    const [signed, signature] = [coefexps[i], signatures[i]];
    if (signed === undefined || signature === undefined) throw new TrusteeFault("polynomial", i + 1);
    const committed = formed("polynomial", i + 1, signed.message, readCoefexps, writeCoefexps);
    if (committed.length !== threshold || !isSigned(verification, signed.message, signed.signature)) {
      throw new TrusteeFault("polynomial", i + 1);
    }
    if (!isSigned(verification, signedText(certificates, committed), signature)) {
      throw new TrusteeFault("certificates_signature", i + 1);
    }
    return committed;
  });
}

// 5: the decryption key.

/** What a member gives back. */
export interface Voutput {
  /** The decryption key, encrypted to its member: only its seed reads it. */
  readonly privateKey: string;
  readonly publicKey: TrusteeKey;
}

/** Step 5: checks every share received and derives the member's decryption key. Names who cheated. */
export async function voutput(
  keys: Keys,
  certificates: Certificates,
  commitments: Commitments,
  vinput: Vinput,
  random: Random,
): Promise<{ readonly output: Voutput; readonly key: Scalar }> {
  const own = indexOf(certificates, keys);
  const committed = readPolynomials(certificates, vinput.coefexps, vinput.signatures);
  vinput.coefexps.forEach((signed, i) => checkHeld(certificates, commitments, i + 1, signed));
  await checkOwn(keys, own, vinput.polynomial, committed);
  if (vinput.secrets.length !== certificates.members.length) throw new TrusteeFault("threshold", 1);
  let key = Scalar.of(0);
  for (const [i, { verification }] of certificates.members.entries()) {
    const share = await receiveShare(keys, verification, vinput.secrets[i] ?? "", i + 1);
    if (!Point.base(share).equals(evaluateCommitted(committed[i] ?? [], own))) throw new TrusteeFault("share", i + 1);
    const sum = key.plus(share);
    key.wipe();
    share.wipe();
    key = sum;
  }
  const privateKey = await send(keys, keys.encryption, canonical({ decryption_key: key.toString() }), random);
  const proven = proveKey(key, random);
  const signature = keys.signature(proven.key.toString(), random);
  return { output: { privateKey, publicKey: { ...proven, signature, name: null } }, key };
}

/** Opens the decryption key of a member, from the server's copy. */
export async function openDecryptionKey(keys: Keys, sealed: string, index: number): Promise<Scalar> {
  const message = await received(keys, keys.verification, sealed, index);
  return formed("channel", index, message, readOnly("decryption_key"), (value) => ({ decryption_key: value.toString() }));
}

async function receiveShare(keys: Keys, sender: Point, sealed: string, index: number): Promise<Scalar> {
  const message = await received(keys, sender, sealed, index);
  return formed("share", index, message, readOnly("secret"), (value) => ({ secret: value.toString() }));
}

/** The server must have routed this member's own polynomial to the others. */
async function checkOwn(keys: Keys, own: number, sealed: string, committed: readonly (readonly Point[])[]): Promise<void> {
  const message = await received(keys, keys.verification, sealed, own);
  const coefficients = formed("polynomial", own, message, (json) => {
    const found = ordered(json, "polynomial", ["polynomial"]);
    return list(found.get("polynomial"), "polynomial").map((item, i) => Scalar.parse(text(item, `polynomial[${i}]`), `polynomial[${i}]`));
  }, (all) => ({ polynomial: all.map(String) }));
  const routed = committed[own - 1] ?? [];
  const same = routed.length === coefficients.length
    && coefficients.every((coefficient, i) => routed[i]?.equals(Point.base(coefficient)) === true);
  for (const coefficient of coefficients) coefficient.wipe();
  if (!same) throw new TrusteeFault("polynomial", own);
}

async function received(keys: Keys, sender: Point, sealed: string, index: number): Promise<string> {
  try {
    return await receive(keys, sender, sealed);
  } catch (error) {
    if (error instanceof ChannelRefusal) throw new TrusteeFault("channel", index, error.code);
    throw error;
  }
}

// 6: the public parameters.

/** What is published of a shared key. */
export interface Parameters {
  readonly threshold: number;
  readonly certs: readonly Signed[];
  readonly coefexps: readonly Signed[];
  readonly signatures: readonly Proof[];
  readonly keys: readonly TrusteeKey[];
}

/** Step 6: puts the public parts together and checks them. `names` are the members' public names, in order. */
export function parameters(
  certificates: Certificates,
  polynomials: readonly Polynomial[],
  outputs: readonly Voutput[],
  names: readonly (string | null)[],
): Parameters {
  const all: Parameters = {
    threshold: certificates.threshold,
    certs: certificates.certs,
    coefexps: polynomials.map((one) => one.coefexps),
    signatures: polynomials.map((one) => one.signature),
    keys: outputs.map(({ publicKey }, i) => ({ ...publicKey, name: names[i] ?? null })),
  };
  verifyParameters(all);
  return all;
}

/** What verified parameters tell. */
export interface VerifiedParameters {
  /** The shared public key. */
  readonly key: Point;
  /** The members' public keys, under which their partial decryptions are checked. */
  readonly members: readonly Point[];
  /** The members' keys for signatures. */
  readonly seats: readonly Point[];
}

/** Checks everything that is published; members are numbered from 1. */
export function verifyParameters(published: Parameters): VerifiedParameters {
  const certificates = checkCertificates(published.certs);
  if (certificates.threshold !== published.threshold || published.keys.length !== certificates.members.length) {
    throw new TrusteeFault("threshold", 1);
  }
  const committed = readPolynomials(certificates, published.coefexps, published.signatures);
  certificates.members.forEach((member, i) => checkVerificationKey(member.verification, committed, published.keys[i], i + 1));
  return {
    key: product(committed.map(([constant]) => constant ?? Point.identity())),
    members: published.keys.map(({ key }) => key),
    seats: certificates.members.map(({ verification }) => verification),
  };
}

/** Checks a member's output as soon as it is there, whoever else is missing. */
export function checkOutput(certificates: Certificates, polynomials: readonly Polynomial[], output: Voutput, index: number): void {
  const committed = readPolynomials(certificates, polynomials.map((one) => one.coefexps), polynomials.map((one) => one.signature));
  const member = certificates.members[index - 1];
  if (member === undefined) throw new TrusteeFault("threshold", index);
  checkVerificationKey(member.verification, committed, output.publicKey, index);
}

function checkVerificationKey(
  verification: Point,
  committed: readonly (readonly Point[])[],
  key: TrusteeKey | undefined,
  index: number,
): void {
  if (key === undefined || !isPossessed(key)) throw new TrusteeFault("possession", index);
  const expected = product(committed.map((one) => evaluateCommitted(one, index)));
  const signed = key.signature !== null && isSigned(verification, key.key.toString(), key.signature);
  if (!signed || !key.key.equals(expected)) throw new TrusteeFault("verification_key", index);
}

// Arithmetic.

/** f(x). */
function evaluate(coefficients: readonly Scalar[], x: number): Scalar {
  return coefficients.reduceRight((value, coefficient) => value.times(Scalar.of(x)).plus(coefficient), Scalar.of(0));
}

/** g^f(x) from g^a0, g^a1, … */
function evaluateCommitted(committed: readonly Point[], x: number): Point {
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

// Messages as JSON, canonical in both directions.

function formed<T>(code: TrusteeFaultCode, owner: number, message: string, read: (json: Json) => T, write: (value: T) => Json): T {
  try {
    return readCanonical(utf8(message), read, write);
  } catch (error) {
    if (error instanceof Refusal) throw new TrusteeFault(code, owner, error.message);
    throw error;
  }
}

function readOnly(name: string): (json: Json) => Scalar {
  return (json) => Scalar.parse(text(ordered(json, "message", [name]).get(name), name), name);
}

function readCoefexps(json: Json): Point[] {
  const found = ordered(json, "coefexps", ["coefexps"]);
  return list(found.get("coefexps"), "coefexps").map((item, i) => Point.parse(text(item, `coefexps[${i}]`), `coefexps[${i}]`));
}

function writeCoefexps(coefexps: readonly Point[]): Json {
  return { coefexps: coefexps.map(String) };
}

export function readPolynomial(json: Json | undefined, where: string): Polynomial {
  const found = ordered(json ?? null, where, ["polynomial", "secrets", "coefexps", "signature"]);
  return {
    polynomial: text(found.get("polynomial"), `${where}.polynomial`),
    secrets: list(found.get("secrets"), `${where}.secrets`).map((item, i) => text(item, `${where}.secrets[${i}]`)),
    coefexps: readSigned(found.get("coefexps"), `${where}.coefexps`),
    signature: readProof(found.get("signature"), `${where}.signature`),
  };
}

export function writePolynomial({ polynomial: own, secrets, coefexps, signature }: Polynomial): Json {
  return { polynomial: own, secrets: [...secrets], coefexps: writeSigned(coefexps), signature: writeProof(signature) };
}

export function readVinput(json: Json | undefined, where: string): Vinput {
  const found = ordered(json ?? null, where, ["polynomial", "secrets", "coefexps", "signatures"]);
  const each = <T>(name: string, read: (item: Json, place: string) => T): T[] =>
    list(found.get(name), `${where}.${name}`).map((item, i) => read(item, `${where}.${name}[${i}]`));
  return {
    polynomial: text(found.get("polynomial"), `${where}.polynomial`),
    secrets: each("secrets", text),
    coefexps: each("coefexps", readSigned),
    signatures: each("signatures", readProof),
  };
}

export function readVoutput(json: Json | undefined, where: string): Voutput {
  const found = ordered(json ?? null, where, ["private_key", "public_key"]);
  return {
    privateKey: text(found.get("private_key"), `${where}.private_key`),
    publicKey: readTrusteeKey(found.get("public_key"), `${where}.public_key`),
  };
}

export function writeVoutput({ privateKey, publicKey }: Voutput): Json {
  return { private_key: privateKey, public_key: writeTrusteeKey(publicKey) };
}

export function readParameters(json: Json | undefined, where: string): Parameters {
  const names = ["threshold", "certs", "coefexps", "signatures", "verification_keys"];
  const found = ordered(json ?? null, where, names);
  const each = <T>(name: string, read: (item: Json, place: string) => T): T[] =>
    list(found.get(name), `${where}.${name}`).map((item, i) => read(item, `${where}.${name}[${i}]`));
  return {
    threshold: small(found.get("threshold"), `${where}.threshold`),
    certs: each("certs", readSigned),
    coefexps: each("coefexps", readSigned),
    signatures: each("signatures", readProof),
    keys: each("verification_keys", readTrusteeKey),
  };
}

export function writeParameters({ threshold, certs, coefexps, signatures, keys }: Parameters): Json {
  return {
    threshold,
    certs: certs.map(writeSigned),
    coefexps: coefexps.map(writeSigned),
    signatures: signatures.map(writeProof),
    verification_keys: keys.map(writeTrusteeKey),
  };
}
