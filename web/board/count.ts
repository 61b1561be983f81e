// A member's part of the count (dépouillement): for each election the whole archive is downloaded and audited on this device, and only
// then is its tally decrypted with the member's key.
import { archive, post, state, type CountState } from "./api.ts";
import { StepRefusal, type Page } from "./page.ts";
import { WorkerRefusal } from "./worker_client.ts";

/** More helpers than this gain nothing on what people use. */
const MOST_HELPERS = 8;

export class Count {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    page.watch(async () => JSON.stringify(await state<CountState>(page.api, page.lang)));
  }

  wire(): void {
    for (const form of this.#page.forms()) {
      if (this.#page.unlocked) this.#page.hideKeyFields(form);
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#page.run(form, () => this.#decrypt(form));
      });
    }
  }

  async #decrypt(form: HTMLFormElement): Promise<void> {
    const page = this.#page;
    const { election, archive: address } = form.dataset;
    const count = await state<CountState>(page.api, page.lang);
    if (election === undefined || address === undefined || count.owner === null) throw new StepRefusal("other-key");
    await this.#open(form, count.board);
    try {
      const { body, ballots } = await this.#decrypted(form, election, address, count.owner);
      page.say(form, page.words.say("sending"));
      await post(`${page.api}/${encodeURIComponent(election)}`, page.lang, { owner: count.owner, body });
      page.say(form, page.words.say("verified", { ballots: this.#number(ballots) }));
    } catch (error) {
      if (error instanceof WorkerRefusal && error.refused.code !== "not-verified") await this.#close(form);
      throw error;
    } finally {
      page.progress(form, null);
    }
  }

  /** The key is opened once for all elections of the board. */
  async #open(form: HTMLFormElement, board: string): Promise<void> {
    const page = this.#page;
    if (page.unlocked) return;
    const { file, passphrase } = await page.chosenKey(form);
    page.say(form, page.words.say("opening"));
    await page.worker.call("open", { file, passphrase, expected: { board } });
    page.unlocked = true;
  }

  /** A key that does not serve here: another one can be chosen. */
  async #close(form: HTMLFormElement): Promise<void> {
    await this.#page.worker.call("forget", {}).catch(() => undefined);
    this.#page.unlocked = false;
    this.#page.showKeyFields(form);
  }

  async #decrypted(form: HTMLFormElement, election: string, address: string, owner: number): Promise<{ body: string; ballots: number }> {
    const page = this.#page;
    page.progress(form, 0);
    page.say(form, page.words.say("downloading", { megabytes: this.#number(0) }));
    const bytes = await archive(address, (size) => {
      page.say(form, page.words.say("downloading", { megabytes: this.#number(size / 1e6, 1) }));
    });
    page.say(form, page.words.say("verifying"));
    const helpers = Math.max(1, Math.min(MOST_HELPERS, navigator.hardwareConcurrency || 2));
    return page.worker.call("decrypt", { archive: bytes, helpers, election, owner }, ({ read, ballots }, size) => {
      const share = size === 0 ? 0 : read / size;
      page.progress(form, share);
      page.say(form, page.words.say("progress", { percent: this.#number(share * 100), ballots: this.#number(ballots) }));
    });
  }

  #number(value: number, digits = 0): string {
    return value.toLocaleString(this.#page.lang, { maximumFractionDigits: digits });
  }
}
