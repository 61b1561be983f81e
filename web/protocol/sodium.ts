// The one door to libsodium. Everything below `protocol/` and the booth's worker compute with it;
// the page itself never loads it. `ready()` must be awaited once before any other call.
import sodium from "libsodium-wrappers-sumo";

export async function ready(): Promise<void> {
  await sodium.ready;
}

export { sodium };

/** A source of random bytes. Product code passes `systemRandom`; tests pass a seeded one. */
export type Random = (length: number) => Uint8Array;

/** The browser's generator, asked once: libsodium's own wrapper asks it again for every four bytes. */
export const systemRandom: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/**
 * The same bytes for the same 32-byte seed: for what must come out the same when it is made again. The seed must depend on all
 * that is signed or encrypted with these bytes, or a nonce would serve twice.
 */
export function deterministic(seed: Uint8Array): Random {
  let counter = 0;
  return (length) => {
    const key = sodium.crypto_generichash(32, Uint8Array.of(counter & 0xff, (counter >> 8) & 0xff, (counter >> 16) & 0xff), seed);
    counter += 1;
    const bytes = sodium.randombytes_buf_deterministic(length, key);
    wipe(key);
    return bytes;
  };
}

/** Overwrites secret bytes. JavaScript may have copied them before: this shortens their life, it does not abolish it. */
export function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
