// The booth's worker: the only place where the code is turned into keys and where ballots are made.
// It has no access to the page, and the page none to its memory.
import { ready, systemRandom } from "../protocol/sodium.ts";
import type { Answer, Request, Service, Services } from "./messages.ts";
import { receiptHolds } from "./receipt.ts";
import { Vault, VaultError } from "./vault.ts";

const vault = new Vault(systemRandom);

function serve(request: Request): Services[Service]["gives"] {
  switch (request.service) {
    case "start":
      return null;
    case "authenticate":
      return vault.authenticate(request.takes.voter, request.takes.code);
    case "open":
      vault.open(request.takes.unlocked, request.takes.registrarKey);
      return null;
    case "prepare": {
      const { election, bytes, fingerprint, mark } = request.takes;
      return vault.prepare(election, bytes, fingerprint, mark);
    }
    case "checkReceipt": {
      const { receipt, election, tracker, key } = request.takes;
      return receiptHolds(receipt, election, tracker, key);
    }
    case "forget":
      vault.forget();
      return null;
  }
}

async function answer(request: Request): Promise<Answer> {
  try {
    await ready();
    return { id: request.id, ok: true, gives: serve(request) };
  } catch (error) {
    const refusal = error instanceof VaultError ? error.code : "fault";
    return { id: request.id, ok: false, refusal, detail: error instanceof Error ? error.name : "unknown" };
  }
}

self.addEventListener("message", (event: MessageEvent<Request>) => {
  void answer(event.data).then((reply) => self.postMessage(reply));
});
