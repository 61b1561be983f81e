// What page and worker say to each other. Every request gets one answer, of the same number.
import type { Receipt } from "./receipt.ts";
import type { Mark, Prepared, Unlocked, VaultRefusal } from "./vault.ts";

/** The worker's services: what each takes and what it gives back. */
export interface Services {
  start: { takes: Record<string, never>; gives: null };
  authenticate: { takes: { voter: string; code: string }; gives: string };
  open: { takes: { unlocked: Unlocked[]; registrarKey: string }; gives: null };
  prepare: { takes: { election: string; bytes: Uint8Array; fingerprint: string; mark: Mark }; gives: Prepared };
  checkReceipt: { takes: { receipt: Receipt; election: string; tracker: string; key: string }; gives: boolean };
  forget: { takes: Record<string, never>; gives: null };
}

export type Service = keyof Services;

export type Request = { [S in Service]: { id: number; service: S; takes: Services[S]["takes"] } }[Service];

export type Answer =
  | { id: number; ok: true; gives: Services[Service]["gives"] }
  | { id: number; ok: false; refusal: VaultRefusal | "fault"; detail: string };
