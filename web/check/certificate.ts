// The certificate of the credential authority (optional): whoever made the credentials signs how many there are and their list, with a key
// that the certificate holds. It shows that nothing was changed since; whose key that is, no archive says.
import { hex, utf8 } from "../protocol/bytes.ts";
import { Point } from "../protocol/group.ts";
import { sha256 } from "../protocol/hash.ts";
import type { Election } from "../protocol/election.ts";
import { canonical, readCanonical, small, text, type Json } from "../protocol/json.ts";
import { ordered } from "../protocol/ordered.ts";
import { isSigned, readSigned, writeSigned, type Signed } from "../protocol/pki.ts";
import { Finding, under } from "./finding.ts";

interface Certificate {
  readonly uuid: string;
  readonly count: number;
  readonly credentials: string;
  readonly verification: Point;
  readonly encryption: Point;
  readonly signature: Signed | null;
}

/** Checks that the certificate is about this election and its list of so many credentials, and signed with its key. */
export function checkCertificate(bytes: Uint8Array, election: Election, credentials: Uint8Array, count: number): void {
  const culprit = { kind: "archive" } as const;
  const wrong = (detail: string): Finding => new Finding("setup.credentials", culprit, `certificate: ${detail}`);
  const certificate = under("setup.credentials", culprit, () => readCanonical(bytes, read, write));
  if (certificate.uuid !== election.id) throw wrong("another election");
  if (certificate.count !== count || certificate.credentials !== hex(sha256(credentials))) throw wrong("another list");
  const { signature, verification } = certificate;
  const message = hex(sha256(utf8(canonical(write({ ...certificate, signature: null })))));
  if (signature?.message !== message || !isSigned(verification, message, signature.signature)) throw wrong("signature");
}

function read(json: Json): Certificate {
  const names = ["uuid", "voter_list_length", "public_creds_hash", "verification_key", "encryption_key"];
  const found = ordered(json, "certificate", names, ["signature"]);
  const point = (name: string): Point => Point.parse(text(found.get(name), `certificate.${name}`), `certificate.${name}`);
  return {
    uuid: text(found.get("uuid"), "certificate.uuid"),
    count: small(found.get("voter_list_length"), "certificate.voter_list_length"),
    credentials: text(found.get("public_creds_hash"), "certificate.public_creds_hash"),
    verification: point("verification_key"),
    encryption: point("encryption_key"),
    signature: found.has("signature") ? readSigned(found.get("signature"), "certificate.signature") : null,
  };
}

function write({ uuid, count, credentials, verification, encryption, signature }: Certificate): Json {
  return {
    uuid,
    voter_list_length: count,
    public_creds_hash: credentials,
    verification_key: verification.toString(),
    encryption_key: encryption.toString(),
    ...(signature === null ? {} : { signature: writeSigned(signature) }),
  };
}
