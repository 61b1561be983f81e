// The browser's audit against the reference archives: what the reference tool made is valid, with the result that it found; what was
// damaged is refused by the check that names the damage; what cannot be judged is never called valid.
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { audit, type Report } from "../check/audit.ts";
import { CHECKS } from "../check/finding.ts";
import { atoms } from "../protocol/ordered.ts";
import { InThread } from "../check/verifier.ts";
import { Point, Scalar } from "../protocol/group.ts";
import { challenge } from "../protocol/hash.ts";
import { ready } from "../protocol/sodium.ts";
import { archiveFile, archiveNames, sourceOf } from "./archive.ts";
import { parseArchive, writeArchive, type Parts } from "./tamper.ts";

beforeAll(ready);

const auditBytes = (bytes: Uint8Array): Promise<Report> => audit(sourceOf(bytes), new InThread(), () => {});
const auditFile = (kind: "valid" | "corrupted", name: string): Promise<Report> => auditBytes(readFileSync(archiveFile(kind, name)));

describe.each(archiveNames("valid", /^t33-.*-ed-/))("%s", (name) => {
  test("is valid with the result that the reference tool found, or is said not to be supported", async () => {
    const report = await auditFile("valid", name);
    if (name.includes("-nh-")) {
      expect(report.finding?.check).toBe("setup.questions");
      expect(report.finding?.unsupported).toBe(true);
      return;
    }
    expect(report.finding).toBeNull();
    expect(report.phase).toBe("complete");
    const missing = report.outcomes.filter(({ outcome }) => outcome !== "passed").map(({ check }) => check);
    // Nothing is shuffled here, and nobody gave a head or published seats to compare with.
    const others = missing.filter((check) => !/^(shuffle|seats)\./.test(check));
    expect(others).toEqual(["archive.head"]);
    expect(missing.length - others.length).toBe(5);
    const known = join(archiveFile("valid", name), "..", "result.json");
    expect(existsSync(known)).toBe(true);
    const { result } = JSON.parse(readFileSync(known, "utf8")) as { result: unknown[] };
    expect(report.counts === null ? null : atoms(report.counts).map(Number)).toEqual(result.flat(3).map(Number));
  });
});

test("an archive of another group is said not to be supported", async () => {
  const report = await auditFile("valid", "t20-blank4-ff-s1");
  expect(report.finding?.unsupported).toBe(true);
  expect(report.counts).toBeNull();
});

describe("damaged archives", () => {
  test.each([
    ["cb33--ballot-duplicate", "ballot.duplicate"],
    ["cb33--ballot-iproof-response-flip", "ballot.proof"],
    ["cb33--ballot-small-order", "ballot.form"],
    ["cb33--ballot-swap-credentials", "ballot.signature"],
    ["cb33--chain-bad-parent", "archive.chain"],
    ["cb33--result-plus-one", "result.consistent"],
    ["cb33--setup-credential-missing", "ballot.credential"],
    ["cb33--tally-ballot-dropped", "tally.sum"],
  ])("%s fails %s", async (name, check) => {
    const report = await auditFile("corrupted", name);
    expect(report.finding?.check).toBe(check);
    expect(report.finding?.unsupported).toBe(false);
    expect(report.counts).toBeNull();
  });

  test("the control is valid", async () => {
    expect((await auditFile("corrupted", "cb33--control")).finding).toBeNull();
  });
});

describe("an archive changed and chained again fails the check that names the change", () => {
  const original = (name: string): Parts => parseArchive(readFileSync(archiveFile("valid", name)));
  const quorum = "t33-quorum-ed-1of2-and-2of3";

  test("writing the parts again gives the same bytes", () => {
    const bytes = readFileSync(archiveFile("valid", quorum));
    expect(Buffer.from(writeArchive(parseArchive(bytes))).equals(bytes)).toBe(true);
  });

  const edit = (text: string, pattern: RegExp, by: string): string => {
    const changed = text.replace(pattern, by);
    expect(changed).not.toBe(text);
    return changed;
  };
  const bump = (digits: string): string => (digits.endsWith("0") ? `${digits.slice(0, -1)}1` : `${digits.slice(0, -1)}0`);
  const bumpNumber = (text: string, key: string): string => {
    const changed = text.replace(new RegExp(`("${key}":")([0-9]+)(")`), (_, a: string, n: string, c: string) => a + bump(n) + c);
    expect(changed).not.toBe(text);
    return changed;
  };

  const changes: [string, string, string, (parts: Parts) => Parts][] = [
    ["a trustee's proof of possession", quorum, "setup.trustees", (p) => ({ ...p, trustees: bumpNumber(p.trustees, "response") })],
    ["trustees in another order of fields", quorum, "setup.trustees",
      (p) => ({ ...p, trustees: edit(p.trustees, /\{"threshold":(\d+),"certs":(\[.*?\]),"coefexps"/s, '{"certs":$2,"threshold":$1,"coefexps"') })],
    ["one item of trustees less", quorum, "setup.key",
      (p) => ({ ...p, trustees: JSON.stringify((JSON.parse(p.trustees) as unknown[]).slice(0, 1)) })],
    ["a credential listed twice", quorum, "setup.credentials", (p) => {
      const all = JSON.parse(p.credentials) as string[];
      return { ...p, credentials: JSON.stringify([...all, all[0]]) };
    }],
    ["a credential in capitals", quorum, "setup.credentials",
      (p) => ({ ...p, credentials: p.credentials.replace(/[a-f]/, (c) => c.toUpperCase()) })],
    ["another name of the election", quorum, "ballot.election", (p) => ({ ...p, election: edit(p.election, /"name":"/, '"name":"X') })],
    ["spaces in the election", quorum, "setup.election", (p) => ({ ...p, election: edit(p.election, /,"name"/, ', "name"') })],
    ["a ballot less than tallied", quorum, "tally.sum", (p) => ({ ...p, ballots: p.ballots.slice(1) })],
    ["a ballot's signature", quorum, "ballot.signature",
      (p) => ({ ...p, ballots: p.ballots.map((b, i) => (i === 0 ? edit(b, /\d"\}\}\}$/, b.at(-5) === "0" ? '1"}}}' : '0"}}}') : b)) })],
    ["a number too few", quorum, "tally.figures", (p) => ({ ...p, tally: { ...p.tally, num_tallied: p.tally.num_tallied - 1 } })],
    ["a decryption of nobody", quorum, "decryption.owner",
      (p) => ({ ...p, decryptions: p.decryptions.map((d, i) => (i === 0 ? { ...d, owner: 99 } : d)) })],
    ["a decryption twice", quorum, "decryption.owner", (p) => ({ ...p, decryptions: [...p.decryptions, ...p.decryptions.slice(0, 1)] })],
    ["somebody else's decryption", quorum, "decryption.proof",
      (p) => ({ ...p, decryptions: p.decryptions.map((d, i) => ({ ...d, bytes: p.decryptions[(i + 1) % p.decryptions.length]?.bytes ?? "" })) })],
    ["a delegate too few", quorum, "decryption.quorum", (p) => ({ ...p, decryptions: p.decryptions.slice(0, -1) })],
    ["a vote more", "t33-weights-ed-s1", "result.consistent", (p) => ({ ...p, result: p.result.replace(/\d+/, (n) => String(Number(n) + 1)) })],
    ["a weight changed", "t33-weights-ed-s1", "tally.sum",
      (p) => ({ ...p, credentials: p.credentials.replace(/,(\d+)"/, (_, n: string) => `,${Number(n) + 1}"`) })],
  ];

  test.each(changes)("%s (%s): %s", async (_, name, check, change) => {
    const parts = original(name);
    const report = await auditBytes(writeArchive(change(parts)));
    expect(report.finding?.message ?? "valid").toContain(check);
  });

  test("a file cut inside of a record, with a byte after its end, or with one bit changed is refused", async () => {
    const bytes = readFileSync(archiveFile("valid", quorum));
    for (const [changed, check] of [
      [bytes.subarray(0, bytes.length - 1), "archive.format"],
      [Buffer.concat([bytes, Buffer.from([0])]), "archive.format"],
      [Buffer.concat([bytes, Buffer.alloc(1024)]), "archive.format"],
    ] as const) {
      expect((await auditBytes(changed)).finding?.check).toBe(check);
    }
    for (let place = 7; place < bytes.length; place += 1009) {
      const changed = Uint8Array.from(bytes);
      changed[place] = (changed[place] ?? 0) ^ 1;
      expect((await auditBytes(changed)).finding, `bit at ${place}`).not.toBeNull();
    }
  });

  test("a beginning of an archive is valid so far, and has no result", async () => {
    const parts = original(quorum);
    const report = await auditBytes(writeArchive({ ...parts, until: "Ballot" }));
    expect(report.finding).toBeNull();
    expect(report.phase).toBe("open");
    expect(report.counts).toBeNull();
    expect(report.outcomes.find(({ check }) => check === "result.consistent")?.outcome).toBe("not_applicable");
  });
});

describe("the certificate of the credential authority", () => {
  const parts = parseArchive(readFileSync(archiveFile("valid", "t33-two-ed-s1")));
  const { uuid } = JSON.parse(parts.election) as { uuid: string };
  const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
  const random = (length: number): Uint8Array => Uint8Array.from(randomBytes(length));
  const certify = (change: { uuid?: string; voter_list_length?: number; public_creds_hash?: string }): string => {
    const secret = Scalar.random(random);
    const unsigned = {
      uuid,
      voter_list_length: (JSON.parse(parts.credentials) as string[]).length,
      public_creds_hash: sha256(parts.credentials),
      verification_key: Point.base(secret).toString(),
      encryption_key: Point.base(Scalar.random(random)).toString(),
      ...change,
    };
    const message = sha256(JSON.stringify(unsigned));
    const once = Scalar.random(random);
    const challenged = challenge(`sigmsg|${message}|${Point.base(once)}`);
    const proof = { challenge: challenged.toString(), response: once.minus(challenged.times(secret)).toString() };
    return JSON.stringify({ ...unsigned, signature: { message, signature: proof } });
  };
  const findingOf = async (certificate: string): Promise<string | null> =>
    (await auditBytes(writeArchive({ ...parts, certificate }))).finding?.check ?? null;

  test("is accepted when it is about this election and its list, and signed", async () => {
    expect(await findingOf(certify({}))).toBeNull();
  });

  test("is refused when it is about something else, or not signed", async () => {
    for (const change of [{ uuid: "NkHrZ7QCf3Nf3i" }, { voter_list_length: 1 }, { public_creds_hash: sha256("[]") }]) {
      expect(await findingOf(certify(change)), JSON.stringify(change)).toBe("setup.credentials");
    }
    expect(await findingOf(certify({}).replace(/,"signature".*$/, "}"))).toBe("setup.credentials");
    const forged = certify({}).replace(/\d(?="\}\}\}$)/, (digit) => (digit === "1" ? "2" : "1"));
    expect(await findingOf(forged)).toBe("setup.credentials");
  });
});

test("the checks are those of the documentation, in its order", () => {
  const document = readFileSync(join(import.meta.dirname, "..", "..", "docs", "protocol", "checks.md"), "utf8");
  const documented = [...document.matchAll(/^\| `([a-z]+\.[a-z]+)` \|/gm)].map(([, id]) => id);
  expect(documented).toEqual([...CHECKS]);
});

test("there is no archive without a test here", () => {
  const folder = join(archiveFile("valid", quorumName()), "..", "..");
  expect(readdirSync(folder).filter((name) => !/^t33-.*-ed-|^t20-/.test(name))).toEqual([]);
});

function quorumName(): string {
  return "t33-quorum-ed-1of2-and-2of3";
}
