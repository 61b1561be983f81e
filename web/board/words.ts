// What the board's pages say. The server brings most of it in `<template data-msg="…">`; each has a spelling here, so that a missing
// template never leaves a member without a sentence.
import type { Spare } from "../booth/words.ts";

export const BOARD_WORDS: Spare = {
  // What goes on.
  "making": { fr: "Fabrication de votre clé sur cet appareil…", en: "Making your key on this device…" },
  "sending": { fr: "Envoi du message public…", en: "Sending the public message…" },
  "opening": { fr: "Ouverture de votre clé…", en: "Opening your key…" },
  "testing": { fr: "Essai de votre clé…", en: "Testing your key…" },
  "checking": { fr: "Vérification des messages des autres membres…", en: "Checking the messages of the other members…" },
  "tested": { fr: "Le fichier s’ouvre et contient bien votre part de la clé.", en: "The file opens and holds your share of the key." },
  "saved": {
    fr: "Enregistrez votre fichier de clé, puis l’étape se termine.",
    en: "Save your key file; then the step is completed.",
  },
  "waiting": { fr: "En attente des autres membres. Cette page avance d’elle-même.", en: "Waiting for the other members. This page goes on by itself." },
  "downloading": { fr: "Téléchargement de l’urne… {megabytes}\u00a0Mo", en: "Downloading the box… {megabytes} MB" },
  "verifying": { fr: "Vérification de toute l’urne…", en: "Verifying the whole box…" },
  "progress": { fr: "{percent}\u00a0% vérifiés, {ballots}\u00a0bulletins", en: "{percent}% verified, {ballots} ballots" },
  "verified": { fr: "L’urne est valable\u00a0: {ballots}\u00a0bulletins. Déchiffrement envoyé.", en: "The box is valid: {ballots} ballots. Decryption sent." },
  "signing": { fr: "Signature…", en: "Signing…" },
  "sent": { fr: "C’est envoyé.", en: "Sent." },
  // What to do when it does not.
  "short": { fr: "La phrase de passe compte au moins 12\u00a0caractères.", en: "The passphrase has 12 characters at least." },
  "different": { fr: "Les deux phrases de passe sont différentes. Saisissez-les de nouveau.", en: "The two passphrases differ. Type them again." },
  "wrong-passphrase": {
    fr: "Cette phrase de passe n’ouvre pas ce fichier de clé, ou le fichier a été modifié. Saisissez-la de nouveau, ou prenez votre autre copie du fichier.",
    en: "This passphrase does not open this key file, or the file was changed. Type it again, or take your other copy of the file.",
  },
  "file-missing": { fr: "Choisissez votre fichier de clé.", en: "Choose your key file." },
  "not-a-key": {
    fr: "Ce fichier n’est pas un fichier de clé, ou il est abîmé. Choisissez le fichier que vous avez enregistré pendant la cérémonie.",
    en: "This file is no key file, or it is damaged. Choose the file that you saved during the ceremony.",
  },
  "unfinished": {
    fr: "Ce fichier date du début de la cérémonie et ne contient pas encore votre part. Choisissez celui que vous avez enregistré à la fin.",
    en: "This file is from the beginning of the ceremony and does not hold your share yet. Choose the one that you saved at the end.",
  },
  "other-key": {
    fr: "Cette clé est celle d’un autre bureau, d’une autre cérémonie ou d’une autre personne. Choisissez la vôtre pour ce scrutin.",
    en: "This key is of another board, another ceremony or another person. Choose yours for this election.",
  },
  "lost": {
    fr: "Ce navigateur n’a pas gardé votre clé. Revenez avec l’appareil et le navigateur où vous avez commencé, ou demandez au président de recommencer la cérémonie.",
    en: "This browser has not kept your key. Come back with the device and the browser where you began, or ask the president to begin the ceremony anew.",
  },
  "cheat": {
    fr: "Le message de {name} est faux\u00a0: {detail}. N’allez pas plus loin\u00a0; prévenez le président.",
    en: "The message of {name} is wrong: {detail}. Do not go further; tell the president.",
  },
  "cheat-certificate": { fr: "son certificat n’est pas valable", en: "the certificate is not valid" },
  "cheat-commitment": { fr: "ce qui est révélé n’est pas ce qui était engagé", en: "what is revealed is not what was committed to" },
  "cheat-polynomial": { fr: "son polynôme n’est pas valable", en: "the polynomial is not valid" },
  "cheat-certificates_signature": { fr: "les certificats de tous ne sont pas signés", en: "the certificates of all are not signed" },
  "cheat-share": { fr: "la part envoyée ne correspond pas à ce qui est publié", en: "the share sent does not fit what is published" },
  "cheat-channel": { fr: "la part envoyée ne s’ouvre pas", en: "the share sent does not open" },
  "cheat-verification_key": { fr: "sa clé publique n’est pas celle attendue", en: "the public key is not the expected one" },
  "cheat-possession": { fr: "sa clé n’est pas prouvée", en: "the key is not proven" },
  "cheat-decryption": { fr: "son déchiffrement n’est pas prouvé", en: "the decryption is not proven" },
  "cheat-other": { fr: "il n’est pas valable", en: "it is not valid" },
  "not-verified": {
    fr: "L’urne reçue n’est pas valable ({detail}). Rien n’a été déchiffré\u00a0; prévenez le président.",
    en: "The box received is not valid ({detail}). Nothing was decrypted; tell the president.",
  },
  "not-an-act": {
    fr: "Ce texte n’est pas un acte de ce bureau. Rien n’a été signé\u00a0; prévenez le président.",
    en: "This text is no act of this board. Nothing was signed; tell the president.",
  },
  "taken": {
    fr: "Cette étape a déjà été faite, depuis un autre appareil ou un autre onglet. Continuez là-bas.",
    en: "This step was done already, on another device or in another tab. Go on there.",
  },
  "refused": { fr: "Le serveur a refusé\u00a0: {message}", en: "The server refused: {message}" },
  "network": { fr: "Le serveur n’a pas répondu. Rien n’est perdu\u00a0: réessayez.", en: "The server did not answer. Nothing is lost: try again." },
  "fault": {
    fr: "Ce navigateur n’a pas pu faire le calcul. Rien n’a été envoyé\u00a0; essayez avec un navigateur plus récent.",
    en: "This browser could not do the computation. Nothing was sent; try a more recent browser.",
  },
  "script-damaged": {
    fr: "Le programme de cette page n’est pas arrivé intact. Rien n’a été envoyé\u00a0; rechargez la page.",
    en: "The program of this page did not arrive intact. Nothing was sent; reload the page.",
  },
};
