# content

home-rolls-text = Vérifiez votre inscription dans chacun de vos scrutins.
search-action = Chercher
foreword-title = Le mot de l’autorité organisatrice
faq-lede = Ce que les électeurs demandent le plus souvent.
faq-search = Chercher dans les questions
faq-found = { $n ->
    [0] Aucune réponse trouvée.
    [one] { $n } réponse trouvée.
   *[other] { $n } réponses trouvées.
}
faq-all = Toutes les questions
faq-none-title = Rien ne correspond à ces mots
faq-none-text = Essayez un mot plus court, ou <a href="/assistance">posez votre question à l’assistance</a>.
faq-link = Lien vers cette réponse
rolls-title = Listes électorales
rolls-lede = Vous consultez les listes des scrutins où vous êtes inscrit, et aucune autre. Une ligne porte un nom et un prénom, rien de plus.
n-registered = { $n ->
    [one] { $n } personne inscrite
   *[other] { $n } personnes inscrites
}
roll-you-are-on = Vous êtes inscrit(e)
roll-open = Consulter la liste
roll-before = Publication à partir du { $when } (heure de Paris).
roll-after = Publication terminée le { $when } (heure de Paris).
roll-title = Liste électorale
roll-wrong-text = Une personne manque, est de trop, ou une donnée est fausse : signalez-le pendant le délai.
roll-search = Chercher un nom
roll-search-hint = Les premières lettres du nom suffisent ; accents et majuscules ne comptent pas.
roll-none-title = Personne à ce nom
roll-none-text = Aucun nom de cette liste ne commence ainsi. Vérifiez l’orthographe, ou cherchez avec moins de lettres.
roll-from-start = Revenir au début de la liste
roll-pages = Pages de la liste
roll-next = Cinquante noms suivants
roll-last-name = Nom
roll-first-name = Prénom
candidates-title = Candidatures
candidates-lede = Les listes de chaque scrutin, dans l’ordre du tirage au sort, avec leurs professions de foi.
candidates-open = Candidatures
candidates-none-title = Aucune liste publiée
candidates-none-text = Les candidatures paraîtront ici dès leur publication.
candidates-hidden-title = Candidatures réservées aux électeurs
candidates-hidden-text = Connectez-vous pour lire les listes de vos scrutins, ou revenez à la date de publication.
draw-on = Listes dans l’ordre du tirage au sort du { $when }, toutes dans un cadre de même taille.
draw-plain = Listes dans l’ordre du tirage au sort, toutes dans un cadre de même taille.
manifesto = Profession de foi (PDF)
manifesto-size = { $pages ->
    [one] { $pages } page, { $size } ko
   *[other] { $pages } pages, { $size } ko
}
manifesto-kiosk = Sur une borne, rien ne se télécharge : les professions de foi se lisent sur les panneaux d’affichage du local, ou depuis votre propre appareil.
manifesto-none = Profession de foi non fournie
list-candidates = Candidates et candidats
file-size = { $size } ko
closing-grace = Les électeurs connectés avant la fermeture peuvent terminer jusqu’à { $freezes } (heure de Paris).
personal-held-title = Ce qui est tenu
personal-no-email = Aucune : vous recevez vos messages sur papier.
personal-correct = Faire corriger une donnée
personal-origin-title = D’où cela vient
personal-source = Origine : { $source }.
personal-dated = Fichier extrait le { $when }.
personal-imported = { $title } : liste enregistrée sur ce portail le { $when } (heure de Paris)
personal-use-title = À quoi cela sert, qui le voit, combien de temps
personal-col-what = Donnée
personal-col-use = Sert à
personal-col-who = Qui la voit
personal-col-time = Durée
personal-row-identity = Nom, prénom, matricule, scrutins
personal-row-identity-use = établir la liste électorale et vous reconnaître
personal-row-identity-who = l’organisateur et l’assistance ; nom et prénom seuls pour les électeurs du même scrutin
personal-row-contact = Adresse électronique
personal-row-contact-use = vous envoyer le lien d’activation et les avis du vote
personal-row-contact-who = l’organisateur et l’assistance
personal-row-mark = Émargement
personal-row-mark-use = garantir un seul bulletin par personne et par scrutin
personal-row-mark-who = le bureau de vote
personal-row-password = Empreinte du mot de passe, sessions
personal-row-password-use = protéger votre compte
personal-row-password-who = personne
personal-row-two-years = deux ans sous scellés après l’élection, sauf litige
personal-row-end = jusqu’à la fin de la consultation
personal-rights-text = Vous pouvez demander l’accès à vos données, leur rectification, la limitation de leur usage, ou vous y opposer. Une réclamation à la CNIL est possible à tout moment.
personal-dpo = Délégué à la protection des données :
