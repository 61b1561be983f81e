console-tab-preparation = Préparation
console-done-gate = La décision est enregistrée et inscrite au journal
preparation-title = Préparation
preparation-lede = Ce qui est prêt, ce qui manque et qui doit agir. Aucun scrutin n’est ouvert tant qu’un contrôle n’est pas levé.
preparation-standing = { $n ->
    [one] Un contrôle arrête la préparation
   *[other] { $n } contrôles arrêtent la préparation
 }
preparation-standing-text = Corrigez la liste à sa source et importez-la de nouveau, ou levez le contrôle par une décision motivée.
preparation-clear = Aucun contrôle n’arrête la préparation
preparation-clear-text = Les listes sont ce que l’organisateur a annoncé, ou ce qu’il a accepté par une décision motivée.
preparation-rolls = Listes électorales
preparation-election = Scrutin
preparation-registered = Inscrits
preparation-expected = Attendus
preparation-without = Sans messagerie
preparation-voters = { $voters } personnes en tout, dont { $without } sans messagerie.
preparation-gates = Contrôles
preparation-passed-by = Levé par
preparation-reason = Raison
preparation-when = Le
preparation-reason-hint = Elle entre au journal et au procès-verbal, avec votre nom.
preparation-pass = Lever ce contrôle
preparation-never = Ce contrôle ne se lève pas : la liste est à corriger.
preparation-elections = Où en est chaque scrutin
preparation-lists = Listes de candidats
preparation-list = Liste
preparation-candidates = Candidats
preparation-filed = Déposée le
preparation-to-do = À faire
preparation-sealed = Prêt : listes fixées, urne préparée
preparation-calendar = Calendrier électoral
preparation-calendar-note = Délais comptés en jours de Paris. Un délai qui tombe un jour chômé n’est pas reporté.
preparation-date = Date
preparation-what = Échéance
preparation-state = État
preparation-planned = Prévu : { $when }
preparation-too-late = Prévu trop tard
preparation-past = Passé
preparation-today = Aujourd’hui
preparation-soon = { $n ->
    [one] Demain
   *[other] Dans { $n } jours
 }
preparation-later = Dans { $n } jours
preparation-facts = État du scrutin
preparation-seats = Sièges
preparation-logos = Logos
preparation-manifestos = Professions de foi
preparation-board = Bureau de vote
preparation-no-board = Aucun dans le dossier
preparation-keys = Clés
preparation-made = Fabriquées
preparation-not-made = Pas encore fabriquées
preparation-no-list = Aucune liste de candidats.
