// The pages of an election board (bureau de vote): key ceremony, signatures, count. Each is drawn by the server; this script brings to
// life what needs a member's key, which stays on this device. This file only connects.
import { Words } from "../booth/words.ts";
import { Ceremony } from "./ceremony.ts";
import { Count } from "./count.ts";
import { Page } from "./page.ts";
import { Sign } from "./sign.ts";
import { BOARD_WORDS } from "./words.ts";
import { WorkerClient } from "./worker_client.ts";

/** The worker's integrity hash, set at build time: a page's own integrity attribute cannot cover a worker. */
declare const WORKER_INTEGRITY: string;

const KINDS = { ceremony: Ceremony, sign: Sign, count: Count };

async function isIntact(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { integrity: WORKER_INTEGRITY });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

async function start(): Promise<void> {
  const main = document.querySelector<HTMLElement>("main[data-board]");
  const kind = main?.dataset["board"];
  const url = main?.dataset["worker"];
  if (main === null || url === undefined || (kind !== "ceremony" && kind !== "sign" && kind !== "count")) return;
  if (!await isIntact(url)) {
    const notice = main.querySelector<HTMLElement>("form[data-task] [data-refusal]");
    const said = new Words(main, main.dataset["lang"], BOARD_WORDS).say("script-damaged");
    if (notice === null) return;
    (notice.querySelector<HTMLElement>("[data-refusal-text]") ?? notice).textContent = said;
    notice.hidden = false;
    return;
  }
  const wire = (): void => {
    part.wire();
    page.main.dataset["ready"] = "true";
  };
  const page = new Page(new WorkerClient(url), () => wire());
  const part = new KINDS[kind](page);
  wire();
}

void start();
