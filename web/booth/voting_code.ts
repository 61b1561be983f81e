// The voting code (code de vote), as typed from the notice: 15 symbols and a checksum symbol, in groups of four.
// Checked here before anything is sent, so that a slip of the finger costs no attempt.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 16;

/** What a typed text is worth. Groups are counted from 1, as a voter would. */
export type TypedCode =
  | { kind: "complete"; code: string }
  | { kind: "empty" }
  | { kind: "short"; missing: number }
  | { kind: "long" }
  | { kind: "symbol"; symbol: string; group: number }
  | { kind: "checksum" };

export function readCode(typed: string): TypedCode {
  const symbols = [...stripped(typed)].map(normalized);
  if (symbols.length === 0) return { kind: "empty" };
  const wrong = symbols.findIndex((symbol) => !ALPHABET.includes(symbol));
  if (wrong >= 0) return { kind: "symbol", symbol: symbols[wrong] ?? "", group: Math.floor(wrong / 4) + 1 };
  if (symbols.length < LENGTH) return { kind: "short", missing: LENGTH - symbols.length };
  if (symbols.length > LENGTH) return { kind: "long" };
  const code = symbols.join("");
  return checksum(code.slice(0, -1)) === code.slice(-1) ? { kind: "complete", code } : { kind: "checksum" };
}

/** Groups of four, upper case; whatever was typed is kept, wrong symbols included. */
export function grouped(typed: string): string {
  return (stripped(typed).match(/.{1,4}/gsu) ?? []).join(" ");
}

/** How far into the grouped text a caret goes that stood after the first `caret` characters of `typed`. */
export function groupedCaret(typed: string, caret: number): number {
  const symbols = [...stripped(typed.slice(0, caret))].length;
  return symbols === 0 ? 0 : symbols + Math.floor((symbols - 1) / 4);
}

/** Spaces and dashes of any kind are how people copy groups; case is of no importance. */
function stripped(typed: string): string {
  return typed.replace(/[\s\p{Dash_Punctuation}\u2212_.]/gu, "").toUpperCase();
}

function normalized(symbol: string): string {
  if (symbol === "O") return "0";
  if (symbol === "I" || symbol === "L") return "1";
  return symbol;
}

/**
 * The checksum of 15 symbols: the sum of s_i·a^(i+1) in GF(32), a being a root of x^5 + x^2 + 1.
 * Any one wrong symbol and any two exchanged symbols change it.
 */
export function checksum(symbols: string): string {
  let sum = 0;
  let power = 1;
  for (const symbol of symbols) {
    power = times(power, 2);
    sum ^= times(ALPHABET.indexOf(symbol), power);
  }
  return ALPHABET[sum] ?? "";
}

function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 0; bit < 5; bit++) {
    if ((b >> bit) & 1) product ^= a << bit;
  }
  for (let bit = 8; bit >= 5; bit--) {
    if ((product >> bit) & 1) product ^= 0b100101 << (bit - 5);
  }
  return product;
}
