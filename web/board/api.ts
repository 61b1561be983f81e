// The server's side of the board's pages: states to read, messages to post (docs/protocol/board.md).
import type { ItemMessages } from "./vault.ts";

/** No answer, or one that is none: nothing is known of what the server did. */
export class NoAnswer extends Error {}

/** The server said no, and why. */
export class ApiRefusal extends Error {
  readonly code: string;
  readonly owner: number | null;

  constructor(code: string, said: string, owner: number | null) {
    super(said);
    this.name = "ApiRefusal";
    this.code = code;
    this.owner = owner;
  }
}

export type Task = "certificate" | "enrol" | "commitment" | "polynomial" | "output" | "handover" | "test" | "received" | "wait" | "done";

export interface ItemState extends ItemMessages {
  readonly item: string;
  readonly members: number;
  /** Number of the first member, through all items. */
  readonly first: number;
  readonly names: readonly string[];
}

export interface SubstituteState {
  readonly seat: string;
  readonly item: string;
  readonly index: number;
  readonly enrol: string | null;
  readonly handover: string | null;
}

export interface CeremonyState {
  readonly board: string;
  readonly round: number;
  readonly version: number;
  readonly me: { readonly seat: string; readonly name: string; readonly item: string; readonly index: number; readonly owner: number };
  readonly items: readonly ItemState[];
  readonly substitutes: readonly SubstituteState[];
  readonly task: Task;
  readonly trustees: string | null;
}

export interface ActState {
  readonly text: string;
  /** Null when this member may not sign. */
  readonly owner: number | null;
  readonly trustees: string;
}

export interface CountState {
  readonly board: string;
  readonly owner: number | null;
  readonly elections: readonly { readonly election: string; readonly state: string; readonly archive: string }[];
}

/** Longer than a slow phone's network; shorter than a member's patience. */
const PATIENCE = 30_000;

async function ask(address: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(address, { ...init, credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  } catch {
    throw new NoAnswer();
  }
}

async function refusal(response: Response, lang: string): Promise<ApiRefusal> {
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null || !("code" in body)) return new ApiRefusal("unknown", String(response.status), null);
  const said = "message" in body ? body.message : null;
  const owner = "owner" in body && typeof body.owner === "number" ? body.owner : null;
  return new ApiRefusal(String(body.code), inLanguage(said, lang) ?? String(body.code), owner);
}

function inLanguage(said: unknown, lang: string): string | null {
  if (typeof said === "string") return said;
  if (typeof said !== "object" || said === null) return null;
  const text = (said as Record<string, unknown>)[lang];
  return typeof text === "string" ? text : null;
}

/** A state. Its shape is the server's promise; what decides anything in it is checked by the worker. */
export async function state<T extends CeremonyState | ActState | CountState>(address: string, lang: string): Promise<T> {
  const response = await ask(address, { method: "GET" });
  if (!response.ok) throw await refusal(response, lang);
  const body: unknown = await response.json().catch(() => null);
  if (typeof body !== "object" || body === null) throw new NoAnswer();
  return body as T;
}

export async function post(address: string, lang: string, body: object): Promise<void> {
  const response = await ask(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw await refusal(response, lang);
}

/** A page, drawn anew by the server; null when the server sends elsewhere, as it does whoever is signed out. */
export async function pageAgain(): Promise<Document | null> {
  const response = await ask(location.href, { method: "GET" });
  if (!response.ok || response.redirected) return null;
  return new DOMParser().parseFromString(await response.text(), "text/html");
}

/** Downloads an archive; `progress` hears how many bytes there are so far. */
export async function archive(address: string, progress: (bytes: number) => void): Promise<Blob> {
  try {
    const response = await fetch(address, { cache: "no-store" });
    if (!response.ok || response.body === null) throw new NoAnswer();
    const parts: BlobPart[] = [];
    let size = 0;
    const reader = response.body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return new Blob(parts);
      parts.push(value);
      size += value.length;
      progress(size);
    }
  } catch {
    throw new NoAnswer();
  }
}
