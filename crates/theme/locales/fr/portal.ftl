### Messages du portail, en français. Un message par phrase ou par étiquette ; le balisage en ligne n'est permis que là où la page l'attend.

## Cadre
skip-link = Aller au contenu
lang-label = Langue
lang-name = français
sign-out = Se déconnecter
last-sign-in = Dernière connexion le : { $when } (heure de Paris)
first-sign-in = Première connexion
paris-time = { $when } (heure de Paris)
footer-help-title = Une question, une difficulté ?
footer-help-text = La cellule d’assistance ne vous demandera jamais votre code de vote ni votre mot de passe.
footer-check-label = Vérifier le vote
footer-check-title = Vérifier
footer-about-label = Informations légales
footer-about-title = À propos
footer-legal = Autorité organisatrice : { $organiser }. Portail fondé sur Isoloir, logiciel libre et vérifiable.
contact-free-call = (appel non surtaxé)
contact-none = Ses coordonnées figurent sur votre notice de vote.
nav-box = Urne publique
nav-results = Résultats
nav-source = Code source
nav-privacy = Données personnelles
nav-legal = Mentions légales
back-home = Retour à l’accueil
back-home-short = Retour
new-tab = (nouvel onglet)
field-required = { " " }: champ obligatoire
list-separator = { ", " }

## Temps
unit-days = Jour(s)
unit-hours = Heure(s)
unit-minutes = Minute(s)
overseas-title = Et chez vous, outre-mer ?
zone-antilles = Guadeloupe, Martinique, Saint-Barthélemy, Saint-Martin
zone-guyane = Guyane
zone-reunion = La Réunion
zone-mayotte = Mayotte
zone-miquelon = Saint-Pierre-et-Miquelon
zone-caledonie = Nouvelle-Calédonie
zone-polynesie = Polynésie française (Tahiti)
zone-wallis = Wallis-et-Futuna
zone-taaf = Îles Kerguelen

## Accueil
home-title = Accueil
home-heading = Bienvenue sur votre portail Élections
home-elections = Mes scrutins
home-candidates-title = Scrutins et candidatures
home-candidates-text = Les scrutins où vous êtes électeur ou électrice, et leurs listes.
home-candidates-text-count = { $n ->
    [0] Vous n’êtes inscrit à aucun scrutin pour le moment.
    [one] Le scrutin où vous êtes électeur ou électrice, et ses listes.
   *[other] Les { $count } scrutins où vous êtes électeur ou électrice, et leurs listes.
}
home-complaint-title = Formuler une réclamation
home-complaint-text = { $days ->
    [one] Une erreur d’inscription ? Réponse motivée sous un jour.
   *[other] Une erreur d’inscription ? Réponse motivée sous { $days } jours.
}
home-box-text = Retrouvez votre bulletin chiffré grâce à son numéro de suivi.
home-practical = Mes informations pratiques
home-tutorials = Tutoriels
home-tutorial-account = Parcours électeur : activer son compte
home-tutorial-vote = Parcours de vote : du code au reçu
home-tutorial-code = Réassorts : je n’ai pas mon code
home-help = Aide
home-faq = Questions fréquentes
home-assistance = Joindre l’assistance
home-verify = Vérifier le vote soi-même
home-account = Mon compte
home-me-title = Mes informations personnelles
home-me-text = Identité, matricule, adresse où nous vous écrivons.
home-sign-in-title = Connexion
home-sign-in-text = Avec votre adresse professionnelle ou votre matricule, et votre mot de passe Élections.
home-results-text = Participation, voix et sièges, dès la proclamation.
booth-label = Voter
booth-before-title = Le vote ouvre bientôt
booth-before-text = Consultez dès maintenant les candidatures et vérifiez votre inscription. Gardez votre notice de vote à portée de main.
booth-before-action = Voir les candidatures
booth-open-title = Je vote
booth-open-text = { $n ->
    [one] Un scrutin vous attend. Munissez-vous du code inscrit sur votre notice de vote : il faut environ trois minutes.
   *[other] { $count } scrutins vous attendent. Munissez-vous du code inscrit sur votre notice de vote : il faut environ trois minutes.
}
booth-open-text-left = { $n ->
    [one] Il vous reste un scrutin. Munissez-vous du code inscrit sur votre notice de vote.
   *[other] Il vous reste { $count } scrutins. Munissez-vous du code inscrit sur votre notice de vote.
}
booth-open-text-anonymous = Connectez-vous, puis munissez-vous du code inscrit sur votre notice de vote : il faut environ trois minutes.
booth-open-action = Je vote
booth-all-cast-title = Vous avez voté
booth-all-cast-text = Tous vos bulletins sont dans l’urne. Vous pouvez les y retrouver avec vos numéros de suivi.
booth-all-cast-action = Retrouver mon bulletin
booth-grace-title = Le vote vient de clore
booth-grace-text = Si vous étiez connecté avant la fermeture, vous pouvez terminer jusqu’à { $until } (heure de Paris). Ne vous déconnectez pas.
booth-grace-action = Terminer mon vote
booth-closed-title = Le vote est clos
booth-closed-text = Le bureau de vote dépouille en séance publique. Les résultats paraîtront ici dès leur proclamation.
booth-closed-action = Suivre les résultats
booth-tallied-title = Les résultats sont publiés
booth-tallied-text = Chacun peut les lire, prendre l’urne entière et refaire le calcul.
booth-tallied-action = Voir les résultats
countdown-opening = Ouverture du vote dans
countdown-closing = Fermeture du vote dans
countdown-closed = Vote clos
opening-sentence = Ouvert du <strong>{ $opens }</strong> au <strong>{ $closes }</strong> (Heure de Paris)
closing-sentence = Les électeurs connectés avant la fermeture pouvaient terminer jusqu’à { $freezes } (heure de Paris).

## Connexion
sign-in-title = Connexion
sign-in-heading = Connexion au portail Élections
sign-in-lede = Le portail vous reconnaît ; le code de vote, lui, ne vous sera demandé qu’au moment de voter.
sign-in-identifier = Adresse professionnelle ou matricule
sign-in-identifier-hint = L’adresse où vous avez reçu le lien d’activation ; sans messagerie, le matricule de votre courrier.
sign-in-identifier-empty = Saisissez votre adresse professionnelle ou votre matricule.
sign-in-password = Mot de passe Élections
sign-in-password-empty = Saisissez votre mot de passe Élections.
sign-in-action = Se connecter
sign-in-new-title = Première visite ?
sign-in-new-text = Votre compte s’active par le lien à usage unique reçu sur votre messagerie professionnelle. Vous y choisissez votre mot de passe.
sign-in-new-link = Activer mon compte, pas à pas
sign-in-incomplete-title = Il manque une information
sign-in-incomplete-link = Compléter le champ signalé
sign-in-refused-title = Vous n’êtes pas connecté
sign-in-refused-link = Reprendre la saisie
sign-in-needed-title = Connectez-vous pour continuer
sign-in-needed-text = Vous reviendrez ensuite à la page demandée.
sign-in-ended-title = Vous avez été déconnecté
sign-in-ended-text = Votre session a pris fin. Les bulletins déjà déposés sont enregistrés ; rien d’autre n’a été envoyé.
signed-out-title = Vous êtes déconnecté
signed-out-text = Les bulletins déjà déposés restent enregistrés.

## Activation
stepper-activation = Étapes de l’activation
step-password = Mot de passe
step-activated = Compte activé
step-done = (fait)
activation-title = Activation du compte
activation-heading = Initialisation du mot de passe Élections
activation-lede = Bonjour { $name }. Ce mot de passe protège votre portail ; il est distinct de votre code de vote.
activation-password = Mot de passe Élections
activation-password-hint = Une phrase de quatre mots se retient mieux qu’un mot compliqué.
activation-confirmation = Confirmation du mot de passe Élections
activation-action = Activer mon compte
activation-aside-title = Et le code de vote ?
activation-aside-text = Il figure sur votre notice de vote, remise à part. Ne l’écrivez jamais ici : le portail n’en a pas besoin et ne doit pas le connaître.
rule-length = Entre 12 et 256 caractères
rule-lower = Au moins une lettre minuscule sans accent
rule-upper = Au moins une lettre majuscule sans accent
rule-digit = Au moins un chiffre
rule-special = Au moins un caractère spécial, par exemple ! ? - _ +
rule-known = Ni trop connu, ni tiré de votre nom ou de votre adresse
rule-met = { " " }: respecté
rule-missing = { " " }: à compléter
missing-length = de 12 à 256 caractères
missing-lower = une minuscule sans accent
missing-upper = une majuscule sans accent
missing-digit = un chiffre
missing-special = un caractère spécial
missing-known = un mot de passe moins prévisible
password-empty-title = Le mot de passe est vide
password-empty = Choisissez un mot de passe.
password-broken-title = Le mot de passe ne convient pas encore
password-broken = Il manque : { $missing }.
password-different-title = Les deux saisies diffèrent
password-different = La confirmation n’est pas identique au mot de passe. Saisissez-le deux fois à l’identique.
password-nothing-stored = Rien n’a été enregistré et votre lien reste valable.
password-fix-link = Corriger
activated-title = Votre compte est activé
activated-opening = Le vote ouvre le { $opens } (heure de Paris).
activated-notice-title = Tout est prêt
activated-notice-text = Votre code de vote figure sur votre notice, remise à part. Sans notice à l’ouverture du vote, écrivez à l’assistance.
dead-link-title = Ce lien ne fonctionne plus
dead-link-notice = Le lien est inconnu, déjà utilisé ou trop ancien

## Scrutins
elections-title = Mes scrutins
elections-lede = { $n ->
    [0] Vous ne figurez sur aucune liste électorale pour le moment.
    [one] Vous votez dans un scrutin. Voici ses listes de candidats.
   *[other] Vous votez dans { $count } scrutins. Voici leurs listes de candidats.
}
elections-none-title = Aucun scrutin
elections-none-text = Si vous pensez devoir voter, signalez-le.
n-seats = { $n ->
    [one] { $n } siège
   *[other] { $n } sièges
}
n-lists = { $n ->
    [one] { $n } liste
   *[other] { $n } listes
}
n-candidates = { $n ->
    [one] { $n } candidature
   *[other] { $n } candidatures
}
poll-cast = Bulletin déposé
poll-not-open = Pas encore ouvert
poll-closed = Vote clos
poll-to-vote = À voter
poll-vote = Voter
lists-order-note = Les listes sont dans l’ordre du tirage au sort, toutes dans un cadre de même taille.
account-lede = Ce que le portail sait de vous.
account-name = Nom
account-number = Matricule
account-email = Adresse électronique
account-no-email = Aucune : nous vous écrivons sur papier
account-last = Connexion précédente
account-wrong-title = Une erreur ?
account-wrong-text = Ces informations viennent de la liste électorale établie par votre employeur.

## Isoloir
stepper-vote = Étapes du vote
step-code = Code de vote
step-choice = Choix
step-check = Vérification
step-receipt = Reçu
noscript-title = Cette page a besoin de JavaScript
noscript-text = Votre bulletin est chiffré sur votre appareil avant tout envoi, pour que personne d’autre ne puisse le lire. Votre navigateur a besoin de JavaScript pour le faire. Activez-le, puis rechargez la page ; ou votez depuis un autre appareil.
code-title = Saisie du code de vote
code-lede = { $n ->
    [one] Le code de votre notice ouvre votre espace de vote.
   *[other] Le code de votre notice ouvre votre espace de vote. Vous pourrez voter dans vos { $count } scrutins en une seule fois.
}
code-label = Code de vote
code-hint = 16 caractères, lettres et chiffres, imprimés sur votre notice. Majuscules, espaces et tirets sont sans importance.
code-action = Connexion
code-lost = Obtenir un réassort de votre code de vote
code-error-title = Votre espace de vote n’est pas ouvert
code-error-link = Corriger le code de vote
code-where-title = Où trouver mon code ?
code-where-figure = Dessin d’une notice de vote : le code est imprimé au centre, en quatre groupes de quatre caractères.
code-where-text = Sur la notice de vote remise contre signature ou reçue par la poste. Le code ne contient ni I, ni L, ni O, ni U : un rond est un zéro, un trait est un 1.
code-stays = Votre code ne quitte pas cet appareil : il sert à déverrouiller votre bulletin, ici même.
booth-elections-lede = { $n ->
    [one] Vous votez dans un scrutin. Le bulletin déposé est définitif.
   *[other] Vous votez dans { $count } scrutins. Prenez-les dans l’ordre qui vous convient ; chaque bulletin déposé est définitif.
}
n-cast-of = { $cast ->
    [one] { $cast } bulletin déposé sur { $total }
   *[other] { $cast } bulletins déposés sur { $total }
}
until = Jusqu’au { $when } (heure de Paris)
pause-title = Vous pouvez vous arrêter et revenir
pause-text = Les bulletins déposés restent enregistrés. Pour les autres, il suffira de saisir à nouveau votre code de vote avant le { $when } (heure de Paris).
back-elections = Retour à mes scrutins
election-rank = Scrutin { $n } sur { $total }
choice-lede = { $n ->
    [one] { $n } siège à pourvoir. Choisissez une liste entière ou le bulletin blanc.
   *[other] { $n } sièges à pourvoir. Choisissez une liste entière ou le bulletin blanc.
}
choice-legend = Mon choix
choice-action = Vérifier mon choix
choice-leave = Revenir sans voter
choice-nothing-stored = Rien n’est enregistré à cette étape : vous pourrez encore changer d’avis.
choice-candidates = Voir les candidatures
blank-name = Bulletin blanc
blank-text = Compté à part, sans choisir de liste
blank-help = Comment le vote blanc est compté
confirm-title = Vérifiez avant de déposer
confirm-summary-label = Résumé de mon bulletin
confirm-overline = Votre choix
confirm-final = Après le dépôt, ce choix <strong>ne pourra plus être modifié</strong> et personne ne pourra le relire, vous compris.
confirm-action = Déposer mon bulletin
confirm-change = Modifier mon choix
confirm-aside-title = Numéro de suivi
confirm-aside-text = Votre bulletin est chiffré ici, sur votre appareil, qui en calcule le numéro de suivi :
confirm-aside-note = Notez-en le début si vous le souhaitez : le reçu devra porter le même.
sending-title = Dépôt de votre bulletin
sending-text = Le serveur vérifie votre bulletin chiffré et l’enregistre. Gardez cette page ouverte.
receipt-heading = Votre bulletin est dans l’urne
receipt-lede = Il est chiffré, enregistré, et votre émargement est porté. Il ne peut plus être modifié ni relu.
receipt-title = Reçu de vote
receipt-election = Scrutin
receipt-mark = Émargement
receipt-mark-value = Porté
receipt-signature = Signature du serveur
receipt-signature-value = Vérifiée sur votre appareil
tracker-title = Numéro de suivi
receipt-note = Calculé par votre appareil avant l’envoi. Il permet de retrouver votre bulletin chiffré dans l’urne publique. Ce reçu ne contient ni votre nom, ni votre choix, ni l’heure.
receipt-proof = Détails de la preuve
receipt-event = Événement de l’urne
receipt-signature-bytes = Signature (Ed25519)
receipt-save = Enregistrer le reçu
receipt-print = Imprimer
receipt-find = Le retrouver dans l’urne
next-title = Et maintenant ?
next-more-text = D’autres scrutins vous attendent.
next-more-action = Continuer à voter
next-done-text = Vous avez voté dans tous vos scrutins. Sur un appareil partagé, pensez à vous déconnecter.
interrupted-title = La connexion a été coupée
interrupted-notice = Votre bulletin n’a pas de reçu
interrupted-retry = Renvoyer mon bulletin
interrupted-later = Revenir plus tard
shut-cast-notice = Rien d’autre à faire
shut-notice-title = L’isoloir est fermé
shut-none-title = Aucun scrutin pour vous
shut-none-text = Vous ne figurez sur aucune liste électorale. Si vous pensez devoir voter, signalez-le à l’assistance.
shut-before-title = Le vote n’est pas encore ouvert
shut-before-text = Il ouvre le { $opens } (heure de Paris). D’ici là, vous pouvez lire les candidatures.
shut-not-ready-title = L’urne n’est pas prête
shut-not-ready-text = Le bureau de vote n’a pas encore mis cette urne en service. Rien n’est perdu : revenez un peu plus tard.
shut-grace-title = Le vote vient de clore
shut-grace-text = Le vote a fermé le { $closes } (heure de Paris). Seuls les électeurs connectés avant cette heure peuvent encore terminer.
shut-closed-title = Le vote est clos
shut-closed-text = Il a fermé le { $closes } (heure de Paris).
msg-code-empty = Saisissez les 16 caractères imprimés sur votre notice.
msg-code-short = Le code est incomplet : il en manque { $missing } sur 16. Comparez-le avec votre notice.
msg-code-long = Le code est trop long : il compte 16 caractères, en quatre groupes de quatre.
msg-code-symbol = Le caractère « { $symbol } » du groupe { $group } n’existe dans aucun code. Comparez ce groupe avec votre notice.
msg-code-checksum = Il y a une faute de frappe. Comparez le code, groupe par groupe, avec votre notice. Rien n’a été envoyé.
msg-code-wrong = Ce code n’est pas celui de votre notice. Essais restants : { $left }.
msg-code-locked = Trop d’essais : attendez { $seconds } secondes, puis recommencez. Votre code reste valable.
msg-ticket-failed = Le portail n’a pas répondu. Rien n’a été envoyé ; recommencez dans un instant.
msg-registrar-down = L’autorité des codes ne répond pas. Rien n’est perdu et votre code reste valable ; recommencez dans un instant.
msg-session-ended = Vous avez été déconnecté. Rien n’a été déposé. Connectez-vous, puis saisissez à nouveau votre code.
msg-receipt-invalid = Le reçu renvoyé n’est pas signé par le serveur de vote. Ne le tenez pas pour preuve : signalez-le à l’assistance.
msg-stored = Nous venons de le vérifier : votre bulletin est dans l’urne. Renvoyez-le tel quel pour obtenir son reçu ; il ne comptera qu’une fois.
msg-not-stored = Nous venons de le vérifier : ni bulletin ni émargement. Vous pouvez le renvoyer tel quel, il ne comptera qu’une fois.
msg-unknown = Le serveur ne répond pas : nous ne savons pas encore si votre bulletin est dans l’urne. Renvoyez-le tel quel, il ne comptera qu’une fois.
msg-encrypting = Chiffrement de votre bulletin sur votre appareil…
msg-choice-missing = Choisissez une liste ou le bulletin blanc.
msg-cast-count = Bulletins déposés : { $cast } sur { $total }
msg-ready = Votre bulletin est chiffré. Rien n’est encore envoyé.
msg-unlocking = Vérification de votre code…
msg-device-unsupported = Ce navigateur ne peut pas chiffrer de bulletin. Rien n’a été envoyé ; essayez avec un navigateur plus récent.
msg-unlock-invalid = L’autorité des codes a répondu, mais sa réponse n’est pas valable. Rien n’a été envoyé à l’urne ; signalez-le à l’assistance.
msg-election-mismatch = Le scrutin reçu n’est pas celui que cette page annonce. Rien n’a été envoyé ; signalez-le à l’assistance.
msg-election-unavailable = Le scrutin n’a pas pu être chargé. Rien n’a été envoyé ; vérifiez votre connexion et recommencez.
msg-credential-missing = L’autorité des codes n’a pas ouvert ce scrutin pour vous. Rien n’a été envoyé ; signalez-le à l’assistance.
msg-receipt-unverified-title = Reçu non vérifié

## Urne
box-list-lede = Une urne par scrutin. Chacun peut y chercher un bulletin chiffré ; personne ne peut y lire un vote.
box-list-empty = Aucun scrutin n’est encore publié.
box-open = Ouvrir
box-all = Toutes les urnes
phase-preparation = en préparation
phase-open = vote ouvert
phase-grace = fin de vote
phase-closed = vote clos
phase-tallied = dépouillé
box-title = Urne publique, { $title }
box-lede = Les bulletins, chiffrés, tels que le bureau de vote les dépouillera. Chacun peut les contrôler ; personne ne peut les lire.
box-search-label = Chercher un bulletin
box-search-title = Retrouver mon bulletin
box-search-hint = 43 caractères, sur votre reçu. Majuscules et minuscules comptent.
box-search-action = Chercher
box-search-note = La recherche ne dit rien de vous ni de votre choix. Pendant le vote, elle est seule ouverte : la liste et le nombre des bulletins paraissent à la clôture.
box-search-note-public = La recherche ne dit rien de vous ni de votre choix.
box-found = Bulletin présent
box-found-rank = Bulletin présent, rang { $rank }
box-found-text = Il est dans l’urne, inchangé depuis son dépôt. Son empreinte est ce numéro :
box-absent = Aucun bulletin ne porte ce numéro
box-absent-text = Vérifiez majuscules et minuscules : elles comptent. Si votre reçu est signé et que le numéro reste introuvable, votre reçu fait preuve.
box-absent-link = Signalez-le au bureau de vote
box-not-a-tracker = Ce n’est pas un numéro de suivi
box-not-a-tracker-text = { $n ->
    [one] Un numéro de suivi compte 43 caractères : lettres, chiffres, + et /. Vous en avez saisi { $n }. Rien n’a été cherché.
   *[other] Un numéro de suivi compte 43 caractères : lettres, chiffres, + et /. Vous en avez saisi { $n }. Rien n’a été cherché.
}
box-verify-title = Vérifier toute l’urne
box-verify-text = { $n ->
    [0] L’urne est vide.
    [one] L’urne contient un bulletin. L’archive porte tout ce qu’il faut pour la contrôler.
   *[other] L’urne contient { $n } bulletins. L’archive porte tout ce qu’il faut pour la contrôler.
}
box-download = Télécharger l’urne (.bel)
box-verify-how = Deux outils la contrôlent, le nôtre et un autre que nous n’avons pas écrit :
box-sidecar-text = Pour une grande urne : un fichier compagnon, auquel il ne faut pas se fier et qui ne peut que faire gagner du temps.
box-sidecar = Télécharger le fichier compagnon (.sidecar)
box-verify-independent = L’archive suit le format public du protocole Belenios.
box-verify-link = Mode d’emploi
box-not-public = L’urne entière paraît à la clôture du vote.
box-not-public-why = D’ici là, le nombre des votants n’est montré qu’aux membres du bureau de vote (article R. 211-542 du code général de la fonction publique). Gardez la tête signée ci-dessous : l’urne publiée devra la contenir.
head-title = Tête signée de l’urne
head-text = Chaque bulletin est enchaîné au précédent. Cette empreinte fixe toute l’urne à cet instant, et le serveur l’a signée : retirer ou changer un bulletin se verrait.
head-election = Scrutin
head-event = Dernier événement (SHA-256)
head-signature = Signature (Ed25519)
box-trackers-title = { $n ->
    [0] Aucun bulletin
    [one] Un bulletin
   *[other] { $n } bulletins
}
box-trackers-label = Numéros de suivi, dans l’ordre de l’urne
box-rank = Rang
box-empty = L’urne est vide.
box-next-page = Page suivante

## Résultats
results-list-lede = Participation, voix et sièges, avec le calcul qui y mène.
results-open = Lire
results-all = Tous les résultats
results-pending-title = Résultats à venir
results-pending-notice = Le dépouillement n’est pas terminé
results-pending-text = Le bureau de vote ouvre l’urne en séance publique après la clôture. Cette page montrera les résultats dès leur proclamation.
results-title = Résultats, { $title }
results-votes = Voix
round-settled = { $words } Source : { $source }.
undecided-no-vote = Aucun suffrage n’est exprimé : il n’y a pas de quotient, et aucun siège n’est attribué.
undecided-draw = { $n ->
    [one] Un siège reste à tirer au sort, à égalité parfaite, entre ces listes : { $lists }. Le tirage est fait et consigné par le bureau de vote.
   *[other] { $count } sièges restent à tirer au sort, à égalité parfaite, entre ces listes : { $lists }. Le tirage est fait et consigné par le bureau de vote.
}
undecided-figure = { $n ->
    [one] Un siège attend une information que le départage exige, entre ces listes : { $lists }.
   *[other] { $count } sièges attendent une information que le départage exige, entre ces listes : { $lists }.
}
undecided-open = { $n ->
    [one] Un siège n’est pas départagé entre ces listes : { $lists }.
   *[other] { $count } sièges ne sont pas départagés entre ces listes : { $lists }.
}
results-undecided = Un siège attend une décision
undecided-quorum = Le quorum n’est pas atteint : { $n ->
    [one] { $n } suffrage exprimé
   *[other] { $n } suffrages exprimés
} pour { $needed } nécessaires. Nul n’est élu à ce tour ; un second tour est organisé.
undecided-titular = Les suppléants sont élus par un vote séparé : leurs sièges seront attribués quand les titulaires seront connus.
withheld-title = Trop peu de votants pour publier les voix
withheld-text = Avec si peu de bulletins, les voix de chaque liste diraient comment certains ont voté. Ce site montre la participation, les sièges et les élus ; les voix figurent au procès-verbal, tenu par le bureau de vote.
designation-days = { $n ->
    [one] Chaque organisation a { $n } jour pour désigner ses représentants.
   *[other] Chaque organisation a { $n } jours pour désigner ses représentants.
}
elected-title = Les élus
elected-women = { $n ->
    [one] { $n } femme sur { $total } élus, soit { $percent }.
   *[other] { $n } femmes sur { $total } élus, soit { $percent }.
}
elected-represented = Les femmes sont { $percent } des personnes représentées (au { $day }).
elected-substitutes = Suppléants : { $names }.
draw-title = Le tirage au sort
draw-text = Moyennes, voix et candidats étaient à égalité : le bureau de vote a tiré au sort et consigné le tirage au procès-verbal.
draw-winners = Siège attribué à
draw-date = Date
draw-place = Lieu
draw-present = Personnes présentes
draw-method = Méthode
audience-title = Les voix des candidatures communes
audience-declared = Réparties selon la clé déclarée au dépôt de la candidature.
audience-equal = Réparties à parts égales : aucune clé n’a été déclarée.
audience-votes = { $votes } voix
open-data-title = Les données
open-data-text = Libres de réutilisation. Le fichier JSON contient tout le calcul ; « isoloir-verify --results » le refait à partir de l’urne.
open-data-json = Résultats et calcul (JSON)
open-data-csv = Résultats (CSV, pour un tableur)
open-data-all = Tous les résultats (CSV)
redo-verified = Avant d’être connue, l’archive entière a été vérifiée avec ce résultat : { $n } contrôles réussis, le { $when }. Refaites-les sur votre machine :
redo-withheld = L’urne n’est pas téléchargeable : avec si peu de bulletins, leur total dirait comment certains ont voté. Le bureau de vote en garde l’archive, que le juge peut faire recompter.
stat-turnout = de participation (votants ÷ inscrits)
stat-registered = { $n ->
    [one] inscrit
   *[other] inscrits
}
stat-voters = { $n ->
    [one] votant
   *[other] votants
}
stat-blank = { $n ->
    [one] bulletin blanc
   *[other] bulletins blancs
}
stat-expressed = { $n ->
    [one] suffrage exprimé
   *[other] suffrages exprimés
}
n-seats-title = { $n ->
    [one] Un siège
   *[other] { $count } sièges
}
n-votes = { $n } voix
list-seats = { $n ->
    [one] { $list } : { $n } siège
   *[other] { $list } : { $n } sièges
}
seats-legend = Trait plein : siège obtenu au quotient. Trait tireté : siège obtenu à la plus forte moyenne.
why-title = Pourquoi ces sièges ?
quotient-title = Le quotient électoral
quotient-text = On divise les suffrages exprimés par le nombre de sièges.
quotient-formula = { $expressed } ÷ { $seats } { $sign } { $quotient } voix par siège
at-quotient-title = { $n ->
    [0] Aucun siège au quotient
    [one] Un siège au quotient
   *[other] { $count } sièges au quotient
}
at-quotient-text = Chaque liste reçoit autant de sièges que son nombre de voix contient de fois le quotient.
at-average-title = { $n ->
    [one] Un siège à la plus forte moyenne
   *[other] { $count } sièges à la plus forte moyenne
}
at-average-text = Pour chaque siège restant, on divise les voix de chaque liste par ses sièges déjà obtenus plus un. La plus forte moyenne l’emporte.
law-source = Source : { $source }.
quotient-table = Sièges obtenus au quotient
col-list = Liste
col-votes = Voix
col-over-quotient = Voix ÷ { $quotient }
col-seats = Sièges
col-total = Total
col-division = Voix ÷ (sièges + 1)
col-average = Moyenne
col-award = Attribution
col-seat = Siège
round-caption = Siège n° { $n }
round-label = Moyennes, siège n° { $n }
redo-title = Refaire le calcul vous-même
redo-text = L’urne publiée contient les bulletins chiffrés et la preuve de leur déchiffrement : elle suffit à tout recalculer, sans nous.
redo-box = Urne et preuves

## Aide
help-title = Aide en ligne
help-lede = Quelques minutes suffisent pour voter. Voici le chemin, et quoi faire s’il se bouche.
help-activate-title = Activer mon compte
help-activate-1 = Ouvrez le message reçu sur votre messagerie professionnelle et suivez son lien à usage unique.
help-activate-2 = Choisissez votre mot de passe Élections : 12 caractères au moins, avec minuscule, majuscule, chiffre et caractère spécial.
help-activate-3 = Connectez-vous avec votre adresse professionnelle et ce mot de passe.
help-activate-note = Le lien est perdu ou trop ancien ? L’assistance vous en fait envoyer un autre ; le précédent cesse alors de fonctionner.
help-vote-title = Voter, du code au reçu
help-vote-1 = Connectez-vous, puis choisissez <strong>Je vote</strong>.
help-vote-2 = Saisissez le code de 16 caractères de votre notice de vote. Il reste sur votre appareil.
help-vote-3 = Pour chaque scrutin, choisissez une liste ou le bulletin blanc, puis vérifiez votre choix.
help-vote-4 = Votre appareil chiffre le bulletin et affiche son numéro de suivi. Choisissez <strong>Déposer mon bulletin</strong>.
help-vote-5 = Gardez le reçu : il porte le même numéro de suivi et la signature du serveur.
help-vote-note = Vous pouvez vous arrêter entre deux scrutins et revenir avec votre code.
help-code-title = Je n’ai pas mon code de vote
help-code-1 = Cherchez votre notice : elle a été remise contre signature dans votre service, ou envoyée par la poste.
help-code-2 = Ouverte mais illisible ? L’assistance vous aide à distinguer les caractères sans jamais vous les demander.
help-code-3 = Perdue ou jamais reçue ? <a href="/reassort">Demandez un réassort</a> : un lien à usage unique vous donne un nouveau code, et l’ancien est annulé. L’assistance vous oriente si aucun mode ne convient.
help-code-note = Un nouveau code ne donne pas un second vote : l’ancien cesse de fonctionner, et un bulletin déjà déposé reste seul valable.
help-verify-title = Vérifier le vote soi-même
help-verify-1 = Votre bulletin : cherchez son numéro de suivi dans l’<a href="/urne">urne publique</a>, pendant et après le vote.
help-verify-2 = L’urne : après la clôture, téléchargez l’archive <code>.bel</code> et contrôlez-la avec <code>isoloir-verify FICHIER.bel</code>.
help-verify-3 = Sans nous : la même archive se contrôle avec <code>belenios-tool election verify</code>, un logiciel libre que nous n’avons pas écrit.
help-verify-note = Ces outils refont tout : signatures, preuves, enchaînement de l’urne, déchiffrement, décompte.
help-complaint-title = Formuler une réclamation
help-complaint-1 = Une erreur sur la liste électorale se signale à l’autorité organisatrice, avec votre nom, votre matricule et le scrutin concerné.
help-complaint-2 = Écrivez à l’assistance, qui transmet, ou remettez votre demande par écrit à votre service.
help-contact-text = Elle aide à se connecter, à trouver son code, à comprendre un message.
help-contact-never = Elle ne vous demandera <strong>jamais</strong> votre mot de passe ni votre code de vote, et ne peut pas voter à votre place.
faq-title = Questions fréquentes
faq-blank-q = Comment le vote blanc est-il compté ?
faq-blank-a = À part. Il compte dans la participation, pas dans les suffrages exprimés qui répartissent les sièges. Chiffré, il ressemble à tout autre bulletin.
faq-final-q = Puis-je changer d’avis après le dépôt ?
faq-final-a = Non. La loi veut un vote définitif : un seul bulletin par personne et par scrutin. Jusqu’au dépôt, vous changez librement.
faq-secret-q = Qui peut lire mon bulletin ?
faq-secret-a = Personne, pris isolément. Il est chiffré sur votre appareil ; seule la somme des bulletins est déchiffrée, par le président ou le secrétaire du bureau <strong>et</strong> deux délégués de liste réunis.
faq-lost-q = La connexion s’est coupée : ai-je voté ?
faq-lost-a = La page vous dit la vérité : dans l’urne, pas dans l’urne, ou pas encore su. Renvoyer le même bulletin est sans danger, il ne compte qu’une fois.
faq-closing-q = Que se passe-t-il à l’heure de fermeture ?
faq-closing-a = Si vous étiez connecté avant, vous avez encore 30 minutes pour terminer. Une déconnexion pendant ce temps est définitive.
faq-device-q = Puis-je voter sur mon téléphone ?
faq-device-a = Oui, avec un navigateur récent où JavaScript est permis. Aucune application n’est à installer.

## Publications obligatoires
a11y-title = Accessibilité
a11y-lede = { $organiser } veut que chacun puisse voter seul. Voici où en est ce portail.
a11y-no-audit-text = Aucun audit de conformité au référentiel général d’amélioration de l’accessibilité (RGAA) n’a encore eu lieu : ce portail ne peut donc pas se dire conforme.
a11y-full = Accessibilité : totalement conforme
a11y-partial = Accessibilité : partiellement conforme
a11y-none = Accessibilité : non conforme
a11y-audit-text = Audit RGAA de { $auditor }, le { $date } : { $met } critères respectés sur { $applicable } applicables.
a11y-not-met-title = Ce qui n’est pas conforme
a11y-exempt-title = Dérogations pour charge disproportionnée
a11y-criterion = Critère { $number } : { $note }
a11y-method-title = Comment l’audit a été mené
a11y-sample = Pages vérifiées :
a11y-automatic-title = Contrôles automatiques
a11y-automatic-text = Le { $date }, { $engine } dans { $browser } a vérifié { $rules } règles (WCAG 2.2 AA et bonnes pratiques), dont { $rgaa } rattachées au RGAA, sur { $pages } pages et états, en thème clair sur un écran de 360 pixels et en thème sombre sur un écran de 1 280 pixels. Défauts trouvés : { $violations }.
a11y-automatic-pages = Pages et états contrôlés
a11y-done-title = Ce qui est fait
a11y-done-1 = Toutes les pages se lisent et s’utilisent au clavier, et à partir de 320 pixels de large.
a11y-done-2 = Les états sont dits par un signe et des mots avant de l’être par une couleur.
a11y-done-3 = Chaque champ a une étiquette, une aide et une erreur qui lui sont liées.
a11y-done-4 = Les thèmes clair, sombre et à fort contraste du système sont suivis.
a11y-known-title = Ce que nous savons imparfait
a11y-known-1 = L’isoloir exige JavaScript : le chiffrement sur l’appareil n’est pas possible autrement.
a11y-known-2 = Les contrôles faits jusqu’ici sont surtout automatiques ; ils ne couvrent qu’une partie des critères.
a11y-contact-title = Une difficulté ?
a11y-contact-text = Dites-nous la page, ce que vous vouliez faire et votre équipement : nous vous proposerons une autre voie.
a11y-appeal-title = Voie de recours
a11y-appeal-text = Sans réponse satisfaisante, vous pouvez saisir le <strong>Défenseur des droits</strong> (formulaire en ligne, délégués dans chaque département, ou courrier gratuit : Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07).
privacy-lede = Responsable du traitement : { $organiser }.
privacy-what-title = Ce que le portail traite
privacy-what-text = Votre nom, votre matricule, votre adresse professionnelle et les scrutins où vous êtes inscrit, pris de la liste électorale ; l’empreinte de votre mot de passe ; le fait que vous avez émargé.
privacy-apart-title = Ce qu’il ne peut pas savoir
privacy-apart-text = Votre choix : il est chiffré sur votre appareil. Votre code de vote : il n’est jamais envoyé. La liste d’émargement et l’urne sont deux fichiers séparés, sans lien ; l’urne ne contient ni nom ni heure.
privacy-cookies-title = Cookies
privacy-cookies-text = Deux, strictement nécessaires : l’un maintient votre session, l’autre retient la langue choisie. Aucune mesure d’audience, aucun contenu venu d’un autre site.
privacy-long-title = Durée
privacy-long-text = Les fichiers sont conservés sous scellés pendant deux ans après l’élection, puis détruits, sauf litige.
privacy-rights-title = Vos droits
privacy-rights-text = Accès, rectification, limitation, opposition : écrivez à l’assistance, qui transmet au délégué à la protection des données. Vous pouvez aussi saisir la CNIL.
legal-publisher-title = Éditeur
legal-host-title = Hébergeur
legal-host-none = L’autorité organisatrice ne l’a pas encore indiqué.
legal-software-title = Logiciel
legal-software-text = Isoloir, logiciel libre publié sous licence publique de l’Union européenne (EUPL 1.2).

## Démonstration
demo-banner-label = Démonstration
demo-banner-title = Démonstration.
demo-banner-text = Personnes, listes et scrutins sont inventés ; aucun vote n’a d’effet.
demo-banner-link = Comptes et messages
demo-title = Démonstration
demo-lede = Tout ce qu’il faut pour essayer : des électeurs inventés, leurs messages, et la suite.
demo-notice-title = Ceci n’est pas une élection
demo-notice-text = Cette page n’existe que dans la démonstration. Un vrai portail ne connaît aucun code de vote et ne montre aucun message.
demo-accounts = Comptes d’essai
demo-to-activate = à activer par le lien reçu
demo-in-terminal = affiché dans le terminal
demo-board = Jouer le bureau à vous seul
demo-board-text = Cinq minutes, avant que quiconque vote. Ouvrez une fenêtre privée par membre : la présidence et deux délégations suffisent.
demo-board-1 = Présidence : « Sceau et suivi », puis « Jouer une élection blanche ». Des électeurs fictifs votent dans des urnes à part.
demo-board-2 = Présidence, puis deux délégations : « Dépouillement ». Donnez le fichier de clé ; la phrase reste vide, ces fichiers n’en ont pas.
demo-board-3 = Présidence : « Proposer le scellement ». Chacun compare les douze mots, puis signe.
demo-board-4 = Votez avec un compte d’essai, puis revenez au suivi : « Contrôler maintenant ». L’urne et l’émargement concordent.
demo-board-5 = Présidence : proposez la clôture immédiate d’un scrutin, permise ici seulement. Trois signatures, et l’urne se fige.
demo-board-6 = Dépouillez comme à l’étape 2, puis ouvrez « Documents » : procès-verbaux à faire signer, liste d’émargement.
demo-board-keys = Les fichiers de clé, que chaque membre garde pour lui dans une vraie élection :
demo-board-open = Ouvrir les pages du bureau
demo-commands = Fermer et dépouiller
inbox-title = Boîte de démonstration
inbox-lede = Les messages qu’un vrai portail enverrait. Ici, aucun ne part.
inbox-open = Ouvrir la boîte
inbox-empty = Aucun message pour le moment.
inbox-sms = SMS
inbox-registrar = Messages de l’autorité des codes, qui envoie elle-même les siens
inbox-to = À { $to }, le { $when } (heure de Paris)

## Erreurs
error-what = Ce qui s’est passé
error-safe = Un bulletin déjà déposé reste dans l’urne ; un bulletin sans reçu peut être renvoyé, il ne comptera qu’une fois.
error-number = Erreur { $number }
error-400-title = Demande incomprise
error-400-text = Le portail n’a pas compris cette demande. Revenez en arrière et recommencez.
error-403-title = Page réservée
error-403-text = Vous n’avez pas accès à cette page, ou la demande venait d’un autre site.
error-404-title = Page introuvable
error-404-text = Aucune page ne répond à cette adresse. Elle a pu être mal recopiée.
error-405-title = Page introuvable
error-405-text = Cette adresse ne s’ouvre pas de cette façon. Repartez de l’accueil.
error-409-title = Ce n’est pas possible maintenant
error-409-text = L’état du vote ne permet pas cette action.
error-413-title = Envoi trop volumineux
error-413-text = Le portail a refusé cet envoi parce qu’il est trop volumineux. Rien n’a été enregistré.
error-429-title = Trop de demandes
error-429-text = Attendez un instant avant de recommencer.
error-500-title = Erreur du portail
error-500-text = Le portail n’a pas pu répondre. L’incident est consigné ; ce n’est pas de votre fait.
error-503-title = Service momentanément indisponible
error-503-text = Le portail ne peut pas répondre à cet instant. Réessayez dans une minute.
