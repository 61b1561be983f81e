// Why a text was refused. One class for the whole protocol folder: a stable code that a program can
// compare, and the place in the text, for the person who looks into it.

export type RefusalCode =
  | "not_utf8"
  | "not_json"
  | "not_canonical"
  | "shape"
  | "scalar"
  | "point"
  | "group"
  | "question_unsupported"
  | "credential"
  | "choice"
  | "wrong_election"
  | "credential_unknown"
  | "individual_proof"
  | "overall_proof"
  | "blank_proof"
  | "list_proof"
  | "nonzero_proof"
  | "signature"
  | "decryption_proof"
  | "decryption_binding";

export class Refusal extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, where: string) {
    super(`${code}: ${where}`);
    this.name = "Refusal";
    this.code = code;
  }
}
