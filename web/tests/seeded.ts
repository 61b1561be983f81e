// A reproducible source of random bytes for tests: SHA-256 in counter mode over a seed.
import { createHash } from "node:crypto";
import type { Random } from "../protocol/sodium.ts";

export function seeded(seed: string): Random {
  let counter = 0;
  return (length) => {
    const bytes = new Uint8Array(length);
    for (let offset = 0; offset < length; offset += 32) {
      const block = createHash("sha256").update(`${seed}|${counter++}`).digest();
      bytes.set(block.subarray(0, Math.min(32, length - offset)), offset);
    }
    return bytes;
  };
}
