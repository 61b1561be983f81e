// Words of the page. The server brings them in `<template data-msg="…">`, in the voter's language; the few that
// only the script can need have a spelling here, so that a missing template never leaves a voter without a sentence.

export type Lang = "fr" | "en";

/** Spellings by name, for when the page brings none. */
export type Spare = Readonly<Record<string, Readonly<Record<Lang, string>>>>;

const SPARE: Spare = {
  "choice-missing": {
    fr: "Choisissez une liste ou le bulletin blanc.",
    en: "Choose a list or the blank ballot.",
  },
  "encrypting": { fr: "Chiffrement de votre bulletin sur cet appareil…", en: "Encrypting your ballot on this device…" },
  "ready": { fr: "Votre bulletin est chiffré. Rien n’est encore envoyé.", en: "Your ballot is encrypted. Nothing has been sent yet." },
  "unlocking": { fr: "Vérification de votre code…", en: "Checking your code…" },
  "device-unsupported": {
    fr: "Ce navigateur ne peut pas chiffrer de bulletin. Rien n’a été envoyé\u00a0; essayez avec un navigateur plus récent.",
    en: "This browser cannot encrypt a ballot. Nothing was sent; try a more recent browser.",
  },
  "script-damaged": {
    fr: "Le programme de l’isoloir n’est pas arrivé intact. Rien n’a été envoyé\u00a0; rechargez la page.",
    en: "The booth’s program did not arrive intact. Nothing was sent; reload the page.",
  },
  "unlock-invalid": {
    fr: "L’autorité des codes a répondu, mais sa réponse n’est pas valable. Rien n’a été envoyé à l’urne\u00a0; signalez-le à la cellule d’assistance.",
    en: "The registrar answered, but its answer is not valid. Nothing was sent to the ballot box; please tell the support team.",
  },
  "election-mismatch": {
    fr: "Le scrutin reçu n’est pas celui que cette page annonce. Rien n’a été envoyé\u00a0; signalez-le à la cellule d’assistance.",
    en: "The election received is not the one this page announces. Nothing was sent; please tell the support team.",
  },
  "election-unavailable": {
    fr: "Le scrutin n’a pas pu être chargé. Rien n’a été envoyé\u00a0; vérifiez votre connexion et recommencez.",
    en: "The election could not be loaded. Nothing was sent; check your connection and try again.",
  },
  "credential-missing": {
    fr: "L’autorité des codes n’a pas ouvert ce scrutin pour vous. Rien n’a été envoyé\u00a0; signalez-le à la cellule d’assistance.",
    en: "The registrar did not open this election for you. Nothing was sent; please tell the support team.",
  },
  "signed-out-interrupted": {
    fr: "Vous avez été déconnecté. Reconnectez-vous\u00a0: votre liste de scrutins dira si ce bulletin est déposé.",
    en: "You were signed out. Sign in again: your list of elections will tell whether this ballot was cast.",
  },
  "refused": { fr: "Le serveur a refusé ce bulletin. Il n’est pas dans l’urne.", en: "The server refused this ballot. It is not in the box." },
  "receipt-unverified-title": { fr: "Reçu non vérifié", en: "Receipt not verified" },
  "receipt-file": { fr: "recu-de-vote", en: "voting-receipt" },
};

export class Words {
  readonly lang: Lang;
  readonly #root: ParentNode;
  readonly #spare: Spare;

  constructor(root: ParentNode, lang: string | undefined, spare: Spare = SPARE) {
    this.#root = root;
    this.#spare = spare;
    this.lang = lang === "en" ? "en" : "fr";
  }

  /** The message `name`, its `{places}` filled. */
  say(name: string, places: Record<string, string | number> = {}): string {
    const template = this.#root.querySelector<HTMLTemplateElement>(`template[data-msg="${name}"]`);
    const text = template?.content.textContent?.trim() ?? this.#spare[name]?.[this.lang] ?? name;
    return text.replace(/\{\s*\$?(\w+)\s*\}/g, (place, key: string) => String(places[key] ?? place));
  }

  has(name: string): boolean {
    return this.#root.querySelector(`template[data-msg="${name}"]`) !== null || name in this.#spare;
  }
}
