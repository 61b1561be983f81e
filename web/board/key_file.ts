// The key file of a member of the board (fichier de clé): what `isoloir trustee` keeps in NAME.key, sealed under the member's
// passphrase. The member keeps it; nobody else ever receives it. `isoloir trustee decrypt --key` opens it too
// (crates/isoloir/src/trustee/key_file.rs).
//
//   {"isoloir_key_file":1,"board":"csa","round":1,"seat":"delegate-1","name":"Awa Diallo",
//    "argon2id":{"memory_kib":65536,"passes":3},"salt":"…","nonce":"…","sealed":"…"}
//
// Salt, nonce and content in hexadecimal. The key is Argon2id of the passphrase (UTF-8, Unicode NFC), one lane, 32 bytes; the
// cipher XChaCha20-Poly1305, and all that stands before `sealed`, canonically written, is authenticated with the content:
//
//   {"group":"Ed25519","seed":"22 symbols","private_key":"decimal"}      (private_key once the shared key is made)
import { hex, hexDecode, utf8 } from "../protocol/bytes.ts";
import { Scalar } from "../protocol/group.ts";
import { canonical, readCanonical, small, text, type Json } from "../protocol/json.ts";
import { ordered } from "../protocol/ordered.ts";
import { Seed } from "../protocol/pki.ts";
import { Refusal } from "../protocol/refusal.ts";
import { sodium, wipe, type Random } from "../protocol/sodium.ts";

/** Whose key it is, and of which ceremony: readable without the passphrase, so that a wrong file is named before it is tried. */
export interface Holder {
  readonly board: string;
  readonly round: number;
  readonly seat: string;
  readonly name: string;
}

/** What is sealed. */
export interface Secrets {
  readonly seed: Seed;
  /** Null until the shared key is made. */
  readonly privateKey: Scalar | null;
}

/** What Argon2id costs: KiB of memory, passes. */
export interface Cost {
  readonly memory: number;
  readonly passes: number;
}

/** A key file as read, still sealed. */
export interface KeyFile {
  readonly holder: Holder;
  readonly cost: Cost;
  readonly salt: Uint8Array;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
}

/** Why a file does not open: not a key file, or one that is damaged; another passphrase, or a changed file. */
export type KeyFileFault = "not-a-key" | "wrong-passphrase";

export class KeyFileRefusal extends Error {
  readonly code: KeyFileFault;

  constructor(code: KeyFileFault, detail: string) {
    super(detail);
    this.name = "KeyFileRefusal";
    this.code = code;
  }
}

const FIELDS = ["isoloir_key_file", "board", "round", "seat", "name", "argon2id", "salt", "nonce", "sealed"];
const SALT_LENGTH = 16;
const NONCE_LENGTH = 24;
/** 64 MiB and three passes: what the administrators' passwords cost. About half a second in a browser. */
const COST: Cost = { memory: 64 * 1024, passes: 3 };
/** What a file may ask for: more would be a trap for the machine that opens it. */
const DEAREST: Cost = { memory: 1024 * 1024, passes: 16 };

/** The passphrase's bytes, the same whatever keyboard and system typed the accents. The caller wipes them. */
export function passphraseBytes(typed: string): Uint8Array {
  return utf8(typed.normalize("NFC"));
}

/** What a passphrase turned into, kept to seal again without asking for it again. */
export class Lock {
  readonly #salt: Uint8Array;
  readonly #cost: Cost;
  readonly #key: Uint8Array;

  private constructor(salt: Uint8Array, cost: Cost, key: Uint8Array) {
    this.#salt = salt;
    this.#cost = cost;
    this.#key = key;
  }

  /** A new one. */
  static make(passphrase: Uint8Array, random: Random, cost: Cost = COST): Lock {
    const salt = random(SALT_LENGTH);
    return new Lock(salt, cost, derived(passphrase, salt, cost));
  }

  /** That of a file. */
  static of(file: KeyFile, passphrase: Uint8Array): Lock {
    return new Lock(file.salt, file.cost, derived(passphrase, file.salt, file.cost));
  }

  /** The file's text. */
  seal(holder: Holder, secrets: Secrets, random: Random): string {
    const head = { holder, cost: this.#cost, salt: this.#salt, nonce: random(NONCE_LENGTH) };
    const content = utf8(canonical(writeSecrets(secrets)));
    const aad = utf8(canonical(writeHead(head)));
    const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(content, aad, null, head.nonce, this.#key);
    wipe(content);
    return canonical(writeFile({ ...head, sealed }));
  }

  open(file: KeyFile): Secrets {
    const aad = utf8(canonical(writeHead(file)));
    let content: Uint8Array;
    try {
      content = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(null, file.sealed, aad, file.nonce, this.#key);
    } catch {
      throw new KeyFileRefusal("wrong-passphrase", "another passphrase, or a changed file");
    }
    try {
      return readCanonical(content, readSecrets, writeSecrets);
    } catch (error) {
      if (error instanceof Refusal) throw new KeyFileRefusal("not-a-key", error.message);
      throw error;
    } finally {
      wipe(content);
    }
  }

  wipe(): void {
    wipe(this.#key);
  }
}

function derived(passphrase: Uint8Array, salt: Uint8Array, { memory, passes }: Cost): Uint8Array {
  return sodium.crypto_pwhash(32, passphrase, salt, passes, memory * 1024, sodium.crypto_pwhash_ALG_ARGON2ID13);
}

/** Reads a file's text; whitespace around it is what editors and mail add. */
export function readKeyFile(written: string): KeyFile {
  try {
    return readCanonical(utf8(written.trim()), readFile, writeFile);
  } catch (error) {
    if (error instanceof Refusal) throw new KeyFileRefusal("not-a-key", error.message);
    throw error;
  }
}

/** A key without passphrase, as `isoloir trustee` writes NAME.key; null when it is none. */
export function readPlainKey(written: string): Secrets | null {
  try {
    return readCanonical(utf8(written.trim()), readSecrets, writeSecrets);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function readFile(json: Json): KeyFile {
  const found = ordered(json, "file", FIELDS);
  if (found.get("isoloir_key_file") !== 1) throw new Refusal("shape", "isoloir_key_file");
  const cost = ordered(found.get("argon2id") ?? null, "argon2id", ["memory_kib", "passes"]);
  const [memory, passes] = [small(cost.get("memory_kib"), "memory_kib"), small(cost.get("passes"), "passes")];
  if (memory < 8 || memory > DEAREST.memory || passes < 1 || passes > DEAREST.passes) throw new Refusal("shape", "argon2id");
  const bytes = (name: string, length?: number): Uint8Array => {
    const decoded = hexDecode(text(found.get(name), name));
    if (decoded === null || (length !== undefined && decoded.length !== length)) throw new Refusal("shape", name);
    return decoded;
  };
  return {
    holder: {
      board: text(found.get("board"), "board"),
      round: small(found.get("round"), "round"),
      seat: text(found.get("seat"), "seat"),
      name: text(found.get("name"), "name"),
    },
    cost: { memory, passes },
    salt: bytes("salt", SALT_LENGTH),
    nonce: bytes("nonce", NONCE_LENGTH),
    sealed: bytes("sealed"),
  };
}

function writeHead({ holder, cost, salt, nonce }: Omit<KeyFile, "sealed">): { [name: string]: Json } {
  const { board, round, seat, name } = holder;
  const argon2id = { memory_kib: cost.memory, passes: cost.passes };
  return { isoloir_key_file: 1, board, round, seat, name, argon2id, salt: hex(salt), nonce: hex(nonce) };
}

function writeFile(file: KeyFile): Json {
  return { ...writeHead(file), sealed: hex(file.sealed) };
}

function readSecrets(json: Json): Secrets {
  const found = ordered(json, "content", ["group", "seed"], ["private_key"]);
  if (text(found.get("group"), "group") !== "Ed25519") throw new Refusal("group", "Ed25519 only");
  const key = found.get("private_key");
  return {
    seed: Seed.parse(text(found.get("seed"), "seed")),
    privateKey: key === undefined ? null : Scalar.parse(text(key, "private_key"), "private_key"),
  };
}

function writeSecrets({ seed, privateKey }: Secrets): Json {
  const head = { group: "Ed25519", seed: seed.expose() };
  return privateKey === null ? head : { ...head, private_key: privateKey.toString() };
}
