console-tab-preparation = Préparation
console-done-gate = La décision est enregistrée et inscrite au journal
preparation-title = Préparation
preparation-lede = Les listes électorales, comparées à ce qu’elles devraient être. Aucun scrutin n’est ouvert tant qu’un contrôle n’est pas levé.
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
