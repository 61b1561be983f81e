// A member reads an act of the board and signs it with the key of the ceremony.
import { post, state, type ActState } from "./api.ts";
import { StepRefusal, type Page } from "./page.ts";

export class Sign {
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  wire(): void {
    const [form] = this.#page.forms();
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#page.run(form, () => this.#sign(form));
    });
  }

  async #sign(form: HTMLFormElement): Promise<void> {
    const page = this.#page;
    const { file, passphrase } = await page.chosenKey(form);
    const act = await state<ActState>(page.api, page.lang);
    // What is signed is what the member reads.
    if (act.owner === null || page.main.querySelector("pre[data-text]")?.textContent !== act.text) throw new StepRefusal("not-an-act");
    page.say(form, page.words.say("signing"));
    await page.worker.call("open", { file, passphrase, expected: {} });
    try {
      const body = await page.worker.call("sign", { act: act.text, owner: act.owner, trustees: act.trustees });
      await post(page.api, page.lang, { body });
    } finally {
      await page.worker.call("forget", {});
    }
  }
}
