# complaints

complaints-title = Mes réclamations
complaints-lede = Une erreur sur une liste électorale, ou dans vos données ? L’autorité organisatrice vous répond par une décision motivée.
complaints-mine = Réclamations déposées
complaints-none = Aucune pour le moment.
complaints-until = { $days ->
    [one] Réclamations reçues jusqu’au { $when } (heure de Paris). Décision sous un jour.
   *[other] Réclamations reçues jusqu’au { $when } (heure de Paris). Décision sous { $days } jours.
}
complaints-before-title = Les réclamations ne sont pas encore ouvertes
complaints-before-text = Elles seront reçues ici à partir du { $when } (heure de Paris).
complaints-after-title = Le délai des réclamations est passé
complaints-after-text = Il s’est terminé le { $when } (heure de Paris). Une erreur qui demeure se porte devant le juge ; l’assistance vous indique lequel.
complaint-read = Lire
complaint-filed-on = Déposée le { $when } (heure de Paris)
complaint-missing = Je devrais être sur une liste et n’y suis pas
complaint-wrong-election = Je suis inscrit dans un scrutin qui n’est pas le mien
complaint-wrong-data = Mon nom ou une autre de mes données est faux
complaint-other-person = Une autre personne est inscrite à tort, ou manque
complaint-other = Autre chose, à propos de la liste
complaint-open = En cours
complaint-accepted = Acceptée
complaint-rejected = Rejetée
complaint-form-lede = Dites ce qui est faux et ce qui devrait être. Vous recevez un numéro, puis une décision motivée.
complaint-absent-title = Réclamation d’une personne non inscrite
complaint-absent-lede = Vous n’avez pas de compte parce que vous n’êtes sur aucune liste ? Écrivez ici. Avec un compte, passez par vos réclamations.
complaint-not-sent = La réclamation n’est pas partie
complaint-files-again = Choisissez à nouveau les fichiers : ils n’ont pas été gardés.
complaint-last-name = Nom
complaint-first-name = Prénom
complaint-contact = Adresse électronique
complaint-contact-hint = Vous y recevez l’accusé de réception, puis l’avis de la décision.
complaint-object = Objet
complaint-election = Scrutin concerné
complaint-election-hint = Nécessaire si vous contestez une inscription.
complaint-no-election = Aucun en particulier
complaint-person = Autre personne concernée
complaint-person-hint = Nom et prénom, seulement si la réclamation porte sur quelqu’un d’autre.
complaint-body = Ce que vous contestez, et pourquoi
complaint-body-hint = { $n } caractères au plus. N’écrivez ni mot de passe ni code de vote.
complaint-files = Pièces jointes
complaint-files-hint = { $n } fichiers au plus, PDF, PNG ou JPEG, de 5 Mo chacun. Ils sont conservés chiffrés.
complaint-send = Déposer la réclamation
complaint-title = Réclamation { $number }
complaint-decided-on = Décision du { $when } (heure de Paris)
complaint-decision-accepted = Votre réclamation est acceptée
complaint-decision-rejected = Votre réclamation est rejetée
complaint-reasons = Motifs
complaint-effect = Ce qui change
complaint-appeal = Cette décision peut être contestée devant le juge.
complaint-content = Ce que vous avez déposé
complaint-filed = Déposée le
complaint-due = Décision au plus tard le
complaint-received-title = Réclamation enregistrée
complaint-received-text = Son numéro est <strong>{ $number }</strong>. L’autorité organisatrice se prononce avant le { $when } (heure de Paris).
complaint-received-mail = Un accusé de réception part à l’adresse { $contact }.
complaint-received-link = Gardez l’adresse de cette page : c’est par elle que vous lirez la décision.
