// The members of a board at their devices: each has a vault and nothing else; a server carries what they publish. The whole ceremony
// with a substitute, interrupted at every step; the key file; acts; the count of a real box.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { audit, type Report } from "../check/audit.ts";
import { InThread } from "../check/verifier.ts";
import { KeyFileRefusal, Lock, passphraseBytes, readKeyFile, type Holder, type Secrets } from "../board/key_file.ts";
import { Vault, VaultRefusal, type ItemMessages } from "../board/vault.ts";
import { utf8 } from "../protocol/bytes.ts";
import { verifyBound, verifyDecryption } from "../protocol/decryption.ts";
import { Point } from "../protocol/group.ts";
import { canonical, type Json } from "../protocol/json.ts";
import { openDecryptionKey } from "../protocol/pedersen.ts";
import { isSigned, Keys, readSigned, Seed } from "../protocol/pki.ts";
import { ready, systemRandom } from "../protocol/sodium.ts";
import { TrusteeFault } from "../protocol/trustee_fault.ts";
import { isPossessed, readTrusteeKey } from "../protocol/trustee_key.ts";
import { memberOf, readTrustees, verifyItems, writeItems } from "../protocol/trustees.ts";
import { archiveFile, sourceOf } from "./archive.ts";
import { enter, signedOf, type ItemVector } from "./board_room.ts";
import { makeKeyFile } from "./key_file_made.ts";
import { parseArchive, writeArchive, type Parts } from "./tamper.ts";

beforeAll(ready);

const PASSPHRASES = ["la lune est en été", "un vélo bleu roi", "trois petits chats"];

/** What the server holds of an item. */
class Item implements ItemMessages {
  readonly certificate: (string | null)[];
  readonly commitment: (string | null)[];
  readonly polynomial: (string | null)[];
  readonly output: (string | null)[];
  readonly threshold: number;

  constructor(threshold: number, size: number) {
    this.threshold = threshold;
    const nothing = (): (string | null)[] => Array.from({ length: size }, () => null);
    [this.certificate, this.commitment, this.polynomial, this.output] = [nothing(), nothing(), nothing(), nothing()];
  }
}

const holder = (seat: string): Holder => ({ board: "csa", round: 1, seat, name: seat });

async function refusal(action: () => unknown): Promise<string> {
  try {
    await action();
    return "accepted";
  } catch (error) {
    if (error instanceof TrusteeFault) return `${error.code} of ${error.owner}`;
    if (error instanceof VaultRefusal || error instanceof KeyFileRefusal) return error.code;
    throw error;
  }
}

/** A file as a vault makes it, but cheap to open: these tests do it many times. */
function cheapFile(who: Holder, passphrase: string, secrets: Secrets = { seed: Seed.generate(systemRandom), privateKey: null }): string {
  return Lock.make(passphraseBytes(passphrase), systemRandom, { memory: 64, passes: 1 }).seal(who, secrets, systemRandom);
}

/** A member whose browser is closed after every step: only the file and the passphrase remain. */
class Member {
  readonly index: number;
  readonly holder: Holder;
  readonly passphrase: string;
  file: string;

  constructor(index: number) {
    this.index = index;
    this.holder = holder(`delegate-${index}`);
    this.passphrase = PASSPHRASES[index - 1] ?? "";
    this.file = cheapFile(this.holder, this.passphrase);
  }

  open(): Vault {
    const vault = new Vault(systemRandom);
    vault.open(this.file, this.passphrase, this.holder);
    return vault;
  }
}

async function ceremony(): Promise<{ item: Item; members: Member[] }> {
  const item = new Item(2, 3);
  const members = [1, 2, 3].map((index) => new Member(index));
  for (const member of members) item.certificate[member.index - 1] = member.open().certificate(3, 2, member.index);
  for (const member of members) item.commitment[member.index - 1] = await member.open().commitment(item);
  for (const member of members) item.polynomial[member.index - 1] = await member.open().polynomial(item);
  for (const member of members) {
    const { body, file } = await member.open().output(item);
    member.file = file;
    item.output[member.index - 1] = body;
  }
  return { item, members };
}

describe("a ceremony interrupted at every step", () => {
  let item: Item;
  let members: Member[];
  beforeAll(async () => ({ item, members } = await ceremony()));

  const vector = (): ItemVector => ({
    threshold: 2,
    members: members.map((member, i) => ({
      name: member.holder.name, seed: "", certificate: item.certificate[i] ?? "", commitment: item.commitment[i] ?? "",
      polynomial: item.polynomial[i] ?? "", output: item.output[i] ?? "", private_key: "",
    })),
  });
  const trustees = (): string =>
    canonical(writeItems([{ pedersen: enter({ ...vector(), members: vector().members.map((one) => ({ ...one, seed: Seed.generate(systemRandom).expose() })) }).published }]));
  const statement = "isoloir/board/v1\nboard: csa\nact: test\nround: 1\nowner: 1";

  test("gives keys that everybody can verify, and each file proves its own", () => {
    const verified = verifyItems(readTrustees(utf8(trustees())));
    for (const member of members) {
      const body = member.open().prove(item, member.index, statement);
      const json = JSON.parse(body) as { signed: Json; public_key: Json };
      expect(canonical(json as unknown as Json)).toBe(body);
      const signed = readSigned(json.signed, "signed");
      expect(signed.message).toBe(statement);
      expect(isSigned(verified.items[0]?.seats[member.index - 1] as Point, signed.message, signed.signature)).toBe(true);
      const key = readTrusteeKey(json.public_key, "key");
      expect(isPossessed(key)).toBe(true);
      expect(key.key.equals(memberOf(verified, member.index) as Point)).toBe(true);
    }
  });

  test("a message made again is the same, so a lost answer costs nothing", async () => {
    const [first] = members as [Member];
    const vault = first.open();
    expect(vault.certificate(3, 2, 1)).toBe(item.certificate[0]);
    expect(await vault.commitment(item)).toBe(item.commitment[0]);
    expect(await vault.polynomial(item)).toBe(item.polynomial[0]);
    expect((await vault.output(item)).body).toBe(item.output[0]);
    expect(vault.prove(item, 1, statement)).toBe(vault.prove(item, 1, statement));
  });

  test("and another message when anything in what it answers is another", async () => {
    const [first, , third] = members as [Member, Member, Member];
    const stranger = new Vault(systemRandom);
    stranger.create(holder("delegate-2"), PASSPHRASES[1] ?? "");
    const others = { ...item, certificate: [item.certificate[0] ?? "", stranger.certificate(3, 2, 2), item.certificate[2] ?? ""] };
    const nonce = (text: string): string => String(signedOf(text).signature.challenge);
    expect(nonce(await first.open().commitment(others))).not.toBe(nonce(item.commitment[0] ?? ""));
    // A server that shows each of them other certificates is found out by the commitments.
    expect(await refusal(() => third.open().polynomial({ ...item, certificate: others.certificate }))).toBe("commitment of 1");
  });

  test("nothing is revealed, and nothing derived, before all others have done the step before", async () => {
    const [first] = members as [Member];
    const without = (messages: readonly (string | null)[]): (string | null)[] => [messages[0] ?? null, null, messages[2] ?? null];
    expect(await refusal(() => first.open().commitment({ ...item, certificate: without(item.certificate) }))).toBe("certificate of 2");
    expect(await refusal(() => first.open().polynomial({ ...item, commitment: without(item.commitment) }))).toBe("commitment of 2");
    expect(await refusal(() => first.open().output({ ...item, polynomial: without(item.polynomial) }))).toBe("polynomial of 2");
    expect(await refusal(() => first.open().commitment({ ...item, threshold: 1 }))).toBe("threshold of 1");
  });

  test("a member's false message is named", async () => {
    const [first] = members as [Member];
    const swapped = (messages: readonly (string | null)[]): (string | null)[] => [messages[0] ?? null, messages[2] ?? null, messages[2] ?? null];
    expect(await refusal(() => first.open().commitment({ ...item, certificate: swapped(item.certificate) }))).toBe("certificate of 2");
    expect(await refusal(() => first.open().polynomial({ ...item, commitment: swapped(item.commitment) }))).toBe("commitment of 2");
    expect(await refusal(() => first.open().output({ ...item, polynomial: swapped(item.polynomial) }))).toBe("polynomial of 2");
    expect(await refusal(() => first.open().prove({ ...item, output: [item.output[1] ?? "", null, null] }, 1, statement))).toBe("verification_key of 1");
  });

  test("a file proves nobody else's key, and one saved too early proves none", async () => {
    const [first, second] = members as [Member, Member];
    expect(await refusal(() => first.open().prove(item, 2, statement))).toBe("other-key");
    const early = new Vault(systemRandom);
    early.create(holder("delegate-1"), PASSPHRASES[0] ?? "");
    expect(await refusal(() => early.prove(item, 1, statement))).toBe("unfinished");
    expect(await refusal(() => new Vault(systemRandom).prove(item, 1, statement))).toBe("locked");
    expect(await refusal(() => early.commitment(item))).toBe("stranger of null");
    expect(await refusal(() => new Vault(systemRandom).open(second.file, second.passphrase, first.holder))).toBe("other-key");
    expect(await refusal(() => new Vault(systemRandom).open(first.file, first.passphrase, { ...first.holder, round: 2 }))).toBe("other-key");
  });

  test("a substitute receives the delegate's key under its own passphrase, from this delegate only", async () => {
    const [first, second] = members as [Member, Member];
    const substitute = new Vault(systemRandom);
    const before = substitute.create(holder("substitute-1"), "le suppléant dort");
    const enrolment = substitute.certificate(1, 1, 1);
    const handover = await first.open().handover(enrolment);
    expect(handover).not.toContain("seed");
    expect(await first.open().handover(enrolment)).toBe(handover);

    const file = await substitute.receive(item, 1, handover);
    const reopened = new Vault(systemRandom);
    reopened.open(file, "le suppléant dort", holder("substitute-1"));
    expect(reopened.prove(item, 1, statement)).toBe(first.open().prove(item, 1, statement));

    const fresh = (): Vault => {
      const vault = new Vault(systemRandom);
      vault.open(before, "le suppléant dort", {});
      return vault;
    };
    expect(await refusal(() => fresh().receive(item, 2, handover))).toBe("channel of 2");
    const foreign = await second.open().handover(enrolment);
    expect(await refusal(() => fresh().receive(item, 1, foreign))).toBe("channel of 1");
    const other = new Vault(systemRandom);
    other.create(holder("substitute-2"), "un autre suppléant");
    expect(await refusal(() => other.receive(item, 1, handover))).toBe("channel of 1");
    expect(await refusal(() => first.open().handover(enrolment.replace('"index\\":1', '"index\\":2')))).toMatch(/certificate of 1/);
  });

  test("signs acts of its own board, and nothing else", async () => {
    const [first] = members as [Member];
    const text = trustees();
    const act = "isoloir/board/v1\nboard: csa\nact: suspend\nnumber: 4\nelection: NkHrZ7QCf3Nf3h\nreason: panne du réseau";
    const signed = signedOf(first.open().sign(act, 1, text));
    expect(signed.message).toBe(act);
    expect(isSigned(verifyItems(readTrustees(utf8(text))).items[0]?.seats[0] as Point, act, signed.signature)).toBe(true);
    expect(await refusal(() => first.open().sign(act.replace("csa", "cap"), 1, text))).toBe("not-an-act");
    expect(await refusal(() => first.open().sign("certs_sig|", 1, text))).toBe("not-an-act");
    expect(await refusal(() => first.open().sign(act, 2, text))).toBe("other-key");
  });
});

describe("the key file", () => {
  const vault = (): Vault => new Vault(systemRandom);
  const who: Holder = { board: "csa", round: 1, seat: "president", name: "Élodie « N »" };
  let file: string;
  beforeAll(() => (file = vault().create(who, PASSPHRASES[0] ?? "")));

  test("opens with its passphrase, however its accents were typed, and with no other", async () => {
    const passphrase = PASSPHRASES[0] ?? "";
    expect(await refusal(() => vault().open(file, passphrase.normalize("NFD"), who))).toBe("accepted");
    expect(await refusal(() => vault().open(`\ufeff\n${file}\r\n`, passphrase, who))).toBe("accepted");
    expect(await refusal(() => vault().open(file, `${passphrase} `, who))).toBe("wrong-passphrase");
    expect(await refusal(() => vault().open(file, "", who))).toBe("wrong-passphrase");
  });

  test("tells neither seed nor passphrase, and a changed holder is no holder", async () => {
    expect(Object.keys(JSON.parse(file) as object)).toEqual(
      ["isoloir_key_file", "board", "round", "seat", "name", "argon2id", "salt", "nonce", "sealed"]);
    const changed = file.replace('"board":"csa"', '"board":"cap"');
    expect(await refusal(() => vault().open(changed, PASSPHRASES[0] ?? "", {}))).toBe("wrong-passphrase");
    expect(await refusal(() => vault().open(changed, PASSPHRASES[0] ?? "", who))).toBe("other-key");
    const again = vault().create(who, PASSPHRASES[0] ?? "");
    expect(readKeyFile(again).salt).not.toEqual(readKeyFile(file).salt);
  });

  test.each([
    ["nothing", () => ""],
    ["another file", () => '{"election":"x"}'],
    ["a file cut short", (text: string) => text.slice(0, -10)],
    ["a byte changed in the content", (text: string) => text.replace(/"sealed":"(..)/, '"sealed":"zz')],
    ["a field more", (text: string) => text.replace("{", '{"note":"",')],
    ["another version", (text: string) => text.replace('file":1', 'file":2')],
    ["an unbounded cost", (text: string) => text.replace("65536", "16777216")],
    ["no cost", (text: string) => text.replace('"passes":3', '"passes":0')],
  ])("%s is said not to be a key file", async (_, change) => {
    expect(await refusal(() => vault().open(change(file), PASSPHRASES[0] ?? "", {}))).toBe("not-a-key");
  });

  test("a digit changed in the content does not open", async () => {
    const last = file.at(-3) === "0" ? "1" : "0";
    expect(await refusal(() => vault().open(`${file.slice(0, -3)}${last}"}`, PASSPHRASES[0] ?? "", {}))).toBe("wrong-passphrase");
  });

  test("the shared one is what this code writes, and opens", async () => {
    const path = join(import.meta.dirname, "..", "..", "vectors", "key-file-ts.json");
    const { file: shared, passphrase } = JSON.parse(readFileSync(path, "utf8")) as { file: string; passphrase: string };
    expect((await makeKeyFile()).file).toBe(shared);
    const opened = vault();
    opened.open(shared, passphrase, {});
    expect(opened.isOpen).toBe(true);
    opened.forget();
    expect(opened.isOpen).toBe(false);
  });
});

describe("the count of a reference box", () => {
  const quorum = "t33-quorum-ed-1of2-and-2of3";
  const folder = join(archiveFile("valid", quorum), "..");
  const bytes = (): Uint8Array => readFileSync(archiveFile("valid", quorum));
  const id = "NkHrZ7QCf3Nf3h";
  let closed: Report;

  /** The archive as it stands after the closing, before any decryption. */
  const undecrypted = (): Uint8Array => writeArchive({ ...parseArchive(bytes()), decryptions: [], until: "PartialDecryption" });
  const audited = (archive: Uint8Array): Promise<Report> => audit(sourceOf(archive), new InThread(), () => {});

  /** A vault with the key of a member of the reference tool. */
  async function member(item: string, place: number): Promise<Vault> {
    const read = (name: string): string => readFileSync(join(folder, item, `th${place}.${name}`), "utf8").trim();
    const seed = Seed.parse(read("key"));
    const privateKey = await openDecryptionKey(new Keys(seed), read("dkey"), place);
    const vault = new Vault(systemRandom);
    vault.open(cheapFile(holder("delegate-1"), "mille et une nuits", { seed, privateKey }), "mille et une nuits", {});
    return vault;
  }

  beforeAll(async () => (closed = await audited(undecrypted())));

  test("a member's part verifies under its key, and is the same when it is made again", async () => {
    expect(closed.finding).toBeNull();
    const vault = await member("B", 2);
    const body = vault.decrypt(closed, id, 4);
    expect(vault.decrypt(closed, id, 4)).toBe(body);
    const { trustees, tally, election } = closed;
    if (trustees === null || tally === null || election === null) throw new Error("not audited");
    const { factors } = verifyBound(utf8(body), memberOf(trustees, 4) as Point, election.fingerprint, tally);
    expect(factors.length).toBe(tally.ciphertexts.length);
    // What the reference tool's member published has the same factors.
    const theirs = parseArchive(bytes()).decryptions.find(({ owner }) => owner === 4);
    if (theirs !== undefined) {
      const known = verifyDecryption(utf8(theirs.bytes), memberOf(trustees, 4) as Point, election.fingerprint, tally);
      expect(known.map(String)).toEqual(factors.map(String));
    }
  });

  test("enough of them give the reference tool's result; nobody decrypts for another", async () => {
    const owners: [string, number, number][] = [["A", 2, 2], ["B", 1, 3], ["B", 3, 5]];
    const decryptions: { owner: number; bytes: string }[] = [];
    for (const [item, place, owner] of owners) {
      const { decryption } = JSON.parse((await member(item, place)).decrypt(closed, id, owner)) as { decryption: Json };
      decryptions.push({ owner, bytes: canonical(decryption) });
    }
    const whole = await audited(writeArchive({ ...parseArchive(bytes()), decryptions }));
    expect(whole.finding).toBeNull();
    expect(whole.counts).not.toBeNull();
    const vault = await member("B", 1);
    expect(await refusal(() => vault.decrypt(closed, id, 4))).toBe("other-key");
    expect(await refusal(async () => (await member("A", 1)).decrypt(closed, id, 2))).toBe("other-key");
  });

  test("a key of `isoloir trustee`, without passphrase, decrypts and signs, but is no file of a seat", async () => {
    const seed = readFileSync(join(folder, "B", "th1.key"), "utf8").trim();
    const privateKey = await openDecryptionKey(new Keys(Seed.parse(seed)), readFileSync(join(folder, "B", "th1.dkey"), "utf8").trim(), 1);
    const plain = `${JSON.stringify({ group: "Ed25519", seed, private_key: privateKey.toString() })}\n`;
    const vault = new Vault(systemRandom);
    vault.open(plain, "", { board: "csa" });
    expect(vault.decrypt(closed, id, 3)).toBe((await member("B", 1)).decrypt(closed, id, 3));
    const trustees = parseArchive(bytes()).trustees;
    const act = "isoloir/board/v1\nboard: csa\nact: seal\nnumber: 1\ndigest: 00";
    expect(signedOf(vault.sign(act, 3, trustees)).message).toBe(act);
    expect(await refusal(() => vault.sign("isoloir/board/v1\nact: seal\n", 3, trustees))).toBe("not-an-act");
    expect(await refusal(() => vault.open(plain, "", holder("delegate-1")))).toBe("not-a-key");
    expect(await refusal(() => vault.open(plain.replace("Ed25519", "BELENIOS-2048"), "", {}))).toBe("not-a-key");
  });

  test("what must not be decrypted is not", async () => {
    const vault = await member("B", 1);
    const parts: Parts = { ...parseArchive(bytes()), decryptions: [], until: "PartialDecryption" };
    const open = await audited(writeArchive({ ...parts, until: "Ballot" }));
    expect(open.finding).toBeNull();
    expect(await refusal(() => vault.decrypt(open, id, 3))).toBe("not-verified");
    expect(await refusal(() => vault.decrypt(closed, "AnotherE1ection", 3))).toBe("not-verified");
    const dropped = await audited(writeArchive({ ...parts, ballots: parts.ballots.slice(1) }));
    expect(dropped.finding?.check).toBe("tally.sum");
    expect(await refusal(() => vault.decrypt(dropped, id, 3))).toBe("not-verified");
    const complete = await audited(bytes());
    expect(await refusal(() => vault.decrypt(complete, id, 3))).toBe("not-verified");
  });
});
