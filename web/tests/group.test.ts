// Each group operation of the product (libsodium) against an independent library (noble), edge cases included.
import { ed25519 } from "@noble/curves/ed25519.js";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { beforeAll, describe, expect, test } from "vitest";
import { hex } from "../protocol/bytes.ts";
import { ORDER, Point, Scalar } from "../protocol/group.ts";
import { challenge } from "../protocol/hash.ts";
import { Refusal } from "../protocol/refusal.ts";
import { ready } from "../protocol/sodium.ts";
import { seeded } from "./seeded.ts";

beforeAll(ready);

const NoblePoint = ed25519.Point;
type NoblePoint = InstanceType<typeof NoblePoint>;

/** The protocol's text of a noble point: big-endian hexadecimal. */
function written(point: NoblePoint): string {
  return hex(point.toBytes().slice().reverse());
}

function nobleScalar(scalar: Scalar): bigint {
  return BigInt(scalar.toString());
}

const EDGES = [0n, 1n, 2n, ORDER - 1n, ORDER - 2n, 2n ** 252n, 2n ** 128n];

describe("scalars", () => {
  test("agree with plain integers", () => {
    const random = seeded("scalars");
    const values = [...EDGES.map((value) => Scalar.ofBigInt(value)), ...Array.from({ length: 40 }, () => Scalar.random(random))];
    for (const a of values) {
      for (const b of values) {
        const [x, y] = [nobleScalar(a), nobleScalar(b)];
        expect(nobleScalar(a.plus(b))).toBe((x + y) % ORDER);
        expect(nobleScalar(a.minus(b))).toBe((x - y + ORDER) % ORDER);
        expect(nobleScalar(a.times(b))).toBe((x * y) % ORDER);
      }
      expect(nobleScalar(a.negated())).toBe((ORDER - nobleScalar(a)) % ORDER);
    }
  });

  test("are reduced from hashes as big-endian integers", () => {
    for (const text of ["", "prove|x", "é"]) {
      const digest = nobleSha256(new TextEncoder().encode(text));
      expect(nobleScalar(challenge(text))).toBe(BigInt(`0x${hex(digest)}`) % ORDER);
    }
  });

  test.each(["", "00", "01", "-1", "+1", "1e3", " 1", "0x1", "１", ORDER.toString(), (ORDER + 1n).toString(), "9".repeat(78)])(
    "refuse the text %j",
    (text) => expect(() => Scalar.parse(text, "test")).toThrow(Refusal),
  );

  test("read the largest and the smallest", () => {
    for (const value of [0n, ORDER - 1n]) expect(Scalar.parse(value.toString(), "test").toString()).toBe(value.toString());
  });

  test("are gone once wiped", () => {
    const scalar = Scalar.of(7);
    scalar.wipe();
    expect(scalar.isZero()).toBe(true);
  });
});

describe("points", () => {
  const random = seeded("points");

  /** noble refuses 0 as a multiplier. */
  const multiply = (point: NoblePoint, by: bigint): NoblePoint => (by === 0n ? NoblePoint.ZERO : point.multiply(by));

  test("powers of the base agree, 0 and q-1 included", () => {
    const exponents = [...EDGES.map((value) => Scalar.ofBigInt(value)), ...Array.from({ length: 60 }, () => Scalar.random(random))];
    for (const x of exponents) expect(Point.base(x).toString()).toBe(written(multiply(NoblePoint.BASE, nobleScalar(x))));
  });

  test("powers, products and quotients of any points agree", () => {
    const logs = [...EDGES, ...Array.from({ length: 12 }, () => nobleScalar(Scalar.random(random)))];
    for (const i of logs) {
      const a = Point.base(Scalar.ofBigInt(i));
      const nobleA = multiply(NoblePoint.BASE, i);
      for (const j of logs) {
        const b = Point.base(Scalar.ofBigInt(j));
        const nobleB = multiply(NoblePoint.BASE, j);
        expect(a.times(b).toString()).toBe(written(nobleA.add(nobleB)));
        expect(a.over(b).toString()).toBe(written(nobleA.subtract(nobleB)));
        expect(a.power(Scalar.ofBigInt(j)).toString()).toBe(written(multiply(nobleA, j)));
        expect(a.equals(b)).toBe(i === j);
      }
    }
  });

  test("texts are read back to themselves, the identity included", () => {
    const points = [Point.identity(), Point.base(Scalar.of(1)), Point.base(Scalar.random(random))];
    for (const point of points) expect(Point.parse(point.toString(), "test").toString()).toBe(point.toString());
    expect(Point.identity().toString()).toBe("00".repeat(31) + "01");
  });

  /** The eight points of small order, of which one is the identity. */
  function torsion(): NoblePoint[] {
    const generator = NoblePoint.fromHex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05");
    return Array.from({ length: 7 }, (_, i) => generator.multiply(BigInt(i + 1)));
  }

  test("of small order are refused", () => {
    for (const point of torsion()) expect(() => Point.parse(written(point), "test")).toThrow(Refusal);
  });

  test("of mixed order are refused", () => {
    for (const point of torsion()) {
      const mixed = NoblePoint.BASE.multiply(12345n).add(point);
      expect(() => Point.parse(written(mixed), "test")).toThrow(Refusal);
    }
  });

  test("in another writing are refused", () => {
    const one = Point.base(Scalar.of(2)).toString();
    expect(one).toMatch(/[a-f]/);
    const p = 2n ** 255n - 19n;
    const identityPlusP = (p + 1n).toString(16).padStart(64, "0");
    const identityNegative = `8${"0".repeat(62)}1`;
    const notOnCurve = "02".padStart(64, "0");
    const wrong = [one.toUpperCase(), `0x${one}`, one.slice(1), `${one}0`, "", identityPlusP, identityNegative, notOnCurve, "f".repeat(64)];
    for (const text of wrong) expect(() => Point.parse(text, "test")).toThrow(Refusal);
  });
});
