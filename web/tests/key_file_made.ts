// The key files that TypeScript hands to the Rust side: of a delegate of the reference archive, after the ceremony and before its end. Nonces and
// salt are from a seed, so that the file can be made again to the byte.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Lock, passphraseBytes } from "../board/key_file.ts";
import { openDecryptionKey } from "../protocol/pedersen.ts";
import { Keys, Seed } from "../protocol/pki.ts";
import { archiveFile } from "./archive.ts";
import { seeded } from "./seeded.ts";

export interface KeyFileVector {
  about: string;
  archive: string;
  trustee: number;
  passphrase: string;
  file: string;
  /** The file before the shared key is made. */
  unfinished: string;
}

const ARCHIVE = "t33-quorum-ed-1of2-and-2of3";

export async function makeKeyFile(): Promise<KeyFileVector> {
  const random = seeded("isoloir/vectors/key-file-ts");
  const passphrase = "là-haut, l’été «\u00a0bleu\u00a0»";
  const read = (name: string): string => readFileSync(join(archiveFile("valid", ARCHIVE), "..", "B", name), "utf8").trim();
  const seed = Seed.parse(read("th2.key"));
  const privateKey = await openDecryptionKey(new Keys(seed), read("th2.dkey"), 2);
  const lock = Lock.make(passphraseBytes(passphrase), random);
  const holder = { board: "csa", round: 2, seat: "delegate-2", name: "Awa \"A\" Diallo\u007f" };
  return {
    about: "Key files made by web/board (npm run vectors): a delegate's of a reference archive.",
    archive: ARCHIVE,
    trustee: 4,
    passphrase: passphrase.normalize("NFD"),
    file: lock.seal(holder, { seed, privateKey }, random),
    unfinished: lock.seal(holder, { seed, privateKey: null }, random),
  };
}
