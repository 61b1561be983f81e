// The typed code: what is forgiven, what is caught before anything is sent.
import { describe, expect, test } from "vitest";
import { checksum, grouped, groupedCaret, readCode } from "../booth/voting_code.ts";

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const FIFTEEN = "K7QM2RTD9XHF4CA";
const CODE = FIFTEEN + checksum(FIFTEEN);

/** The field GF(32) from its tables of powers: another way to the same checksum. */
function checksumByTables(symbols: string): string {
  const powers = [1];
  for (let i = 1; i < 31; i++) {
    const next = (powers[i - 1] ?? 0) << 1;
    powers.push(next & 32 ? (next ^ 0b100101) & 31 : next);
  }
  const sum = [...symbols].reduce((acc, symbol, i) => {
    const value = ALPHABET.indexOf(symbol);
    return value === 0 ? acc : acc ^ (powers[(powers.indexOf(value) + i + 1) % 31] ?? 0);
  }, 0);
  return ALPHABET[sum] ?? "";
}

describe("the checksum", () => {
  test("agrees with another computation", () => {
    for (let n = 0; n < 500; n++) {
      const symbols = Array.from({ length: 15 }, (_, i) => ALPHABET[(n * 7919 + i * (n + 3) * 31 + ((n * i) >> 2)) % 32]).join("");
      expect(checksum(symbols)).toBe(checksumByTables(symbols));
    }
  });

  test("catches every wrong symbol", () => {
    for (let i = 0; i < 16; i++) {
      for (const symbol of ALPHABET) {
        if (symbol === CODE[i]) continue;
        expect(readCode(CODE.slice(0, i) + symbol + CODE.slice(i + 1)).kind).toBe("checksum");
      }
    }
  });

  test("catches every exchange of two symbols", () => {
    for (let i = 0; i < 16; i++) {
      for (let j = i + 1; j < 16; j++) {
        if (CODE[i] === CODE[j]) continue;
        const symbols = [...CODE];
        [symbols[i], symbols[j]] = [symbols[j] ?? "", symbols[i] ?? ""];
        expect(readCode(symbols.join("")).kind).toBe("checksum");
      }
    }
  });
});

describe("reading", () => {
  const zeros = "0".repeat(16);

  test.each([
    ["as printed", grouped(CODE)],
    ["with dashes", CODE.match(/.{4}/g)?.join("-") ?? ""],
    ["with other dashes and spaces", CODE.match(/.{4}/g)?.join("\u00a0– ") ?? ""],
    ["in lower case", CODE.toLowerCase()],
    ["with blanks around", `  ${CODE}\n`],
  ])("accepts a code %s", (_, typed) => expect(readCode(typed)).toEqual({ kind: "complete", code: CODE }));

  test("takes O for 0, I and L for 1", () => {
    expect(readCode("oO00 0000 0000 0000")).toEqual({ kind: "complete", code: zeros });
    const ones = "1".repeat(15) + checksum("1".repeat(15));
    expect(readCode(`iIlL${ones.slice(4)}`)).toEqual({ kind: "complete", code: ones });
  });

  test.each([
    ["", { kind: "empty" }],
    [" - ", { kind: "empty" }],
    ["K7QM", { kind: "short", missing: 12 }],
    [`${CODE}0`, { kind: "long" }],
    ["U", { kind: "symbol", symbol: "U", group: 1 }],
    ["K7QM 2rué", { kind: "symbol", symbol: "U", group: 2 }],
    [`${CODE.slice(0, 15)}*`, { kind: "symbol", symbol: "*", group: 4 }],
    ["K7😀", { kind: "symbol", symbol: "😀", group: 1 }],
  ])("says what is wrong with %j", (typed, expected) => expect(readCode(typed)).toEqual(expected));
});

describe("grouping while typing", () => {
  test.each([
    ["", ""],
    ["k7q", "K7Q"],
    ["k7qm", "K7QM"],
    ["k7qm2", "K7QM 2"],
    ["K7QM-2rtd 9x", "K7QM 2RTD 9X"],
  ])("%j becomes %j", (typed, shown) => expect(grouped(typed)).toBe(shown));

  test("keeps the caret on its symbol", () => {
    expect(groupedCaret("k7qm2", 5)).toBe(6);
    expect(groupedCaret("k7qm", 4)).toBe(4);
    expect(groupedCaret("k7qm2rtd", 3)).toBe(3);
    expect(groupedCaret("", 0)).toBe(0);
  });
});
