# captcha
captcha-image = Image de cinq chiffres à recopier. La version sonore dit les mêmes.
captcha-sound = Écouter les chiffres
captcha-new = Changer de chiffres
captcha-label = Les cinq chiffres de l’image ou du son
captcha-hint = Cette étape arrête les programmes automatiques.
captcha-human = Ni l’image ni le son ne vous conviennent ? La <a href="/aide#assistance">cellule d’assistance</a> vous donne un code de huit chiffres à saisir ici.
captcha-empty = Il manque les cinq chiffres de l’image ou du son.
captcha-wrong = Ces chiffres ne sont pas ceux de l’image, ou elle datait de plus de dix minutes. En voici une autre.
captcha-needed-title = Une vérification de plus
captcha-needed-text = Après plusieurs essais, recopiez cinq chiffres avant de continuer. Votre compte n’est pas bloqué.
limit-wait = Beaucoup de demandes arrivent de votre réseau en ce moment. Réessayez dans { $seconds } s. Rien de ce qui est déjà enregistré n’est perdu, et la cellule d’assistance peut vous aider par un autre chemin.
captcha-refused-title = Les chiffres ne correspondent pas
