// The page the portal draws for the booth, reduced to what the script relies on.

export interface FixtureElection {
  id: string;
  fingerprint: string;
  title: string;
  answers: string[];
  voted: boolean;
}

export interface FixtureView {
  voter: string;
  receiptKey: string;
  registrarKey: string;
  elections: FixtureElection[];
  script: { path: string; integrity: string };
  worker: string;
}

const MESSAGES: Record<string, string> = {
  "code-empty": "Saisissez votre code.",
  "code-short": "Il manque {missing} caractères.",
  "code-long": "Le code est trop long.",
  "code-symbol": "Le caractère {symbol} du groupe {group} n’existe pas.",
  "code-checksum": "Il y a une faute de frappe.",
  "code-wrong": "Mauvais code, il reste {left} essais.",
  "code-locked": "Trop d’essais, attendez {seconds} secondes.",
  "ticket-failed": "Le portail n’a pas répondu.",
  "registrar-down": "L’autorité des codes ne répond pas.",
  "session-ended": "Vous avez été déconnecté.",
  "receipt-invalid": "Ce reçu n’est pas signé par le serveur de vote.",
  "stored": "Votre bulletin est dans l’urne.",
  "not-stored": "Votre bulletin n’est pas dans l’urne.",
  "unknown": "Nous ne savons pas si votre bulletin est dans l’urne.",
  "encrypting": "Chiffrement…",
  "choice-missing": "Choisissez une liste ou le bulletin blanc.",
  "cast-count": "Bulletins déposés : {cast} sur {total}",
};

function choice(election: FixtureElection, value: string, label: string): string {
  const id = `c-${election.id}-${value}`;
  return `<div class="choice">
    <input type="radio" name="choice-${election.id}" id="${id}" value="${value}" required data-label="${label}">
    <label for="${id}"><span class="choice__logo"></span><span class="choice__name">${label}</span></label>
  </div>`;
}

function choiceStep(election: FixtureElection): string {
  return `<section data-step="choice" data-for="${election.id}" data-title="${election.title}" aria-labelledby="t-${election.id}" hidden>
    <button type="button" data-action="elections">Retour à mes scrutins</button>
    <div class="page-head"><h1 id="t-${election.id}" tabindex="-1">${election.title}</h1></div>
    <form data-ballot="${election.id}" novalidate>
      <fieldset><legend>Mon choix</legend>
        ${election.answers.map((answer, i) => choice(election, String(i), answer)).join("")}
        ${choice(election, "blank", "Bulletin blanc")}
      </fieldset>
      <p class="field__error" data-choice-error role="alert"><span></span></p>
      <button type="submit">Vérifier mon choix</button>
    </form>
  </section>`;
}

function electionItem(election: FixtureElection): string {
  const open = election.voted ? "" : `<button type="button" data-open-election="${election.id}">Voter – ${election.title}</button>`;
  return `<li class="poll" data-election="${election.id}" data-fingerprint="${election.fingerprint}" data-voted="${election.voted}">
    <h2 data-election-title>${election.title}</h2>
    <span data-status>${election.voted ? "Bulletin déposé" : "À voter"}</span> ${open}
  </li>`;
}

export function renderPage(view: FixtureView): string {
  const total = view.elections.length;
  const cast = view.elections.filter((election) => election.voted).length;
  return `<!DOCTYPE html>
<html lang="fr">
<head><meta charset="utf-8"><title>Je vote – Élections d’essai</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="/assets/fixture.css">
<script type="module" src="${view.script.path}" integrity="${view.script.integrity}"></script>
</head>
<body>
<header><form method="post" action="/deconnexion"><button type="submit">Se déconnecter</button></form></header>
<main data-booth data-voter="${view.voter}" data-receipt-key="${view.receiptKey}" data-registrar-key="${view.registrarKey}"
  data-lang="fr" data-worker="${view.worker}">
  <section data-step="code" data-title="Saisie du code de vote" aria-labelledby="t-code">
    <div class="page-head"><h1 id="t-code" tabindex="-1">Saisie du code de vote</h1>
      <div class="notice" data-error-summary role="alert" tabindex="-1" hidden>
        <h2>Le code saisi ne convient pas</h2><p><span data-error-text></span> <a href="#code">Corriger le code</a></p>
      </div>
    </div>
    <form data-code-form novalidate>
      <div class="field">
        <label for="code">Code de vote</label>
        <input id="code" data-code type="text" autocomplete="off" spellcheck="false" required aria-describedby="code-error">
        <p class="field__error" id="code-error"><span data-code-error></span></p>
      </div>
      <p data-progress="unlock" role="status"></p>
      <button type="submit">Ouvrir</button>
    </form>
  </section>
  <section data-step="elections" data-title="Mes scrutins" aria-labelledby="t-scrutins" hidden>
    <div class="page-head"><h1 id="t-scrutins" tabindex="-1">Mes scrutins</h1></div>
    <label for="avance" data-cast-words>Bulletins déposés : ${cast} sur ${total}</label>
    <progress id="avance" data-cast-progress value="${cast}" max="${total}"></progress>
    <ol>${view.elections.map(electionItem).join("")}</ol>
  </section>
  ${view.elections.filter((election) => !election.voted).map(choiceStep).join("")}
  <section data-step="confirm" data-title="Vérifiez avant de déposer" aria-labelledby="t-confirm" hidden>
    <div class="page-head"><h1 id="t-confirm" tabindex="-1">Vérifiez avant de déposer</h1></div>
    <p data-confirm-election></p><span data-confirm-logo></span><p data-confirm-choice></p>
    <p data-progress role="status"></p>
    <button type="button" data-action="cast">Déposer mon bulletin</button>
    <button type="button" data-action="change">Modifier mon choix</button>
    <p class="tracker" data-tracker></p>
  </section>
  <section data-step="sending" data-title="Envoi" aria-labelledby="t-envoi" hidden>
    <h1 id="t-envoi" tabindex="-1">Envoi</h1><progress aria-labelledby="t-envoi"></progress>
  </section>
  <section data-step="receipt" data-title="Votre bulletin est dans l’urne" aria-labelledby="t-recu" hidden>
    <div class="page-head"><h1 id="t-recu" tabindex="-1">Votre bulletin est dans l’urne</h1><p class="lede">Il est enregistré.</p></div>
    <section class="receipt" aria-label="Reçu">
      <p data-receipt-election></p>
      <p><span class="badge badge--success">Vérifiée sur votre appareil</span></p>
      <p class="tracker" data-receipt-tracker></p><p data-receipt-event></p><p data-receipt-signature></p>
      <button type="button" data-action="save-receipt">Enregistrer le reçu</button>
      <button type="button" data-action="print">Imprimer</button>
      <a data-receipt-box href="/urne">Le retrouver dans l’urne</a>
    </section>
    <div data-next>
      <div data-next-more><button type="button" data-action="elections">Continuer à voter</button></div>
      <div data-next-done hidden><p>Vous avez voté partout.</p></div>
    </div>
  </section>
  <section data-step="interrupted" data-title="La connexion a été coupée" aria-labelledby="t-coupe" hidden>
    <div class="page-head"><h1 id="t-coupe" tabindex="-1">La connexion a été coupée</h1></div>
    <div role="alert"><p data-interrupted-message></p></div>
    <button type="button" data-action="retry">Renvoyer mon bulletin</button>
    <button type="button" data-action="elections">Revenir plus tard</button>
  </section>
  ${Object.entries(MESSAGES).map(([name, text]) => `<template data-msg="${name}">${text}</template>`).join("")}
  <template data-badge="voted"><span>Bulletin déposé</span></template>
</main>
</body>
</html>`;
}
