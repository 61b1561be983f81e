// What a page of the board and its worker say to each other. Every request gets one answer, of the same number; an audit tells of
// its progress before.
import type { Progress } from "../check/audit.ts";
import type { Request as HelperRequest } from "../check/messages.ts";
import type { TrusteeFaultCode } from "../protocol/trustee_fault.ts";
import type { Holder, KeyFileFault } from "./key_file.ts";
import type { ItemMessages, VaultFault } from "./vault.ts";

/** The worker's services: what each takes and what it gives back. Bodies are what is posted; files are key files to save. */
export interface Services {
  start: { takes: Record<string, never>; gives: null };
  create: { takes: { holder: Holder; passphrase: string }; gives: string };
  open: { takes: { file: string; passphrase: string; expected: Partial<Holder> }; gives: null };
  certificate: { takes: { size: number; threshold: number; index: number }; gives: string };
  commitment: { takes: { messages: ItemMessages }; gives: string };
  polynomial: { takes: { messages: ItemMessages }; gives: string };
  output: { takes: { messages: ItemMessages }; gives: { body: string; file: string } };
  handover: { takes: { enrolment: string }; gives: string };
  receive: { takes: { messages: ItemMessages; index: number; handover: string }; gives: string };
  prove: { takes: { messages: ItemMessages; index: number; statement: string }; gives: string };
  sign: { takes: { act: string; owner: number; trustees: string }; gives: string };
  decrypt: { takes: { archive: Blob; helpers: number; election: string; owner: number }; gives: { body: string; ballots: number } };
  forget: { takes: Record<string, never>; gives: null };
}

export type Service = keyof Services;

export type Request = { [S in Service]: { id: number; service: S; takes: Services[S]["takes"] } }[Service];

/** Why the worker refuses: a file, the vault, a fault of another member (`cheat`), or something unforeseen. */
export type Refused =
  | { readonly code: KeyFileFault | VaultFault | "fault"; readonly detail: string }
  | { readonly code: "cheat"; readonly fault: TrusteeFaultCode; readonly owner: number | null };

export type Answer =
  | { id: number; tell: "progress"; progress: Progress; size: number }
  | { id: number; tell: "done"; gives: Services[Service]["gives"] }
  | { id: number; tell: "refused"; refused: Refused };

/** A worker that helps another to verify ballots gets these instead. */
export type Heard = Request | HelperRequest;
