// What the worker of a board's pages holds: a member's seed and key, once the passphrase has opened them. Nothing here is ever
// handed to the page: it gets messages to publish, and key files sealed.
//
// Whatever a member publishes is made again to the byte when it is asked for again: its randomness is drawn from the seed and
// from all that the message depends on. So the seed is all that must be kept between two steps, and a message whose
// answer was lost on the way can simply be sent again.
import { hex, utf8, utf8Decode } from "../protocol/bytes.ts";
import { ChannelRefusal, receive, send } from "../protocol/channel.ts";
import { decryptBound } from "../protocol/decryption.ts";
import { Point, type Scalar } from "../protocol/group.ts";
import { sha256 } from "../protocol/hash.ts";
import { canonical, readCanonical, text, type Json } from "../protocol/json.ts";
import { ordered } from "../protocol/ordered.ts";
import {
  allow, certificate, checkCertificates, checkCommitments, checkOutput, indexOf, openDecryptionKey, polynomial, readPolynomial,
  readVoutput, vinputs, voutput, writePolynomial, writeVoutput, type Certificates, type Polynomial, type Voutput,
} from "../protocol/pedersen.ts";
import { Keys, readSigned, Seed, writeSigned, type Signed } from "../protocol/pki.ts";
import { writeProof } from "../protocol/proof.ts";
import { Refusal } from "../protocol/refusal.ts";
import { deterministic, wipe, type Random } from "../protocol/sodium.ts";
import { TrusteeFault, type TrusteeFaultCode } from "../protocol/trustee_fault.ts";
import { proveKey } from "../protocol/trustee_key.ts";
import { memberOf, ownerOf, readTrustees, verifyItems } from "../protocol/trustees.ts";
import type { Report } from "../check/audit.ts";
import { KeyFileRefusal, Lock, passphraseBytes, readKeyFile, readPlainKey, type Holder } from "./key_file.ts";

/** The messages of one item so far, each a text; null where a member's is not there yet. */
export interface ItemMessages {
  readonly threshold: number;
  readonly certificate: readonly (string | null)[];
  readonly commitment: readonly (string | null)[];
  readonly polynomial: readonly (string | null)[];
  readonly output: readonly (string | null)[];
}

/** Why the vault refuses; files have refusals of their own. */
export type VaultFault =
  /** The passphrase has opened nothing yet. */
  | "locked"
  /** A key of another board, another ceremony, or somebody else. */
  | "other-key"
  /** The key file was saved before the shared key was made. */
  | "unfinished"
  /** A text that is not an act of this board. */
  | "not-an-act"
  /** An archive that must not be decrypted. */
  | "not-verified";

export class VaultRefusal extends Error {
  readonly code: VaultFault;

  constructor(code: VaultFault, detail: string) {
    super(detail);
    this.name = "VaultRefusal";
    this.code = code;
  }
}

interface Opened {
  /** Null for a key of `isoloir trustee`, without passphrase. */
  readonly sealed: { readonly holder: Holder; readonly lock: Lock } | null;
  readonly seed: Seed;
  readonly keys: Keys;
  readonly privateKey: Scalar | null;
}

export class Vault {
  readonly #random: Random;
  #opened: Opened | null = null;

  constructor(random: Random) {
    this.#random = random;
  }

  get isOpen(): boolean {
    return this.#opened !== null;
  }

  /** Makes a seed. Gives the file to keep. */
  create(holder: Holder, passphrase: string): string {
    this.forget();
    const bytes = passphraseBytes(passphrase);
    const lock = Lock.make(bytes, this.#random);
    wipe(bytes);
    const seed = Seed.generate(this.#random);
    this.#opened = { sealed: { holder, lock }, seed, keys: new Keys(seed), privateKey: null };
    return lock.seal(holder, { seed, privateKey: null }, this.#random);
  }

  /**
   * Opens a file that must be of this holder, as far as it is known. Where no seat is asked for, a key of `isoloir trustee` will
   * do, which has neither holder nor passphrase.
   */
  open(written: string, passphrase: string, expected: Partial<Holder>): void {
    const plain = expected.seat === undefined ? readPlainKey(written) : null;
    if (plain !== null) {
      this.forget();
      this.#opened = { sealed: null, ...plain, keys: new Keys(plain.seed) };
      return;
    }
    const file = readKeyFile(written);
    for (const [name, value] of Object.entries(expected)) {
      if (file.holder[name as keyof Holder] !== value) throw new VaultRefusal("other-key", name);
    }
    const bytes = passphraseBytes(passphrase);
    const lock = Lock.of(file, bytes);
    wipe(bytes);
    const { seed, privateKey } = lock.open(file);
    this.forget();
    this.#opened = { sealed: { holder: file.holder, lock }, seed, keys: new Keys(seed), privateKey };
  }

  // The ceremony. Every step checks all that the others have published so far; a fault names the culprit.

  certificate(size: number, threshold: number, index: number): string {
    const { keys, seed } = this.#open();
    return canonical(writeSigned(certificate(keys, size, threshold, index, from(seed, `certificate|${size}|${threshold}|${index}`))));
  }

  async commitment(messages: ItemMessages): Promise<string> {
    const { commitment } = await this.#polynomial(this.#certificates(messages));
    return canonical(writeSigned(commitment));
  }

  async polynomial(messages: ItemMessages): Promise<string> {
    const certificates = this.#certificates(messages);
    const own = (await this.#polynomial(certificates)).polynomial;
    const commitments = checkCommitments(certificates, all("commitment", messages.commitment, signedOf));
    return canonical(writePolynomial(allow(certificates, commitments, indexOf(certificates, this.#open().keys), own)));
  }

  /** Derives the member's key. Gives the message to publish and the file to save first. */
  async output(messages: ItemMessages): Promise<{ readonly body: string; readonly file: string }> {
    const opened = this.#open();
    const certificates = this.#certificates(messages);
    const committed = all("commitment", messages.commitment, signedOf);
    const commitments = checkCommitments(certificates, committed);
    const inputs = vinputs(certificates, commitments, all("polynomial", messages.polynomial, polynomialOf));
    const input = inputs[indexOf(certificates, opened.keys) - 1];
    if (input === undefined) throw new TrusteeFault("threshold", 1);
    const random = from(opened.seed, `output|${digest(certificates.certs)}|${digest(committed)}`);
    const { output, key } = await voutput(opened.keys, certificates, commitments, input, random);
    this.#opened = { ...opened, privateKey: key };
    return { body: canonical(writeVoutput(output)), file: this.#sealedAgain() };
  }

  /** A delegate seals its seed for its substitute, who has enrolled with a certificate of its own. */
  async handover(enrolment: string): Promise<string> {
    const { keys, seed } = this.#open();
    const substitute = enrolled(enrolment);
    const random = from(seed, `handover|${hex(sha256(utf8(enrolment)))}`);
    return send(keys, substitute.encryption, canonical({ seed: seed.expose() }), random);
  }

  /**
   * A substitute receives the delegate's seed, and with it the delegate's key, into a file under its own passphrase. `index`
   * is the delegate's place; a fault names the delegate.
   */
  async receive(messages: ItemMessages, index: number, handover: string): Promise<string> {
    const opened = this.#open();
    const certificates = checkCertificates(all("certificate", messages.certificate, signedOf));
    const delegate = certificates.members[index - 1];
    if (delegate === undefined) throw new TrusteeFault("threshold", 1);
    const seed = await receivedSeed(opened.keys, delegate.verification, handover, index);
    const keys = new Keys(seed);
    if (!keys.verification.equals(delegate.verification)) throw new TrusteeFault("share", index, "not the seed of its certificate");
    const output = outputAt(messages, index);
    const privateKey = await openDecryptionKey(keys, output.privateKey, index);
    opened.seed.wipe();
    opened.keys.wipe();
    this.#opened = { ...opened, seed, keys, privateKey };
    return this.#sealedAgain();
  }

  /**
   * Proves that the file that was just opened is good: signs `statement` with its seed and proves again the key whose public
   * half everybody's polynomials give at place `index`.
   */
  prove(messages: ItemMessages, index: number, statement: string): string {
    const { keys, seed, privateKey } = this.#finished();
    const certificates = checkCertificates(all("certificate", messages.certificate, signedOf));
    if (indexOf(certificates, keys) !== index) throw new VaultRefusal("other-key", "place");
    const output = outputAt(messages, index);
    checkOutput(certificates, all("polynomial", messages.polynomial, polynomialOf), output, index);
    const { pok, key } = proveKey(privateKey, from(seed, `possession|${Point.base(privateKey)}`));
    if (!key.equals(output.publicKey.key)) throw new VaultRefusal("other-key", "private key");
    const signed = keys.sign(statement, from(seed, `statement|${statement}`));
    return canonical({ signed: writeSigned(signed), public_key: { pok: writeProof(pok), public_key: key.toString() } });
  }

  // Acts and count.

  /** Signs an act of the file's board as trustee `owner`. */
  sign(act: string, owner: number, trustees: string): string {
    const { keys, seed, sealed } = this.#open();
    const board = sealed === null ? /^[^\n]*\nboard: ([^\n]+)\n/.exec(act)?.[1] : sealed.holder.board;
    if (!act.startsWith(`isoloir/board/v1\nboard: ${board}\n`)) throw new VaultRefusal("not-an-act", act);
    if (ownerOf(verifyItems(readTrustees(utf8(trustees))), keys.verification) !== owner) throw new VaultRefusal("other-key", "trustees");
    return canonical(writeSigned(keys.sign(act, from(seed, `act|${act}`))));
  }

  /** Decrypts the member's part of the tally of an archive that was audited just now. */
  decrypt(report: Report, election: string, owner: number): string {
    const { keys, seed, privateKey } = this.#finished();
    const { finding, tally, trustees } = report;
    if (finding !== null) throw new VaultRefusal("not-verified", finding.message);
    if (report.election?.id !== election) throw new VaultRefusal("not-verified", "another election");
    if (tally === null || trustees === null) throw new VaultRefusal("not-verified", "the vote is not closed");
    if (report.phase === "complete") throw new VaultRefusal("not-verified", "the result is there already");
    const key = Point.base(privateKey);
    if (ownerOf(trustees, keys.verification) !== owner || memberOf(trustees, owner)?.equals(key) !== true) {
      throw new VaultRefusal("other-key", "trustees");
    }
    const { fingerprint } = report.election;
    const ciphertexts = tally.ciphertexts.map(({ alpha, beta }) => `${alpha},${beta}`).join();
    const random = from(seed, `decrypt|${fingerprint}|${key}|${hex(sha256(utf8(ciphertexts)))}`);
    return utf8Decode(decryptBound(privateKey, fingerprint, tally, random));
  }

  forget(): void {
    if (this.#opened === null) return;
    const { sealed, seed, keys, privateKey } = this.#opened;
    sealed?.lock.wipe();
    seed.wipe();
    keys.wipe();
    privateKey?.wipe();
    this.#opened = null;
  }

  #open(): Opened {
    if (this.#opened === null) throw new VaultRefusal("locked", "no passphrase");
    return this.#opened;
  }

  /** The file of what is opened now, under the same passphrase. */
  #sealedAgain(): string {
    const { sealed, seed, privateKey } = this.#open();
    if (sealed === null) throw new KeyFileRefusal("not-a-key", "no passphrase");
    return sealed.lock.seal(sealed.holder, { seed, privateKey }, this.#random);
  }

  #finished(): Opened & { readonly privateKey: Scalar } {
    const opened = this.#open();
    if (opened.privateKey === null) throw new VaultRefusal("unfinished", "no private key in this file");
    return { ...opened, privateKey: opened.privateKey };
  }

  /** All certificates, checked, with this member's among them. */
  #certificates(messages: ItemMessages): Certificates {
    const certificates = checkCertificates(all("certificate", messages.certificate, signedOf));
    if (certificates.threshold !== messages.threshold) throw new TrusteeFault("threshold", 1);
    indexOf(certificates, this.#open().keys);
    return certificates;
  }

  #polynomial(certificates: Certificates): Promise<{ readonly polynomial: Polynomial; readonly commitment: Signed }> {
    const { keys, seed } = this.#open();
    return polynomial(keys, certificates, from(seed, `polynomial|${digest(certificates.certs)}`));
  }
}

/** Randomness for one purpose. */
function from(seed: Seed, purpose: string): Random {
  return deterministic(seed.derive(`isoloir/${purpose}`));
}

function digest(signed: readonly Signed[]): string {
  return hex(sha256(utf8(canonical(signed.map(writeSigned)))));
}

/** The only member of an enrolment: a certificate for a place of its own. */
function enrolled(enrolment: string): { readonly encryption: Point } {
  const [member] = checkCertificates([message("certificate", 1, enrolment, signedOf)]).members;
  if (member === undefined) throw new TrusteeFault("certificate", 1);
  return member;
}

async function receivedSeed(keys: Keys, delegate: Point, handover: string, index: number): Promise<Seed> {
  try {
    const content = await receive(keys, delegate, handover);
    const read = (json: Json): string => text(ordered(json, "handover", ["seed"]).get("seed"), "seed");
    return Seed.parse(readCanonical(utf8(content), read, (seed) => ({ seed })));
  } catch (error) {
    if (error instanceof ChannelRefusal) throw new TrusteeFault("channel", index, error.code);
    if (error instanceof Refusal) throw new TrusteeFault("channel", index, error.message);
    throw error;
  }
}

/** The messages of all members at one step. A missing one is the server's fault or the member's: either way, named. */
function all<T>(step: TrusteeFaultCode, messages: readonly (string | null)[], read: (message: string) => T): T[] {
  return messages.map((one, i) => message(step, i + 1, one, read));
}

function message<T>(step: TrusteeFaultCode, index: number, written: string | null, read: (message: string) => T): T {
  if (written === null) throw new TrusteeFault(step, index, "missing");
  try {
    return read(written);
  } catch (error) {
    if (error instanceof Refusal) throw new TrusteeFault(step, index, error.message);
    throw error;
  }
}

function outputAt(messages: ItemMessages, index: number): Voutput {
  return message("verification_key", index, messages.output[index - 1] ?? null, (written) =>
    readCanonical(utf8(written), (json) => readVoutput(json, "output"), writeVoutput));
}

function signedOf(written: string): Signed {
  return readCanonical(utf8(written), (json) => readSigned(json, "message"), writeSigned);
}

function polynomialOf(written: string): Polynomial {
  return readCanonical(utf8(written), (json) => readPolynomial(json, "polynomial"), writePolynomial);
}
