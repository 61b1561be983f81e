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

/** Overwrites secret bytes. JavaScript may have copied them before: this shortens their life, it does not abolish it. */
export function wipe(...secrets: Uint8Array[]): void {
  for (const secret of secrets) secret.fill(0);
}
