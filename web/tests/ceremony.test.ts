// The key ceremony: it works among honest members, names every hostile one, and is that of the Rust side and of the
// reference tool.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { hex, utf8, utf8Decode } from "../protocol/bytes.ts";
import { ChannelRefusal, receive, send } from "../protocol/channel.ts";
import { decrypt, lagrange, verifyBound, verifyDecryption } from "../protocol/decryption.ts";
import { Point, Scalar } from "../protocol/group.ts";
import { sha256 } from "../protocol/hash.ts";
import { canonical, type Json } from "../protocol/json.ts";
import {
  allow, certificate, checkCertificates, checkCommitments, checkOutput, indexOf, openDecryptionKey, parameters, polynomial,
  vinputs, voutput, type Polynomial, type Vinput,
} from "../protocol/pedersen.ts";
import { Keys, Seed, writeSigned, type Signed } from "../protocol/pki.ts";
import { Refusal } from "../protocol/refusal.ts";
import { ready } from "../protocol/sodium.ts";
import { TrusteeFault } from "../protocol/trustee_fault.ts";
import { memberOf, ownerOf, readTrustees, verifyItems, writeItems } from "../protocol/trustees.ts";
import { archiveFile } from "./archive.ts";
import { enter, hold, scalarOf, signedOf, type CeremonyVectors, type ItemVector, type Room } from "./board_room.ts";
import { makeCeremony, tallyOf } from "./ceremony_made.ts";
import { seeded } from "./seeded.ts";

beforeAll(ready);

const random = seeded("ceremony.test");
const NAMES = ["Un", "Deux", "Trois", "Quatre"];

/** "code of number" of the fault, or "accepted". */
async function faultOf(action: () => unknown): Promise<string> {
  try {
    await action();
    return "accepted";
  } catch (error) {
    if (error instanceof TrusteeFault) return `${error.code} of ${error.owner}`;
    throw error;
  }
}

/** The group's key, from any members who reach the threshold. */
function combined(item: ItemVector, places: readonly number[]): Point {
  return places.reduce(
    (all, place, i) => all.times(Point.base(scalarOf(item.members[place - 1]?.private_key ?? "")).power(lagrange(places, i))),
    Point.identity(),
  );
}

describe("among honest members", () => {
  test.each([[1, 1], [1, 2], [2, 2], [2, 3], [3, 4]])("%d of %d make a key that any of so many can use", async (threshold, size) => {
    const item = await hold(threshold, NAMES.slice(0, size), random);
    const { published, keys, outputs, certificates, polynomials } = enter(item);
    const key = verifyItems([{ pedersen: published }]).key;
    const places = Array.from({ length: size }, (_, i) => i + 1);
    expect(combined(item, places.slice(0, threshold)).equals(key)).toBe(true);
    expect(combined(item, places.slice(-threshold).reverse()).equals(key)).toBe(true);
    if (threshold > 1) expect(combined(item, places.slice(0, threshold - 1)).equals(key)).toBe(false);
    for (const [i, own] of keys.entries()) {
      const output = outputs[i];
      if (output === undefined) throw new Error("no output");
      expect((await openDecryptionKey(own, output.privateKey, i + 1)).toString()).toBe(item.members[i]?.private_key);
      expect(() => checkOutput(certificates, polynomials, output, i + 1)).not.toThrow();
    }
  });

  test("seeds are uniform base 58 and parse strictly", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 200; i++) for (const symbol of Seed.generate(random).expose()) seen.add(symbol);
    expect(seen.size).toBe(58);
    const good = Seed.generate(random).expose();
    expect(Seed.parse(good).expose()).toBe(good);
    for (const bad of [good.slice(1), `${good}1`, `0${good.slice(1)}`, ""]) expect(() => Seed.parse(bad)).toThrow(Refusal);
  });
});

describe("hostile members are named", () => {
  let item: ItemVector;
  let room: Room;
  let inputs: Vinput[];
  beforeAll(async () => {
    item = await hold(2, NAMES.slice(0, 3), random);
    room = enter(item);
    inputs = vinputs(room.certificates, room.commitments, room.polynomials);
  });

  const keysOf = (index: number): Keys => room.keys[index - 1] as Keys;
  const withCert = (index: number, cert: Signed): Signed[] => room.certificates.certs.map((one, i) => (i === index - 1 ? cert : one));
  const withPolynomial = (index: number, change: (own: Polynomial) => Partial<Polynomial>): Polynomial[] =>
    room.polynomials.map((one, i) => (i === index - 1 ? { ...one, ...change(one) } : one));
  const inputOf = (index: number, change: Partial<Vinput> = {}): Vinput => ({ ...(inputs[index - 1] as Vinput), ...change });
  const derive = (index: number, vinput: Vinput): Promise<unknown> =>
    voutput(keysOf(index), room.certificates, room.commitments, vinput, random);

  test("certificates", async () => {
    const stranger = new Keys(Seed.generate(random));
    const check = (certs: Signed[]): Promise<string> => faultOf(() => checkCertificates(certs));
    expect(await check(withCert(2, certificate(stranger, 3, 2, 2, random)))).toBe("accepted");
    expect(await check(withCert(2, certificate(stranger, 3, 2, 3, random)))).toBe("certificate of 2");
    expect(await check(withCert(2, certificate(stranger, 4, 2, 2, random)))).toBe("certificate of 2");
    expect(await check(withCert(3, certificate(stranger, 3, 1, 3, random)))).toBe("certificate of 3");
    expect(await check(withCert(3, certificate(keysOf(1), 3, 2, 3, random)))).toBe("certificate of 3");
    const forged = { ...certificate(stranger, 3, 2, 2, random), signature: keysOf(2).signature("else", random) };
    expect(await check(withCert(2, forged))).toBe("certificate of 2");
    expect(await check(withCert(1, { message: "{}", signature: forged.signature }))).toBe("certificate of 1");
    expect(await check([])).toBe("threshold of 1");
    expect(await check([certificate(stranger, 1, 2, 1, random)])).toBe("threshold of 1");
    expect(await check([certificate(stranger, 1, 0, 1, random)])).toBe("threshold of 1");
    expect(await faultOf(() => indexOf(room.certificates, stranger))).toBe("stranger of null");
    expect(await faultOf(() => polynomial(stranger, room.certificates, random))).toBe("stranger of null");
  });

  test("commitments, and a polynomial chosen after those of the others", async () => {
    const { certificates, commitments, polynomials } = room;
    const [first, second, third] = commitments.all as [Signed, Signed, Signed];
    expect(await faultOf(() => checkCommitments(certificates, [first, second]))).toBe("commitment of 3");
    expect(await faultOf(() => checkCommitments(certificates, [first, first, third]))).toBe("commitment of 2");
    expect(await faultOf(() => checkCommitments(certificates, [first, second, third, third]))).toBe("commitment of 1");
    const resigned = { message: second.message, signature: keysOf(1).signature(second.message, random) };
    expect(await faultOf(() => checkCommitments(certificates, [first, resigned, third]))).toBe("commitment of 2");
    const later = await polynomial(keysOf(2), certificates, random);
    expect(await faultOf(() => allow(certificates, commitments, 2, later.polynomial))).toBe("commitment of 2");
    const rushed = polynomials.map((one, i) => (i === 1 ? later.polynomial : one));
    expect(await faultOf(() => vinputs(certificates, commitments, rushed))).toBe("commitment of 2");
    const routed = { coefexps: rushed.map((one) => one.coefexps), signatures: rushed.map((one) => one.signature) };
    expect(await faultOf(() => derive(1, inputOf(1, routed)))).toBe("commitment of 2");
  });

  test("polynomials", async () => {
    const { certificates, commitments } = room;
    const route = (polynomials: Polynomial[]): Promise<string> => faultOf(() => vinputs(certificates, commitments, polynomials));
    expect(await route(withPolynomial(3, ({ secrets }) => ({ secrets: secrets.slice(1) })))).toBe("polynomial of 3");
    const degree = keysOf(2).sign(canonical({ coefexps: [Point.generator().toString()] }), random);
    expect(await route(withPolynomial(2, () => ({ coefexps: degree })))).toBe("polynomial of 2");
    expect(await route(withPolynomial(2, ({ coefexps }) => ({ coefexps: { ...coefexps, message: `${coefexps.message} ` } })))).toBe("polynomial of 2");
    expect(await route(withPolynomial(2, ({ coefexps }) => ({ coefexps: keysOf(1).sign(coefexps.message, random) })))).toBe("polynomial of 2");
    expect(await route(withPolynomial(3, () => ({ signature: keysOf(3).signature("nothing", random) })))).toBe("certificates_signature of 3");
    expect(await route(room.polynomials.slice(1))).toBe("threshold of 1");
  });

  test("shares", async () => {
    const send1 = (sender: number, message: string, to = keysOf(1)): Promise<string> => send(keysOf(sender), to.encryption, message, random);
    const withSecret = async (from: number, secret: string): Promise<string> =>
      faultOf(() => derive(1, inputOf(1, { secrets: (inputs[0] as Vinput).secrets.map((one, i) => (i === from - 1 ? secret : one)) })));
    expect(await withSecret(2, await send1(2, canonical({ secret: "7" })))).toBe("share of 2");
    expect(await withSecret(3, await send1(3, canonical({ secret: "x" })))).toBe("share of 3");
    expect(await withSecret(3, await send1(2, canonical({ secret: "7" })))).toBe("channel of 3");
    expect(await withSecret(3, await send1(3, canonical({ secret: "7" }), keysOf(2)))).toBe("channel of 3");
    expect(await withSecret(2, "{}")).toBe("channel of 2");
    expect(await withSecret(2, (inputs[0] as Vinput).secrets[2] ?? "")).toBe("channel of 2");
    expect(await faultOf(() => derive(1, inputOf(1, { secrets: [] })))).toBe("threshold of 1");
    expect(await faultOf(() => derive(2, inputOf(1)))).toBe("channel of 2");
    const own = await send1(1, canonical({ polynomial: ["1", "2"] }));
    expect(await faultOf(() => derive(1, inputOf(1, { polynomial: own })))).toBe("polynomial of 1");
  });

  test("outputs", async () => {
    const { certificates, polynomials, outputs } = room;
    const other = outputs.map((one, i) => (i === 1 ? { ...one, publicKey: (outputs[2] as typeof one).publicKey } : one));
    expect(await faultOf(() => parameters(certificates, polynomials, other, []))).toBe("verification_key of 2");
    const unsigned = outputs.map((one, i) => (i === 2 ? { ...one, publicKey: { ...one.publicKey, signature: null } } : one));
    expect(await faultOf(() => parameters(certificates, polynomials, unsigned, []))).toBe("verification_key of 3");
    const unproven = outputs.map((one, i) =>
      i === 0 ? { ...one, publicKey: { ...one.publicKey, pok: { challenge: Scalar.of(1), response: Scalar.of(1) } } } : one);
    expect(await faultOf(() => parameters(certificates, polynomials, unproven, []))).toBe("possession of 1");
    expect(await faultOf(() => parameters(certificates, polynomials, outputs.slice(1), []))).toBe("threshold of 1");
  });
});

describe("channel", () => {
  const [a, b, c] = ["a", "b", "c"].map((name) => Seed.generate(seeded(name)));
  const keys = (seed: Seed | undefined): Keys => new Keys(seed as Seed);
  const refused = async (action: Promise<string>): Promise<string> =>
    action.then(() => "accepted", (error: unknown) => (error instanceof ChannelRefusal ? error.code : String(error)));

  test("only the recipient reads, only the sender writes, nothing passes changed", async () => {
    const sealed = await send(keys(a), keys(b).encryption, "bonjour « é »", random);
    expect(await receive(keys(b), keys(a).verification, sealed)).toBe("bonjour « é »");
    expect(await refused(receive(keys(c), keys(a).verification, sealed))).toBe("decryption");
    expect(await refused(receive(keys(b), keys(c).verification, sealed))).toBe("signature");
    const json = JSON.parse(sealed) as Record<string, string>;
    const flipped = canonical({ ...json, data: (json["data"] ?? "").replace(/^./, (digit) => (digit === "0" ? "1" : "0")) });
    expect(await refused(receive(keys(b), keys(a).verification, flipped))).toBe("decryption");
    expect(await refused(receive(keys(b), keys(a).verification, sealed.replace("AES-GCM", "AES-CCM")))).toBe("form");
    expect(await refused(receive(keys(b), keys(a).verification, `${sealed} `))).toBe("form");
  });

  test("what was meant for one cannot be passed on to another as if it were for them", async () => {
    // What a recipient can do: encrypt again, for somebody else, what the sender signed.
    const addressed = canonical({ recipient: keys(b).encryption.toString(), message: "pour b" });
    const signed = utf8(canonical(writeSigned(keys(a).sign(addressed, random))));
    const [secret, r] = [Point.base(Scalar.random(random)), Scalar.random(random)];
    const alpha = Point.base(r);
    const subtleKey = await crypto.subtle.importKey("raw", sha256(utf8(`key|${secret}`)).slice(), "AES-GCM", false, ["encrypt"]);
    const iv = sha256(utf8(`iv|${alpha}`)).slice();
    const data = hex(new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, subtleKey, signed.slice())));
    const beta = keys(c).encryption.power(r).times(secret);
    const forwarded = canonical({ algorithm: "AES-GCM", alpha: alpha.toString(), beta: beta.toString(), data });
    expect(await refused(receive(keys(c), keys(a).verification, forwarded))).toBe("recipient");
  });
});

const vectors = (file: string): CeremonyVectors =>
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "vectors", file), "utf8")) as CeremonyVectors;

describe.each(["ceremony.json", "ceremony-ts.json"])("vectors/%s", (file) => {
  test("every message holds, and gives the keys and the trustees of the file", async () => {
    const { items, trustees } = vectors(file);
    const rooms = items.map(enter);
    for (const [i, { keys, certificates, commitments, polynomials, outputs }] of rooms.entries()) {
      const inputs = vinputs(certificates, commitments, polynomials);
      for (const [j, own] of keys.entries()) {
        const { output, key } = await voutput(own, certificates, commitments, inputs[j] as Vinput, random);
        expect(key.toString()).toBe(items[i]?.members[j]?.private_key);
        expect(output.publicKey.key.equals(outputs[j]?.publicKey.key as Point)).toBe(true);
        expect((await openDecryptionKey(own, outputs[j]?.privateKey ?? "", j + 1)).toString()).toBe(key.toString());
      }
    }
    expect(canonical(writeItems(rooms.map(({ published }) => ({ pedersen: published }))))).toBe(trustees);
    const verified = verifyItems(readTrustees(utf8(trustees)));
    const seeds = items.flatMap(({ members }) => members.map(({ seed }) => seed));
    seeds.forEach((seed, i) => expect(ownerOf(verified, new Keys(Seed.parse(seed)).verification)).toBe(i + 1));
  });

  test("every partial decryption verifies, under its key and for its election only", () => {
    const { items, trustees, fingerprint, tally: text, decryptions } = vectors(file);
    const verified = verifyItems(readTrustees(utf8(trustees)));
    const tally = tallyOf(text);
    const secrets = items.flatMap(({ members }) => members.map(({ private_key }) => private_key));
    expect(decryptions.map(({ owner }) => owner)).toEqual(secrets.map((_, i) => i + 1));
    for (const { owner, bound } of decryptions) {
      const key = memberOf(verified, owner) as Point;
      const { factors, record } = verifyBound(utf8(bound), key, fingerprint, tally);
      const decryption = utf8Decode(record);
      const own = verifyDecryption(decrypt(scalarOf(secrets[owner - 1] ?? ""), fingerprint, tally, random), key, fingerprint, tally);
      expect(own.map(String)).toEqual(factors.map(String));
      expect(() => verifyDecryption(utf8(decryption), key, "another", tally)).toThrow("decryption_proof");
      expect(() => verifyDecryption(utf8(decryption), Point.generator(), fingerprint, tally)).toThrow("decryption_proof");
      const unbound = bound.replace(/"binding":\{"challenge":"(\d)/, (_, digit: string) => `"binding":{"challenge":"${digit === "1" ? "2" : "1"}`);
      expect(() => verifyBound(utf8(unbound), key, fingerprint, tally)).toThrow("decryption_binding");
      const shorter = JSON.parse(decryption) as { decryption_factors: Json[] };
      shorter.decryption_factors.pop();
      expect(() => verifyDecryption(utf8(canonical(shorter as unknown as Json)), key, fingerprint, tally)).toThrow("shape");
    }
  });
});

test("a changed message of the shared ceremony is refused by the name of its member", async () => {
  const [, delegates] = (await makeCeremony()).items;
  if (delegates === undefined) throw new Error("no item");
  const changed = structuredClone(delegates);
  const second = changed.members[1];
  if (second === undefined) throw new Error("no member");
  second.certificate = second.certificate.replace(/"response":"(.)/, (_, digit: string) => `"response":"${digit === "1" ? "2" : "1"}`);
  expect(await faultOf(() => enter(changed))).toBe("certificate of 2");
  expect(signedOf(second.certificate).message).toContain('"index\":2');
});

describe("the reference tool's members (archives t33-*)", () => {
  const folder = join(archiveFile("valid", "t33-quorum-ed-1of2-and-2of3"), "..");

  test.each([["A", 1], ["A", 2], ["B", 1], ["B", 2], ["B", 3]])("item %s member %d: seed and sealed key open", async (item, member) => {
    const file = (name: string): string => readFileSync(join(folder, item, `th${member}.${name}`), "utf8").trim();
    const keys = new Keys(Seed.parse(file("key")));
    const secret = await openDecryptionKey(keys, file("dkey"), member);
    const trustees = verifyItems(readTrustees(utf8(readFileSync(join(folder, "trustees.json"), "utf8").trim())));
    const owner = ownerOf(trustees, keys.verification);
    expect(owner).toBe((item === "A" ? 0 : 2) + member);
    expect(memberOf(trustees, owner ?? 0)?.equals(Point.base(secret))).toBe(true);
  });
});
