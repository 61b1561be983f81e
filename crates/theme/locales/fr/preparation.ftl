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
preparation-voters = { $voters ->
    [one] { $voters } personne en tout, dont { $without } sans messagerie.
   *[other] { $voters } personnes en tout, dont { $without } sans messagerie.
  }
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

# What the deployment was measured to hold
capacity-title = Capacité mesurée
capacity-missing = La capacité n’a pas été mesurée
capacity-missing-text = Exploitant : faites une montée en charge (isoloir load), puis enregistrez-en le rapport (isoloir capacity record).
capacity-build = La mesure est celle d’un autre programme
capacity-build-text = Exploitant : le programme a changé depuis. Refaites la montée en charge avec celui qui est en service.
capacity-machine = La mesure est celle d’une autre machine
capacity-machine-text = Exploitant : processeur, nombre de cœurs ou moteur de base de données ont changé. Refaites la montée en charge.
capacity-insufficient = La capacité mesurée ne couvre pas la pointe attendue
capacity-insufficient-text = Exploitant : mesurez plus haut, ou ajoutez des moyens. Au-delà, les électeurs attendent leur tour dans la salle d’attente.
capacity-good = La capacité mesurée couvre la pointe attendue
capacity-good-text = Ce programme, sur cette machine, a tenu davantage que ce qui est attendu.
capacity-expected = Pointe attendue
capacity-peak = { $peak ->
    [one] { $peak } bulletin par minute
   *[other] { $peak } bulletins par minute
  }, pour { $ballots ->
    [one] { $ballots } bulletin possible
   *[other] { $ballots } bulletins possibles
  } en { $hours } heures de vote
capacity-held = Tenu à la mesure
capacity-per-minute = { $n } bulletins par minute, chaque reçu vérifié
capacity-margin = soit { $percent } de la pointe attendue
capacity-margin-times = soit { $n } fois la pointe attendue
capacity-sign-ins = Connexions
capacity-sign-ins-are = { $n } par minute ; { $waited } personnes passées par la salle d’attente, { $overtaken } dépassées
capacity-cast = Dépôt d’un bulletin
capacity-latency = médiane { $p50 } ms, 95 % en moins de { $p95 } ms, 99 % en moins de { $p99 } ms
capacity-when = Mesuré le
capacity-where = Machine
capacity-machine-is = { $nodes } nœud(s), { $cores } cœurs ({ $processor }), { $memory } Gio, { $database }
capacity-program = Programme
capacity-note = Un avertissement, jamais un obstacle. La pointe est celle des élections de l’Éducation de 2022 (2 500 bulletins par minute en temps ordinaire, dix fois plus lors des ruées), rapportée à vos listes et à vos heures de vote.
