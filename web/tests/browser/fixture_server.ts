// A voting server and a registrar for the browser tests: the real contract and the real cryptography, on two
// origins, with faults on demand. Everything that reaches them is kept, so that tests can search it for secrets.
import { createHash, generateKeyPairSync, hkdfSync, sign, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { parseBallot, tracker, verifyBallot } from "../../protocol/ballot.ts";
import { base64url, hex, utf8 } from "../../protocol/bytes.ts";
import { Credential } from "../../protocol/credential.ts";
import { parseElection } from "../../protocol/election.ts";
import { Point, Scalar } from "../../protocol/group.ts";
import { sodium, systemRandom } from "../../protocol/sodium.ts";
import { checksum } from "../../booth/voting_code.ts";
import { credentialText } from "../sample.ts";
import { renderPage, type FixtureElection } from "./fixture_page.ts";

const DIST = join(import.meta.dirname, "..", "..", "dist");
const VOTER = "019a0000-0000-7000-8000-000000000001";
const SESSION = "019a0000-0000-7000-8000-0000000000aa";

/** What goes wrong at the next casts. */
export type Fault = "none" | "cut-before" | "cut-after" | "store-down" | "bad-signature" | "foreign-receipt" | "already-voted" | "signed-out";

interface Box {
  page: FixtureElection;
  bytes: Uint8Array;
  secretKey: Scalar;
  credential: string;
  ballots: Uint8Array[];
}

interface Keys {
  publicHex: string;
  privateKey: KeyObject;
}

function keys(): Keys {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  return { publicHex: publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("hex"), privateKey };
}

export class Fixture {
  readonly code: string;
  fault: Fault = "none";
  boxFails = false;
  registrarFails = false;
  sessionEnded = false;
  tamperElection = false;
  tamperWorker = false;
  forbidWasm = false;
  attemptsLeft = 5;
  /** Delay of a cast, so that a test can act meanwhile. */
  castDelay = 0;
  /** Every request's line, headers and body, of the voting server. */
  readonly seen: string[] = [];
  readonly seenByRegistrar: string[] = [];
  readonly boxes: Box[] = [];
  casts: Uint8Array[] = [];
  origin = "";
  registrarOrigin = "";
  readonly #receiptKeys = keys();
  readonly #registrarKeys = keys();
  readonly #servers: Server[] = [];

  constructor() {
    const symbols = "K7QM2RTD9XHF4CA";
    this.code = symbols + checksum(symbols);
    const titles = ["Comité social d’administration", "Commission paritaire"];
    titles.forEach((title, index) => this.#addBox(title, index));
  }

  #addBox(title: string, index: number): void {
    const secretKey = Scalar.random(systemRandom);
    const answers = Array.from({ length: 10 }, (_, i) => `Liste ${String.fromCharCode(65 + i)}`);
    const bytes = utf8(
      JSON.stringify({
        version: 1, description: "", name: title, group: "Ed25519", public_key: Point.base(secretKey).toString(),
        questions: [{ answers, blank: true, min: 1, max: 1, question: title }], uuid: `FixtureE1ect${index}${index}`.replaceAll("0", "z"),
      }),
    );
    const { id, fingerprint } = parseElection(bytes);
    const page = { id, fingerprint, title, answers, voted: false };
    this.boxes.push({ page, bytes, secretKey, credential: credentialText(systemRandom), ballots: [] });
  }

  async start(): Promise<void> {
    this.origin = await this.#listen((request, response) => this.#portal(request, response));
    this.registrarOrigin = await this.#listen((request, response) => this.#registrar(request, response));
  }

  async stop(): Promise<void> {
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  get secrets(): string[] {
    return [this.code, ...this.boxes.map((box) => box.credential)];
  }

  /** What the `n`th ballot of a box says, opened with the box's key: one number per weight, blank first. */
  opened(box: number, n: number): number[] {
    const { bytes, ballots, secretKey } = this.boxes[box] as Box;
    const ballot = parseBallot(ballots[n] as Uint8Array, parseElection(bytes));
    const answer = ballot.answers[0];
    if (answer?.kind !== "homomorphic") throw new Error("unexpected answer");
    return answer.choices.map(({ alpha, beta }) => {
      const content = beta.over(alpha.power(secretKey));
      return content.isIdentity() ? 0 : content.equals(Point.base(Scalar.of(1))) ? 1 : -1;
    });
  }

  async #listen(serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<string> {
    const server = createServer((request, response) => {
      serve(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  #policy(): string {
    const self = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    const scripts = this.forbidWasm ? "'self'" : "'self' 'wasm-unsafe-eval'";
    return `${self}; script-src ${scripts}; worker-src 'self'; connect-src 'self' ${this.registrarOrigin}`;
  }

  // --- The voting server.

  async #portal(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    const { pathname: path, searchParams } = new URL(request.url ?? "/", this.origin);
    this.seen.push(`${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${body.toString("utf8")}`);
    response.setHeader("content-security-policy", this.#policy());
    response.setHeader("x-content-type-options", "nosniff");
    if (path.startsWith("/assets/")) return this.#asset(path, response);
    if (path === "/je-vote") return end(response, 200, "text/html; charset=utf-8", this.#page());
    if (path === "/" || path === "/deconnexion") {
      return end(response, 200, "text/html; charset=utf-8", '<!DOCTYPE html><html lang="fr"><title>Accueil</title><h1>Accueil</h1>');
    }
    if (path === "/api/ticket") return this.#ticket(response);
    const match = /^\/api\/elections\/(\w+)(\/\w+)?$/.exec(path);
    const box = this.boxes.find((candidate) => candidate.page.id === match?.[1]);
    if (box === undefined) return end(response, 404, "text/plain", "");
    if (match?.[2] === "/box") return this.#answerBox(box, searchParams.get("tracker") ?? "", response);
    if (match?.[2] === "/ballots") return this.#cast(box, body, request, response);
    const bytes = this.tamperElection ? Buffer.from(Buffer.from(box.bytes).toString().replace("Liste A", "Liste Z")) : box.bytes;
    return end(response, 200, "application/json", Buffer.from(bytes));
  }

  #asset(path: string, response: ServerResponse): void {
    const name = path.split("/").pop() ?? "";
    if (name === "fixture.css") return end(response, 200, "text/css", "[hidden]{display:none!important}");
    response.setHeader("cache-control", "public, max-age=31536000, immutable");
    const bytes = readFileSync(join(DIST, name));
    const changed = this.tamperWorker && name === "booth-worker.js" ? Buffer.concat([bytes, Buffer.from(" ")]) : bytes;
    end(response, 200, "text/javascript; charset=utf-8", changed);
  }

  #page(): string {
    const manifest = JSON.parse(readFileSync(join(DIST, "manifest.json"), "utf8")) as { files: { file: string; integrity: string }[] };
    const integrity = manifest.files.find(({ file }) => file === "booth.js")?.integrity ?? "";
    const hash = createHash("sha256").update(readFileSync(join(DIST, "booth-worker.js"))).digest("hex").slice(0, 16);
    return renderPage({
      voter: VOTER,
      receiptKey: this.#receiptKeys.publicHex,
      registrarKey: this.#registrarKeys.publicHex,
      elections: this.boxes.map((box) => box.page),
      script: { path: "/assets/x/booth.js", integrity },
      worker: `/assets/${hash}/booth-worker.js`,
    });
  }

  #ticket(response: ServerResponse): void {
    if (this.sessionEnded) return refuse(response, 401, "session_required");
    const payload = utf8(JSON.stringify({ v: 1, session: SESSION, voter: VOTER, expires: 1 }));
    endJson(response, 200, { ticket: `${base64url(payload)}.${"A".repeat(86)}`, registrar: this.registrarOrigin });
  }

  #answerBox(box: Box, wanted: string, response: ServerResponse): void {
    if (this.boxFails) {
      response.destroy();
      return;
    }
    endJson(response, 200, { stored: box.ballots.some((ballot) => tracker(ballot) === wanted) });
  }

  async #cast(box: Box, body: Buffer, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = Uint8Array.from(body);
    this.casts.push(bytes);
    await new Promise((resolve) => setTimeout(resolve, this.castDelay));
    const { fault } = this;
    // A browser sends again by itself what a kept-alive connection lost: a cut lasts until the test mends it.
    if (!fault.startsWith("cut-")) this.fault = "none";
    if (fault === "cut-before") return void response.destroy();
    if (fault === "store-down") return refuse(response, 503, "store_unavailable");
    if (fault === "already-voted") return refuse(response, 409, "already_voted");
    if (fault === "signed-out") return refuse(response, 401, "session_required");
    const election = parseElection(box.bytes);
    const ballot = verifyBallot(bytes, election);
    const own = Credential.derive(election.id, box.credential).publicKey.toString();
    if (ballot.credential.toString() !== own) return refuse(response, 403, "credential_foreign");
    if (!this.#admitted(String(request.headers["isoloir-admission"]), own)) return refuse(response, 403, "admission_invalid");
    const known = box.ballots.some((stored) => Buffer.from(stored).equals(body));
    if (!known && box.ballots.length > 0) return refuse(response, 409, "already_voted");
    if (!known) box.ballots.push(bytes);
    box.page.voted = true;
    if (fault === "cut-after") return void response.destroy();
    endJson(response, known ? 200 : 201, this.#receipt(box, bytes, fault));
  }

  #receipt(box: Box, ballot: Uint8Array, fault: Fault): Record<string, string> {
    const event = createHash("sha256").update(ballot).digest("hex");
    const own = fault === "foreign-receipt" ? tracker(utf8("another ballot")) : tracker(ballot);
    const signed = Buffer.from(`isoloir/receipt/v1|${box.page.id}|${own}|${event}`);
    const key = fault === "bad-signature" ? keys().privateKey : this.#receiptKeys.privateKey;
    return { election: box.page.id, tracker: own, event, signature: sign(null, signed, key).toString("hex") };
  }

  // --- The registrar.

  async #registrar(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    this.seenByRegistrar.push(`${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${body.toString("utf8")}`);
    if (this.registrarFails) return void response.destroy();
    response.setHeader("access-control-allow-origin", this.origin);
    response.setHeader("access-control-allow-headers", "content-type");
    if (request.method === "OPTIONS") return end(response, 204, "text/plain", "");
    const { authenticator } = JSON.parse(body.toString()) as { authenticator: string };
    if (this.attemptsLeft <= 0) return endJson(response, 429, { code: "code_locked", message: {}, retry_after: 60 });
    if (authenticator !== hex(this.#derived("authenticator"))) {
      this.attemptsLeft--;
      return endJson(response, 403, { code: "code_wrong", message: {}, attempts_left: this.attemptsLeft });
    }
    endJson(response, 200, { credentials: this.boxes.map((box) => this.#part(box)) });
  }

  /** HKDF of another implementation than the booth's. */
  #derived(info: string): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.code, `isoloir/code/v1|${VOTER}`, info, 32));
  }

  #part(box: Box): Record<string, string> {
    const nonce = systemRandom(24);
    const aad = `isoloir/credential/v1|${VOTER}|${box.page.id}`;
    const locked = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(box.credential, aad, null, nonce, this.#derived("wrapping"));
    const credential = Credential.derive(box.page.id, box.credential).publicKey.toString();
    const payload = Buffer.from(JSON.stringify({ v: 1, session: SESSION, election: box.page.id, credential, issued: 1 }));
    const signature = sign(null, Buffer.concat([Buffer.from("isoloir/admission/v1|"), payload]), this.#registrarKeys.privateKey);
    return {
      election: box.page.id,
      wrapped: Buffer.concat([nonce, locked]).toString("base64url"),
      admission: `${payload.toString("base64url")}.${signature.toString("base64url")}`,
    };
  }

  #admitted(admission: string, credential: string): boolean {
    const payload = JSON.parse(Buffer.from(admission.split(".")[0] ?? "", "base64url").toString()) as { credential: string };
    return payload.credential === credential;
  }

  /** What a worker needs to be driven without the page. */
  workerInputs(): { voter: string; code: string; registrarKey: string; unlocked: Record<string, string>[] } {
    return {
      voter: VOTER,
      code: this.code,
      registrarKey: this.#registrarKeys.publicHex,
      unlocked: this.boxes.map((box) => this.#part(box)),
    };
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

function end(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

function endJson(response: ServerResponse, status: number, body: unknown): void {
  end(response, status, "application/json", JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  endJson(response, status, { code, message: { fr: `Refus : ${code}`, en: `Refused: ${code}` } });
}
