## Réassort du code de vote : la demande (S05 à S07)

stepper-ask = Étapes du réassort
step-ask-path = Mode
step-ask-identity = Identité
step-ask-link = Lien
step-ask-code = Nouveau code
ask-choice-title = Choix du réassort de votre code de vote
ask-choice-lede = Vous allez obtenir un nouveau code. L’ancien cessera aussitôt de fonctionner ; un vote déjà déposé reste valable.
ask-back-code = Retour à la saisie du code
ask-before-title = Le réassort n’est pas encore ouvert
ask-before-text = Vous pourrez demander un nouveau code à partir du { $when } (heure de Paris).
ask-over-title = Le réassort est terminé
ask-over-text = Les demandes de nouveau code ont pris fin le { $when } (heure de Paris).
ask-none-title = Le réassort en ligne n’est pas proposé
ask-none-text = Pour cette consultation, un code perdu se remplace par la cellule d’assistance, qui vous dira où vous présenter.
ask-shut-code = Si vous avez votre notice, le code qui y est imprimé reste valable.
ask-challenge-title = Question défi
ask-challenge-text = Répondez à la question choisie à l’activation de votre compte.
ask-challenge-text-numen = Répondez à la question choisie à l’activation de votre compte, puis indiquez votre NUMEN.
ask-challenge-text-digits = Répondez à la question choisie à l’activation de votre compte, puis indiquez les dix premiers chiffres de votre numéro de sécurité sociale.
ask-challenge-text-either = Répondez à la question choisie à l’activation de votre compte, puis indiquez votre NUMEN ou les dix premiers chiffres de votre numéro de sécurité sociale.
ask-challenge-needs = Il vous faut : votre réponse secrète, et un téléphone portable ou une messagerie personnelle. Environ 3 minutes.
ask-challenge-action = Répondre à la question défi
ask-provider-text = Identifiez-vous avec un compte que vous utilisez déjà. Un message sera envoyé à l’adresse de ce compte.
ask-provider-needs = Il vous faut : un compte relié à { $name } et l’accès à sa messagerie. Environ 5 minutes.
ask-until = Les demandes sont reçues jusqu’au { $when } (heure de Paris).
ask-neither-title = Aucun mode ne convient ?
ask-help-title = Besoin d’aide
ask-neither-text = La <a href="/assistance">cellule d’assistance</a> vous dit où vous présenter avec une pièce d’identité. Elle ne connaît pas votre code et ne vous le demandera jamais.
ask-back-choice = Changer de mode de réassort
ask-title = Demande de réassort du code de vote
ask-lede = Deux preuves de votre identité, puis un lien à usage unique.
ask-not-sent = Aucun lien n’a été envoyé
ask-to-correct = { $n ->
    [one] Un champ est à corriger
   *[other] { $n } champs sont à corriger
}
ask-kept = Le canal choisi et ses coordonnées sont conservés. Par sécurité, la réponse secrète et l’identifiant sont à saisir à nouveau.
ask-no-question-title = Votre compte n’a pas de question défi
ask-no-question-text = Choisissez-en une dans <a href="/mon-compte/question">Connexion et sécurité</a>, puis revenez ici.
ask-question = Votre question défi :
ask-answer = Votre réponse secrète
ask-answer-hint = Accents et majuscules sont sans importance.
ask-answer-empty = Saisissez votre réponse secrète.
ask-numen = NUMEN
ask-numen-hint = 13 caractères, sur votre arrêté d’affectation ou votre espace personnel.
ask-digits = 10 premiers chiffres du numéro de sécurité sociale
ask-digits-hint = Exemple : 2 84 05 75 119.
ask-either = NUMEN ou 10 premiers chiffres du numéro de sécurité sociale
ask-either-hint = Le NUMEN compte 13 caractères. Exemple de numéro : 2 84 05 75 119.
ask-where = Où envoyer le lien ?
ask-sms = Par SMS, sur mon téléphone personnel
ask-sms-note = Arrive en général en moins d’une minute
ask-mail = Par courrier électronique, sur ma messagerie personnelle
ask-mail-note = Différente de celle qui vous identifie sur le portail
ask-phone = Numéro de téléphone portable personnel
ask-phone-hint = Il sert à ce seul envoi : il n’est pas conservé. Depuis l’outre-mer, commencez par l’indicatif, par exemple +262.
ask-address = Adresse électronique personnelle
ask-address-hint = Elle sert à ce seul envoi : elle n’est pas conservée.
ask-action = Recevoir le lien
ask-back = Retour
ask-aside-title = Bon à savoir
ask-attention = Attention :
ask-attention-text = choisissez une adresse personnelle différente de celle où vous avez reçu le lien qui a activé votre compte : une seule boîte piratée ne doit pas suffire pour voter à votre place.
ask-info = Info :
ask-info-text = l’adresse ou le numéro saisi ici n’est pas enregistré par le serveur de vote. L’autorité des codes le garde chiffré jusqu’à la remise du message, puis l’efface.
ask-link-hours = { $n ->
    [one] Le lien vaut une heure et ne sert qu’une fois.
   *[other] Le lien vaut { $n } heures et ne sert qu’une fois.
}
ask-attempts = Après cinq essais infructueux, il faut attendre de plus en plus longtemps, jusqu’à un quart d’heure.
ask-follow-queued = Le lien va partir
ask-follow-sent = Le lien est parti
ask-follow-delivered = Le lien est arrivé
ask-follow-failed = Le lien n’est pas arrivé
ask-state-queued = En préparation
ask-state-held = En attente chez l’opérateur
ask-state-sent = Envoyé
ask-state-delivered = Remis
ask-state-failed = Échec
ask-state-expired = Trop ancien, non envoyé
ask-by-sms = Par SMS, au numéro indiqué
ask-by-mail = Par courriel, à l’adresse indiquée
ask-next-sms = Ouvrez le lien du SMS, sur votre téléphone ou en le recopiant ici. Munissez-vous de quoi noter le code avant de l’ouvrir.
ask-next-mail = Ouvrez le lien du courriel. S’il n’est pas là, regardez dans les indésirables. Munissez-vous de quoi noter le code avant de l’ouvrir.
ask-try-mail = Échec du SMS : essayez le courriel. Votre code actuel reste valable.
ask-try-sms = Échec du courriel : essayez le SMS. Votre code actuel reste valable.
ask-try-again = Vérifiez le numéro ou l’adresse, puis recommencez. Votre code actuel reste valable.
ask-lost-title = Le message n’a pas pu être remis
ask-not-sent-again = Le lien n’a pas été renvoyé
ask-now-title = Et maintenant ?
ask-channel = Envoi
ask-delivery = Distribution
ask-valid-until = Lien valable jusqu’au
ask-nothing-came = Rien reçu après dix minutes ?
ask-other-channel = Choisir l’autre canal d’envoi
ask-refresh = Actualiser
ask-resend = Renvoyer le même lien
ask-told = Par sécurité, un avis de réassort est aussi envoyé à l’adresse de votre compte. Il ne contient ni lien d’obtention ni code.
ask-no-link-title = Aucun lien en attente
ask-no-link-text = Vous n’avez pas demandé de nouveau code, ou le lien a servi, ou il est trop ancien.
ask-again-from-start = Demander un nouveau code
ask-down-title = Suivi momentanément indisponible
ask-down-notice = L’autorité des codes ne répond pas
