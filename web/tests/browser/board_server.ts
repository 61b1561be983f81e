// A voting server for the browser tests of the board's pages: the contract of docs/protocol/board.md, the pages reduced to what the
// script relies on, and faults on demand. Everything that reaches it is kept, so that tests can search it for secrets.
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { makeBallot } from "../../protocol/ballot.ts";
import { utf8, utf8Decode } from "../../protocol/bytes.ts";
import { Credential } from "../../protocol/credential.ts";
import { verifyBound, type Tally } from "../../protocol/decryption.ts";
import { parseElection } from "../../protocol/election.ts";
import type { Point } from "../../protocol/group.ts";
import { canonical } from "../../protocol/json.ts";
import { checkCertificates, checkCommitments, parameters } from "../../protocol/pedersen.ts";
import { isSigned } from "../../protocol/pki.ts";
import { combine, writeCiphertext } from "../../protocol/proof.ts";
import { systemRandom } from "../../protocol/sodium.ts";
import { memberOf, readTrustees, verifyItems, writeItems, type Trustees } from "../../protocol/trustees.ts";
import { parseBallot } from "../../protocol/ballot.ts";
import { outputOf, polynomialOf, signedOf } from "../board_room.ts";
import { credentialText } from "../sample.ts";
import { writeArchive, type Parts } from "../tamper.ts";

const DIST = join(import.meta.dirname, "..", "..", "dist");
const STEPS = ["certificate", "commitment", "polynomial", "output"] as const;
type Step = (typeof STEPS)[number];
const ELECTION = "BoardE1ectionzz";
export const ACT = "isoloir/board/v1\nboard: csa\nact: suspend\nnumber: 4\nelection: BoardE1ectionzz\nreason: panne du réseau";

type Messages = Record<Step | "test", (string | null)[]>;

export class BoardFixture {
  readonly names = ["Awa Diallo", "Zoé Martin", "Yann Le Goff"];
  origin = "";
  /** The seat whose messages are stored and whose answers are lost, until the test mends it. */
  cutAfter: string | null = null;
  /** What other members are shown instead of a message that was posted. */
  tamper: (step: string, index: number, body: string) => string = (_, __, body) => body;
  /** What is served as the archive. */
  archive: Uint8Array = new Uint8Array();
  tamperWorker = false;
  /** How long a page takes to arrive, once drawn, in milliseconds. */
  slow = 0;
  readonly seen: string[] = [];
  readonly signatures: string[] = [];
  readonly decryptions: { owner: number; bytes: string }[] = [];
  parts: Parts | null = null;
  tally: Tally | null = null;
  version = 1;
  trustees: string | null = null;
  readonly substitute: { enrol: string | null; handover: string | null; received: string | null } = { enrol: null, handover: null, received: null };
  readonly #messages: Messages;
  readonly #withSubstitute: boolean;
  #server: Server | null = null;

  constructor(withSubstitute = false) {
    const nothing = (): null[] => this.names.map(() => null);
    this.#messages = { certificate: nothing(), commitment: nothing(), polynomial: nothing(), output: nothing(), test: nothing() };
    this.#withSubstitute = withSubstitute;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#serve(request, response).catch((error: unknown) => {
        response.statusCode = 500;
        response.end(String(error));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** A box with ballots for this key, closed and ready to be decrypted. */
  openBox(): void {
    const verified = this.verified;
    const answers = ["Liste A", "Liste B", "Liste C"];
    const text = JSON.stringify({
      version: 1, description: "", name: "CSA", group: "Ed25519", public_key: verified.key.toString(),
      questions: [{ answers, min: 1, max: 1, question: "CSA" }], uuid: ELECTION,
    });
    const election = parseElection(utf8(text));
    const credentials = Array.from({ length: 5 }, () => Credential.derive(ELECTION, credentialText(systemRandom)));
    const choices = [0, 2, 2, 1, 2];
    const ballots = credentials.map((credential, i) => makeBallot(election, credential, [[choices[i] ?? 0]], systemRandom));
    const sums = answers.map((_, i) => combine(ballots.map((ballot) => {
      const answer = parseBallot(ballot, election).answers[0];
      const ciphertext = answer?.kind === "homomorphic" ? answer.choices[i] : undefined;
      if (ciphertext === undefined) throw new Error("no ciphertext");
      return ciphertext;
    })));
    this.tally = { shape: { items: [{ items: sums.map(() => ({ atom: null })) }] }, ciphertexts: sums };
    this.parts = {
      timestamp: "1700000000",
      election: text,
      trustees: this.trustees ?? "",
      credentials: JSON.stringify(credentials.map(({ publicKey }) => publicKey.toString())),
      ballots: ballots.map(utf8Decode),
      tally: { num_tallied: 5, total_weight: 5, bytes: canonical([sums.map(writeCiphertext)]) },
      decryptions: [],
      result: "",
      until: "PartialDecryption",
    };
    this.archive = writeArchive(this.parts);
  }

  /** The box with what was decrypted and these numbers: what everybody audits. */
  counted(numbers: readonly number[]): Uint8Array {
    const { until: _, ...parts } = this.parts ?? { until: "" };
    return writeArchive({ ...(parts as Parts), decryptions: this.decryptions, result: JSON.stringify({ result: [numbers] }) });
  }

  get verified(): Trustees {
    return verifyItems(readTrustees(utf8(this.trustees ?? "")));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString("utf8");
    const { pathname: path } = new URL(request.url ?? "/", this.origin);
    this.seen.push(`${request.method} ${request.url}\n${JSON.stringify(request.headers)}\n${body}`);
    response.setHeader("content-security-policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
      + "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'");
    const seat = /seat=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "delegate-1";
    if (path.startsWith("/assets/")) return this.#asset(path.split("/").pop() ?? "", response);
    if (path === "/urne/archive.bel") return end(response, 200, "application/octet-stream", Buffer.from(this.archive));
    if (path.startsWith("/bureau/")) {
      const page = this.#page(path.split("/").pop() ?? "", seat);
      await new Promise((resolve) => setTimeout(resolve, this.slow));
      return end(response, 200, "text/html; charset=utf-8", page);
    }
    const posted = request.method === "POST" ? (JSON.parse(body) as { round: number; step: string; body: string; owner: number }) : null;
    if (path.endsWith("/ceremonie")) return posted === null ? endJson(response, this.#ceremony(seat)) : this.#take(seat, posted, response);
    if (path.endsWith("/actes/4")) return this.#act(seat, posted, response);
    return this.#count(seat, posted, response);
  }

  #asset(name: string, response: ServerResponse): void {
    if (name === "fixture.css") return end(response, 200, "text/css", "[hidden]{display:none!important}");
    const bytes = readFileSync(join(DIST, name));
    const changed = this.tamperWorker && name === "board-worker.js" ? Buffer.concat([bytes, Buffer.from(" ")]) : bytes;
    end(response, 200, "text/javascript; charset=utf-8", changed);
  }

  #task(seat: string): string {
    if (this.trustees !== null && !seat.startsWith("substitute")) return "done";
    if (seat.startsWith("substitute")) {
      if (this.substitute.enrol === null) return "enrol";
      return this.substitute.handover !== null && this.substitute.received === null ? "received" : "wait";
    }
    const own = Number(seat.split("-")[1]) - 1;
    for (const step of STEPS) {
      if (this.#messages[step][own] === null) return step;
      if (step === "output" && this.#withSubstitute && own === 0 && this.substitute.handover === null) {
        return this.substitute.enrol === null ? "wait" : "handover";
      }
      if (this.#messages[step].includes(null)) return "wait";
    }
    return this.#messages.test[own] === null ? "test" : "wait";
  }

  #ceremony(seat: string): object {
    const substitute = seat.startsWith("substitute");
    const index = Number(seat.split("-")[1]);
    const shown = (step: Step): (string | null)[] =>
      this.#messages[step].map((body, i) => (body === null || i + 1 === index ? body : this.tamper(step, i + 1, body)));
    return {
      board: "csa", title: "BVE du CSA", group: "Ed25519", round: 1, version: this.version,
      me: { seat, name: substitute ? "Ève Roux" : this.names[index - 1], item: "delegates", index, owner: index, substitute },
      items: [{
        item: "delegates", members: this.names.length, threshold: 2, first: 1, names: this.names,
        certificate: shown("certificate"), commitment: shown("commitment"), polynomial: shown("polynomial"), output: shown("output"),
        test: this.#messages.test,
      }],
      substitutes: this.#withSubstitute ? [{ seat: "substitute-1", name: "Ève Roux", item: "delegates", index: 1, ...this.substitute }] : [],
      task: this.#task(seat),
      trustees: this.trustees,
    };
  }

  #take(seat: string, { step, body }: { step: string; body: string }, response: ServerResponse): void {
    const index = Number(seat.split("-")[1]);
    if (step === "enrol" || step === "handover" || step === "received") {
      this.substitute[step] = body;
    } else {
      const messages = this.#messages[step as Step];
      const there = messages[index - 1];
      if (there !== null && there !== body) return refuse(response, 409, "board_message_taken");
      if (there === null && this.#task(seat) !== step) return refuse(response, 409, "board_step_closed");
      messages[index - 1] = body;
    }
    this.version += 1;
    this.#finish();
    if (this.cutAfter === seat) return void response.destroy();
    response.writeHead(204);
    response.end();
  }

  /** What the server does once all have tested their files. */
  #finish(): void {
    const messages = this.#messages;
    if (messages.test.includes(null) || (this.#withSubstitute && this.substitute.received === null) || this.trustees !== null) return;
    const all = (step: Step): string[] => messages[step].map(String);
    const certificates = checkCertificates(all("certificate").map(signedOf));
    checkCommitments(certificates, all("commitment").map(signedOf));
    const published = parameters(certificates, all("polynomial").map(polynomialOf), all("output").map(outputOf), this.names);
    this.trustees = canonical(writeItems([{ pedersen: published }]));
    for (const test of messages.test) {
      const { signed } = JSON.parse(String(test)) as { signed: { message: string } };
      if (!signed.message.startsWith("isoloir/board/v1\nboard: csa\nact: test\nround: 1\nowner: ")) throw new Error("a test of something else");
    }
  }

  #act(seat: string, posted: { body: string } | null, response: ServerResponse): void {
    const owner = Number(seat.split("-")[1]);
    if (posted === null) {
      return endJson(response, { number: 4, text: ACT, owner, signed: [], done: false, trustees: this.trustees });
    }
    const signed = signedOf(posted.body);
    const key = this.verified.items[0]?.seats[owner - 1] as Point;
    if (signed.message !== ACT || !isSigned(key, signed.message, signed.signature)) return refuse(response, 422, "board_signature_wrong");
    this.signatures.push(posted.body);
    response.writeHead(204);
    response.end();
  }

  #count(seat: string, posted: { owner: number; body: string } | null, response: ServerResponse): void {
    const owner = Number(seat.split("-")[1]);
    if (posted === null) {
      return endJson(response, { board: "csa", owner, elections: [{ election: ELECTION, title: "CSA", state: "decrypt", archive: "/urne/archive.bel", ballots: 5, decrypted: [] }] });
    }
    const election = parseElection(utf8(this.parts?.election ?? ""));
    if (this.tally === null) return refuse(response, 409, "board_not_closed");
    const { record } = verifyBound(utf8(posted.body), memberOf(this.verified, owner) as Point, election.fingerprint, this.tally);
    this.decryptions.push({ owner, bytes: utf8Decode(record) });
    response.writeHead(204);
    response.end();
  }

  #page(kind: string, seat: string): string {
    const address = { ceremonie: "ceremonie", actes: "actes/4", depouillement: "depouillement" }[kind] ?? "";
    const board = { ceremonie: "ceremony", actes: "sign", depouillement: "count" }[kind] ?? "";
    const owner = Number(seat.split("-")[1]);
    let task: string | null = this.#task(seat);
    if (kind === "actes") task = "sign";
    if (kind === "depouillement") task = this.decryptions.some((one) => one.owner === owner) ? null : "decrypt";
    const waits = task === "wait" ? "data-waits" : "";
    const form = task === null || task === "wait" || task === "done" ? "" : formOf(task);
    const manifest = JSON.parse(readFileSync(join(DIST, "manifest.json"), "utf8")) as { files: { file: string; integrity: string }[] };
    const integrity = manifest.files.find(({ file }) => file === "board.js")?.integrity ?? "";
    return `<!DOCTYPE html>
<html lang="fr"><head><meta charset="utf-8"><title>${task ?? "fait"} – Bureau</title><meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="/assets/fixture.css">
<script type="module" src="/assets/x/board.js" integrity="${integrity}"></script></head>
<body><main data-board="${board}" data-lang="fr" data-api="/api/bureau/csa/${address}" data-key="fixture/csa/${seat}"
  data-worker="/assets/x/board-worker.js" ${waits}>
<h1>${task ?? "C’est fait"}</h1>
${kind === "actes" ? `<pre data-text>${ACT}</pre>` : ""}
${form}
</main></body></html>`;
  }
}

function formOf(task: string): string {
  const chosen = task === "certificate" || task === "enrol";
  const needsFile = ["test", "sign", "decrypt"].includes(task);
  const file = '<div class="field"><label for="key">Fichier de clé</label><input id="key" type="file" name="key"></div>';
  const count = task === "decrypt" ? `data-election="${ELECTION}" data-archive="/urne/archive.bel"` : "";
  return `<form data-task="${task}" ${count} novalidate method="post">
  <div role="alert" data-refusal hidden><p data-refusal-text></p></div>
  ${needsFile ? file : `<div data-when-lost hidden>${file}</div>`}
  <div class="field"><label for="p">Phrase de passe</label><input id="p" type="password" name="passphrase" autocomplete="off"></div>
  ${chosen ? '<div class="field"><label for="a">Encore une fois</label><input id="a" type="password" name="again" autocomplete="off"></div>' : ""}
  <a data-save hidden href="#">Enregistrer mon fichier de clé</a>
  <p data-status role="status"></p>
  <progress data-progress aria-label="Vérification" hidden max="1"></progress>
  <button type="submit">Continuer</button>
</form>`;
}

function end(response: ServerResponse, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "content-type": type });
  response.end(body);
}

function endJson(response: ServerResponse, body: unknown): void {
  end(response, 200, "application/json", JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, code: string): void {
  end(response, status, "application/json", JSON.stringify({ code, message: { fr: `Refus : ${code}`, en: `Refused: ${code}` } }));
}
