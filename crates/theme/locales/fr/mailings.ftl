console-tab-mailings = Envois
mailing-title = Envois aux électeurs
mailing-lede = Un envoi s’écrit, se relit tel que les électeurs le recevront, s’essaie sur soi, puis se lance. Il part à la cadence choisie et peut être suspendu.
mailing-new = Écrire un envoi
mailing-kind-activation = Activation des comptes
mailing-kind-reminder = Rappel de voter
mailing-kind-opening = Ouverture du vote
mailing-kind-closing = Clôture du vote
mailing-to-not-activated = Aux personnes inscrites qui n’ont pas encore activé leur compte. Chacune reçoit son propre lien ; un lien reçu avant ne sert plus.
mailing-to-all = À toutes les personnes inscrites sur les listes choisies, qu’elles aient voté ou non.
mailing-written = Envois écrits
mailing-none = Aucun envoi n’est encore écrit.
mailing-what = Envoi
mailing-status = État
mailing-status-draft = En préparation
mailing-status-started = Lancé
mailing-status-paused = Suspendu
mailing-status-stopped = Arrêté
mailing-status-done = Terminé
mailing-starts = À partir du
mailing-created = Écrit
mailing-started = Lancé par
mailing-ended = Fini
mailing-queued = Messages préparés
mailing-waiting = En attente de départ
mailing-sent = Remis au relais
mailing-failed = Refusés
mailing-expired = Retirés ou périmés
mailing-rolls = Listes électorales
mailing-slots = Champs
mailing-slots-text = Un champ s’écrit entre accolades et prend sa valeur au départ. Il n’y en a pas d’autres que ceux-ci. Le nom de la personne est dans la salutation.
mailing-slot-consultation = le titre de la consultation
mailing-slot-organiser = l’organisateur
mailing-slot-opening = le jour et l’heure de l’ouverture du vote
mailing-slot-closing = le jour et l’heure de la clôture du vote
mailing-slot-portal = l’adresse du portail, seule dans son paragraphe
mailing-slot-link = le lien d’activation de chaque personne, seul dans son paragraphe
mailing-french = En français
mailing-english = En anglais
mailing-subject = Objet
mailing-body = Texte
mailing-body-hint = Des paragraphes séparés par une ligne vide. La salutation, l’avertissement sur les codes et la signature s’ajoutent d’eux-mêmes.
mailing-pace = Messages par minute, au plus
mailing-pace-hint = De 1 à { $most }, partagés entre tous les serveurs.
mailing-keep = Enregistrer sans envoyer
mailing-state = Où en est l’envoi
mailing-reached = Personnes concernées à présent
mailing-without = Sans messagerie, à prévenir autrement
mailing-figures = Messages
mailing-figures-at = Chiffres du { $when }.
mailing-refresh = Actualiser les chiffres
mailing-decision = Décision
mailing-go-start = Lancer…
mailing-correct = Corriger
mailing-try = M’envoyer un essai
mailing-pause = Suspendre
mailing-resume = Reprendre
mailing-stop = Arrêter définitivement
mailing-drop = Abandonner ce brouillon
mailing-stop-text = Suspendu, l’envoi reprend là où il en est. Arrêté, ce qui n’est pas parti ne part plus.
mailing-preview = Aperçu
mailing-preview-text = Tel que le reçoit la première personne concernée. Le lien d’activation de l’aperçu n’ouvre rien.
mailing-preview-both = Aux personnes qui n’ont pas choisi de langue
mailing-confirm-title = Lancer cet envoi
mailing-confirm-many = { $n ->
    [one] Une personne recevra ce message.
   *[other] { $n } personnes recevront ce message.
 }
mailing-confirm-without = { $n ->
    [one] Une personne de ces listes n’a pas de messagerie et ne recevra rien.
   *[other] { $n } personnes de ces listes n’ont pas de messagerie et ne recevront rien.
 }
mailing-confirm-lasts = À cette cadence, l’envoi dure environ { $minutes } min.
mailing-when = Partir à partir du
mailing-when-hint = À l’heure de Paris. Laissez vide pour partir tout de suite.
mailing-start = { $n ->
    [one] Envoyer à une personne
   *[other] Envoyer à { $n } personnes
 }
mailing-not-now = Pas maintenant
mailing-done-planned = L’envoi est enregistré. Rien n’est parti.
mailing-done-corrected = L’envoi est corrigé. Rien n’est parti.
mailing-done-tried = L’essai part vers votre messagerie
mailing-done-started = L’envoi est lancé
mailing-done-paused = L’envoi est suspendu
mailing-done-resumed = L’envoi reprend
mailing-done-stopped = L’envoi est arrêté
