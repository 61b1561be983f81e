// HTTP between the booth, the voting server and the registrar. Three outcomes, never mixed up: an answer, a refusal
// (the server understood and said no), or no answer (nobody knows what happened).
import type { Lang } from "./words.ts";

const PATIENCE_MS = 30_000;

/** The server answered with an error of its own. */
export class ApiRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly #body: Record<string, unknown>;

  constructor(status: number, body: unknown) {
    const fields = typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
    const code = fields["code"];
    super(`${status}`);
    this.name = "ApiRefusal";
    this.status = status;
    this.code = typeof code === "string" ? code : "";
    this.#body = fields;
  }

  /** The server's own sentence, if it sent one. */
  sentence(lang: Lang): string | null {
    const message = this.#body["message"];
    if (typeof message !== "object" || message === null) return null;
    const sentence = (message as Record<string, unknown>)[lang];
    return typeof sentence === "string" && sentence !== "" ? sentence : null;
  }

  number(field: string): number | null {
    const value = this.#body[field];
    return typeof value === "number" && Number.isFinite(value) ? value : null;
  }
}

/** No answer, or one that cannot be read: the connection, a time-out, a proxy. */
export class NoAnswer extends Error {
  constructor() {
    super("no answer");
    this.name = "NoAnswer";
  }
}

async function ask(url: string, init: RequestInit): Promise<Response> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), PATIENCE_MS);
  try {
    const response = await fetch(url, { cache: "no-store", redirect: "error", referrerPolicy: "same-origin", ...init, signal: abort.signal });
    // The body is read within the same patience: a connection may die after the headers.
    const bytes = await response.arrayBuffer();
    return new Response(bytes, { status: response.status, headers: response.headers });
  } catch {
    throw new NoAnswer();
  } finally {
    clearTimeout(timer);
  }
}

async function json(response: Response): Promise<unknown> {
  const body: unknown = await response.json().catch(() => undefined);
  if (!response.ok) throw new ApiRefusal(response.status, body);
  if (body === undefined) throw new NoAnswer();
  return body;
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null) throw new NoAnswer();
  return value as Record<string, unknown>;
}

export interface Ticket {
  readonly ticket: string;
  readonly registrar: string;
}

export async function takeTicket(): Promise<Ticket> {
  const body = record(await json(await ask("/api/ticket", { method: "POST" })));
  const { ticket, registrar } = body;
  if (typeof ticket !== "string" || typeof registrar !== "string") throw new NoAnswer();
  return { ticket, registrar };
}

export interface UnlockedPart {
  readonly election: string;
  readonly wrapped: string;
  readonly admission: string;
}

/** Another origin: no cookie goes there, and no address of ours. */
export async function unlock(ticket: Ticket, authenticator: string): Promise<UnlockedPart[]> {
  const response = await ask(`${ticket.registrar.replace(/\/$/, "")}/unlock`, {
    method: "POST",
    mode: "cors",
    credentials: "omit",
    referrerPolicy: "no-referrer",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ticket: ticket.ticket, authenticator }),
  });
  const parts = record(await json(response))["credentials"];
  if (!Array.isArray(parts)) throw new NoAnswer();
  return parts.map((part: unknown) => {
    const { election, wrapped, admission } = record(part);
    if (typeof election !== "string" || typeof wrapped !== "string" || typeof admission !== "string") throw new NoAnswer();
    return { election, wrapped, admission };
  });
}

/** The exact bytes: they are hashed. */
export async function electionBytes(election: string): Promise<Uint8Array> {
  const response = await ask(`/api/elections/${encodeURIComponent(election)}`, { method: "GET" });
  if (!response.ok) throw new ApiRefusal(response.status, await response.json().catch(() => null));
  return new Uint8Array(await response.arrayBuffer());
}

/** Sends the ballot's bytes as they are; what comes back should be a receipt. */
export async function castBallot(election: string, ballot: Uint8Array, admission: string): Promise<unknown> {
  const response = await ask(`/api/elections/${encodeURIComponent(election)}/ballots`, {
    method: "POST",
    headers: { "content-type": "application/json", "isoloir-admission": admission },
    body: ballot.slice().buffer,
  });
  return json(response);
}

/** Whether the box holds the ballot of this tracker. */
export async function isStored(election: string, tracker: string): Promise<boolean> {
  const url = `/api/elections/${encodeURIComponent(election)}/box?tracker=${encodeURIComponent(tracker)}`;
  const stored = record(await json(await ask(url, { method: "GET" })))["stored"];
  if (typeof stored !== "boolean") throw new NoAnswer();
  return stored;
}
