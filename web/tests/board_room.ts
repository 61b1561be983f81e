// Members of a board for tests: a whole ceremony among them, from seeds, with every message in its text.
import { utf8 } from "../protocol/bytes.ts";
import { Scalar } from "../protocol/group.ts";
import { canonical, readCanonical, type Json } from "../protocol/json.ts";
import {
  certificate, checkCertificates, checkCommitments, parameters, polynomial, readPolynomial, readVoutput, vinputs, voutput,
  writePolynomial, writeVoutput, type Certificates, type Commitments, type Parameters, type Polynomial, type Voutput,
} from "../protocol/pedersen.ts";
import { Keys, readSigned, Seed, writeSigned, type Signed } from "../protocol/pki.ts";
import type { Random } from "../protocol/sodium.ts";

/** What a member keeps and sends: the form of the vectors. */
export interface MemberVector {
  name: string;
  seed: string;
  certificate: string;
  commitment: string;
  polynomial: string;
  output: string;
  private_key: string;
}

export interface ItemVector {
  threshold: number;
  members: MemberVector[];
}

export interface CeremonyVectors {
  about: string;
  items: ItemVector[];
  trustees: string;
  fingerprint: string;
  tally: string;
  decryptions: { owner: number; bound: string }[];
}

/** Plays a ceremony. */
export async function hold(threshold: number, names: readonly string[], random: Random): Promise<ItemVector> {
  const seeds = names.map(() => Seed.generate(random));
  const keys = seeds.map((seed) => new Keys(seed));
  const certs = keys.map((own, i) => certificate(own, names.length, threshold, i + 1, random));
  const certificates = checkCertificates(certs);
  const chosen: { polynomial: Polynomial; commitment: Signed }[] = [];
  for (const own of keys) chosen.push(await polynomial(own, certificates, random));
  const commitments = checkCommitments(certificates, chosen.map(({ commitment }) => commitment));
  const inputs = vinputs(certificates, commitments, chosen.map((one) => one.polynomial));
  const members: MemberVector[] = [];
  for (const [i, own] of keys.entries()) {
    const input = inputs[i];
    const mine = chosen[i];
    const cert = certs[i];
    if (input === undefined || mine === undefined || cert === undefined) throw new Error("a member is missing");
    const { output, key } = await voutput(own, certificates, commitments, input, random);
    members.push({
      name: names[i] ?? "",
      seed: seeds[i]?.expose() ?? "",
      certificate: canonical(writeSigned(cert)),
      commitment: canonical(writeSigned(mine.commitment)),
      polynomial: canonical(writePolynomial(mine.polynomial)),
      output: canonical(writeVoutput(output)),
      private_key: key.toString(),
    });
  }
  return { threshold, members };
}

/** An item read from its messages, every one checked on the way. */
export interface Room {
  readonly keys: readonly Keys[];
  readonly certificates: Certificates;
  readonly commitments: Commitments;
  readonly polynomials: readonly Polynomial[];
  readonly outputs: readonly Voutput[];
  readonly published: Parameters;
}

export function read<T>(message: string, reader: (json: Json) => T, write: (value: T) => Json): T {
  return readCanonical(utf8(message), reader, write);
}

export const signedOf = (message: string): Signed => read(message, (json) => readSigned(json, "message"), writeSigned);
export const polynomialOf = (message: string): Polynomial => read(message, (json) => readPolynomial(json, "message"), writePolynomial);
export const outputOf = (message: string): Voutput => read(message, (json) => readVoutput(json, "message"), writeVoutput);
export const scalarOf = (text: string): Scalar => Scalar.parse(text, "private_key");

export function enter(item: ItemVector): Room {
  const { members } = item;
  const keys = members.map(({ seed }) => new Keys(Seed.parse(seed)));
  const certificates = checkCertificates(members.map((one) => signedOf(one.certificate)));
  const commitments = checkCommitments(certificates, members.map((one) => signedOf(one.commitment)));
  const polynomials = members.map((one) => polynomialOf(one.polynomial));
  const outputs = members.map((one) => outputOf(one.output));
  const published = parameters(certificates, polynomials, outputs, members.map(({ name }) => name));
  return { keys, certificates, commitments, polynomials, outputs, published };
}
