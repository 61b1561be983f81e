// The worker of the board's pages: the only place where a member's passphrase opens a key, and where archives are audited. It has no
// access to the page, and the page none to its memory. The same script, started by it, verifies ballots for it.
import { audit } from "../check/audit.ts";
import type { Request as HelperRequest, Verified } from "../check/messages.ts";
import { Pool } from "../check/pool.ts";
import { verdictOf } from "../check/verifier.ts";
import { parseElection, type Election } from "../protocol/election.ts";
import { ready, systemRandom } from "../protocol/sodium.ts";
import { TrusteeFault } from "../protocol/trustee_fault.ts";
import { KeyFileRefusal } from "./key_file.ts";
import type { Answer, Heard, Refused, Request, Service, Services } from "./messages.ts";
import { Vault, VaultRefusal } from "./vault.ts";

/** Progress is told at most so often, in milliseconds. */
const PACE = 200;

const vault = new Vault(systemRandom);

self.addEventListener("message", ({ data }: MessageEvent<Heard>) => {
  if ("ask" in data) {
    help(data).catch((error: unknown) => {
      // Whoever started this helper hears of errors, not of refused promises.
      setTimeout(() => {
        throw error;
      });
    });
  } else {
    void answer(data).then((told) => self.postMessage(told));
  }
});

async function answer(request: Request): Promise<Answer> {
  try {
    await ready();
    return { id: request.id, tell: "done", gives: await serve(request) };
  } catch (error) {
    return { id: request.id, tell: "refused", refused: refusedFor(error) };
  }
}

async function serve(request: Request): Promise<Services[Service]["gives"]> {
  const { service, takes } = request;
  switch (service) {
    case "start":
      return null;
    case "create":
      return vault.create(takes.holder, takes.passphrase);
    case "open":
      vault.open(takes.file, takes.passphrase, takes.expected);
      return null;
    case "certificate":
      return vault.certificate(takes.size, takes.threshold, takes.index);
    case "commitment":
      return vault.commitment(takes.messages);
    case "polynomial":
      return vault.polynomial(takes.messages);
    case "output":
      return vault.output(takes.messages);
    case "handover":
      return vault.handover(takes.enrolment);
    case "receive":
      return vault.receive(takes.messages, takes.index, takes.handover);
    case "prove":
      return vault.prove(takes.messages, takes.index, takes.statement);
    case "sign":
      return vault.sign(takes.act, takes.owner, takes.trustees);
    case "decrypt":
      return decrypted(request.id, takes);
    case "forget":
      vault.forget();
      return null;
  }
}

/** Whoever decrypts whatever is handed over could be made to decrypt one ballot: the whole archive is audited first. */
async function decrypted(id: number, takes: Services["decrypt"]["takes"]): Promise<Services["decrypt"]["gives"]> {
  const { archive, helpers, election, owner } = takes;
  const pool = new Pool(self.location.href, helpers);
  let latest = 0;
  try {
    const source = {
      size: archive.size,
      read: async (offset: number, length: number) => new Uint8Array(await archive.slice(offset, offset + length).arrayBuffer()),
    };
    const report = await audit(source, pool, (progress) => {
      if (Date.now() - latest < PACE) return;
      latest = Date.now();
      self.postMessage({ id, tell: "progress", progress, size: archive.size } satisfies Answer);
    });
    return { body: vault.decrypt(report, election, owner), ballots: report.ballots };
  } finally {
    pool.close();
  }
}

function refusedFor(error: unknown): Refused {
  if (error instanceof TrusteeFault) return { code: "cheat", fault: error.code, owner: error.owner };
  if (error instanceof KeyFileRefusal || error instanceof VaultRefusal) return { code: error.code, detail: error.message };
  return { code: "fault", detail: error instanceof Error ? error.message : "unknown" };
}

let election: Election | null = null;

async function help(request: HelperRequest): Promise<void> {
  await ready();
  if (request.ask === "start") election = parseElection(request.election);
  if (request.ask !== "verify") return;
  const known = election;
  if (known === null) throw new Error("no election yet");
  self.postMessage({ id: request.id, verdicts: request.ballots.map((ballot) => verdictOf(ballot, known)) } satisfies Verified);
}
