app-name = UC Connector
app-skip = Aller au contenu principal
app-starting = Connexion au serveur…

signIn-title = Connexion
signIn-lead = Votre centre de contact vous demandera ici votre accord avant de vous envoyer un appel.
signIn-user = Nom d’utilisateur
signIn-password = Mot de passe
signIn-show = Afficher le mot de passe
signIn-submit = Se connecter
signIn-busy = Connexion en cours…
signIn-refused = Nom d’utilisateur ou mot de passe incorrect. Vérifiez les deux et réessayez.
signIn-tooMany =
    { $seconds ->
        [one] Trop de tentatives. Réessayez dans { $seconds } seconde.
       *[other] Trop de tentatives. Réessayez dans { $seconds } secondes.
    }
signIn-later = Trop de tentatives. Réessayez dans une demi-minute.
signIn-unreachable = Le serveur ne répond pas. Vérifiez votre réseau et réessayez.
signIn-detail = Le serveur refuse de vous connecter : { $detail }
signIn-missing = Saisissez votre nom d’utilisateur et votre mot de passe.
signOut = Se déconnecter
signOut-failed = Vous êtes toujours connecté : le serveur n’a pas répondu. Réessayez.

signedOut-asked = Vous vous êtes déconnecté.
signedOut-expired = Vous êtes resté connecté aussi longtemps que ce site l’autorise. Reconnectez-vous.
signedOut-tooMany = Vous vous êtes connecté sur plus d’appareils que permis : celui-ci a été déconnecté.
signedOut-account = Votre compte a changé. Reconnectez-vous ou demandez à votre administrateur.
signedOut-gone = Vous avez été déconnecté : votre session a pris fin. Reconnectez-vous.

state-label = Votre état
state-unknown = Inconnu
state-pending = Demandé : { $state }
state-menu = Changer d’état
state-none = Votre état suit votre client UC.
menu-logIn = Ouvrir la session d’agent
menu-logOut = Fermer la session d’agent

tab-list = Votre bureau
tab-channels = Canaux
tab-past = Passés
tab-settings = Alertes
channels-empty = Aucun canal ne vous est attribué. Demandez à votre administrateur.
channels-dn = Numéro
channels-switch = Commutateur
channels-state = État
channels-marked = La configuration ne vous attribue plus ce numéro

work-title = Aperçus et appels
work-empty = Rien ne vous attend.
work-emptyHint = Avant que le centre de contact vous envoie un appel, un aperçu s’ouvre ici.
work-loggedOut = Votre session d’agent est fermée : aucun appel ne vous parvient.
work-loggedOutChoose = Choisissez un état dans le menu ci-dessus pour devenir disponible.
work-loggedOutPlatform = Rendez-vous disponible dans votre client UC : votre état ici le suit.
work-chooseState = Choisir un état

previews-title = Aperçus d’appels
preview-title = Aperçu d’appel
preview-from = Appel de { $caller }
preview-broadcast = Plusieurs collègues sont sollicités ; le premier qui accepte reçoit l’appel.
preview-dn = à votre numéro { $dn }
preview-accept = Accepter
preview-decline = Refuser
preview-accepting = Acceptation…
preview-declining = Refus…
preview-acceptUnheard = Non confirmé : votre acceptation sera renvoyée dès que la connexion sera rétablie.
preview-declineUnheard = Non confirmé : votre refus sera renvoyé dès que la connexion sera rétablie.
preview-silence = Couper le son
preview-notes = Notes de l’agent
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Encore { $seconds } seconde pour répondre
       *[other] Encore { $seconds } secondes pour répondre
    }
preview-limit =
    { $seconds ->
        [one] Vous avez { $seconds } seconde pour répondre.
       *[other] Vous avez { $seconds } secondes pour répondre.
    }
preview-data = Données métier
caller-unknown = appelant inconnu

end-unknown = L’aperçu pour { $caller } s’est terminé pendant la perte de connexion.
end-accepted = Accepté : { $caller } va vous être transmis.
end-rejected = Refusé : { $caller }.
end-takenByAnother = Un collègue a pris l’appel de { $caller }.
end-timedOut = Le temps est écoulé : l’aperçu pour { $caller } est fermé.
end-cancelled = Le centre de contact a retiré l’aperçu pour { $caller }.
end-callerGone = { $caller } a raccroché.
notify-over = Trop tard : cet aperçu est terminé.
notify-away = Sans réponse : aucune de vos pages n’est connectée. Ouvrez la page.
past-empty = Aucun aperçu ne s’est terminé aujourd’hui.
past-missed = Manqués : { $count }
past-accepted = Accepté
past-rejected = Refusé
past-takenByAnother = Pris par un collègue
past-timedOut = Manqué
past-cancelled = Retiré
past-callerGone = L’appelant a raccroché
past-unknown = Fin inconnue

said-preview =
    { $seconds ->
        [one] Appel de { $caller }. Vous avez { $seconds } seconde pour répondre.
       *[other] Appel de { $caller }. Vous avez { $seconds } secondes pour répondre.
    }
said-ringing = L’appel de { $caller } sonne.
said-dialing = Numérotation vers { $caller }.
said-established = En communication avec { $caller }.
said-held = L’appel avec { $caller } est en attente.
said-retrieved = L’appel avec { $caller } est repris.
said-ended = L’appel avec { $caller } est terminé.
said-transferred = L’appel avec { $caller } est transféré.
said-state = Votre état : { $state }
said-data = Données métier de l’appel avec { $caller } modifiées : { $what }

call-title = Appel avec { $caller }
call-ringing = Sonnerie
call-dialing = Numérotation
call-established = En communication
call-held = En attente
call-duration = Durée de cet état
call-actions = Actions de l’appel
call-data = Données métier
data-others = Autres données
data-edit = Modifier { $label }
data-add = Ajouter { $label }
data-save = Enregistrer
data-remove = Supprimer
data-waiting = En attente de confirmation du centre de contact…
data-meanwhile = Modifié entre-temps. La valeur est maintenant : { $value }
data-gone = Supprimé entre-temps. Enregistrez pour l’ajouter de nouveau.
data-leftOut = Entrées non affichées : { $number }
data-cut = Caractères non affichés : { $number }
button-answer = Répondre
button-release = Raccrocher
button-hold = Mettre en attente
button-retrieve = Reprendre
button-transfer = Transférer
transfer-to = Transférer au numéro
transfer-go = Transférer maintenant
call-networkReached = Appel en cours
call-busy = Occupé
call-consult = Consultation de { $caller }
call-parties = Participants à l’appel :
call-muted = Votre micro est coupé
call-more = Plus d’actions
call-less = Moins d’actions
call-unsupported = Votre système téléphonique ne propose pas cela
on-call = En communication
said-busy = { $caller } est occupé.
said-unmuted = On vous entend de nouveau.
button-completeTransfer = Terminer le transfert
button-completeConference = Réunir tout le monde
button-alternate = Basculer
button-reconnect = Revenir à l’appelant
button-mute = Couper le micro
button-unmute = Rétablir le micro
button-digits = Clavier
button-conference = Ajouter quelqu’un
button-redirect = Envoyer ailleurs
button-releaseConsult = Terminer la consultation
button-releaseCaller = Raccrocher avec { $caller }
number-missing = Saisissez d’abord le numéro.
number-askFirst = Consulter d’abord
target-list = Résultats de la recherche
target-hint = Numéro, ou début d’un nom, d’un groupe ou d’un service
target-worker = Collègue
target-agent = Agent
target-queue = File d’attente
target-routePoint = Point de routage
target-agentGroup = Groupe d’agents
target-external = Externe
target-unknown = inconnu
target-none = Aucun résultat.
target-count = Trouvés : { $number }.
target-more = Il y en a d’autres : tapez plus de lettres.
target-choose = Choisissez quelqu’un dans la liste ou saisissez un numéro.
target-favourite = Favori
note-label = Note qui accompagne l’appel
conference-to = Numéro à ajouter
conference-go = Ajouter maintenant
redirect-to = Envoyer l’appel au numéro
redirect-go = Envoyer maintenant
digits-sent = Chiffres envoyés
dial-open = Nouvel appel
dial-number = Numéro à appeler
dial-from = Depuis votre numéro
dial-go = Appeler
ended-transferred = Transféré : { $caller }
ended-conferenced = En conférence : { $caller }
ended-redirected = Envoyé ailleurs : { $caller }
ended-busy = Occupé : { $caller }
ended-noAnswer = Pas de réponse : { $caller }
ended-abandoned = { $caller } a raccroché avant votre réponse.
ended-unreachable = { $caller } est injoignable.
ended-failed = L’appel avec { $caller } a échoué.
help = Aide
help-on = Aide : { $part }
help-newTab = s’ouvre dans un nouvel onglet
data-more =
    { $count ->
        [one] Afficher { $count } ligne de plus
       *[other] Afficher { $count } lignes de plus
    }
more = Afficher plus
less = Afficher moins
cancel = Annuler
close = Fermer
dismiss = Fermer ce message

link-lost = La connexion au serveur est perdue. Reconnexion…
link-lostHint = D’ici là, votre état est inconnu ici. Vos appels continuent.
link-outdated = Cette page est plus ancienne que le serveur. Rechargez-la pour continuer.
link-pageless = Ce compte n’appartient à aucun collaborateur et n’a donc pas de page. Déconnectez-vous, puis connectez-vous avec un autre compte.
link-reload = Recharger
problem-title = Cela n’a pas fonctionné

alert-bar = Comment cette page vous prévient
alert-soundTitle = Son
alert-blocked = Votre navigateur bloque le son jusqu’à ce que vous cliquiez sur cette page ou appuyiez sur une touche.
alert-test = Tester le son
alert-soundOn = Le son est prêt
alert-sound = Aperçu d’un appel
alert-soundChatPreview = Aperçu d’une discussion
alert-soundCall = Appel qui sonne
alert-soundChat = Nouvelle discussion ou nouveau message
alert-soundUsual = Son habituel
alert-soundNumber = Son { $number }
alert-soundNone = Aucun son
alert-volume = Volume
alert-volumeNone = Le volume est à 0 % : vous n’entendez rien.
alert-output = Appareil de sortie
alert-outputDefault = Appareil par défaut
alert-outputAbsent = Non connecté
alert-outputAsk = Choisir un appareil
alert-outputLost = L’appareil choisi n’est plus là : le son passe par l’appareil par défaut.
alert-notifications = Notifications
alert-notificationsAsk = Activer les notifications
alert-notificationsOn = Les notifications sont activées : un aperçu s’affiche même si cette page n’est pas au premier plan.
alert-notificationsOff = Votre navigateur refuse les notifications de cette page. Vous pouvez les autoriser dans les paramètres du site.
alert-notificationsNone = Ce navigateur n’affiche pas de notifications ici. Le titre de la page clignote à la place.
alert-later = Pas maintenant
onTop-hint = Une petite fenêtre montre les aperçus au-dessus de vos autres fenêtres.
onTop-open = Garder les aperçus au premier plan
onTop-close = Fermer la petite fenêtre
alert-keys = Utiliser les raccourcis clavier
alert-language = Langue
alert-languageOwn = Choix de l’administrateur
alert-forgetful = Ce navigateur ne retient pas vos choix : ils valent jusqu’à la fermeture de cette page.
alert-flashCall = Appel de { $caller }

keys-title = Raccourcis clavier
keys-open = Raccourcis clavier
keys-accept = Accepter l’aperçu sélectionné
keys-decline = Refuser l’aperçu sélectionné
keys-preview = Aller à l’aperçu le plus ancien
keys-state = Ouvrir le menu d’état
keys-sheet = Afficher cette liste
keys-silence = Couper le son
keys-change = Modifier
keys-press = Appuyez sur les nouvelles touches, ou sur Échap pour garder les anciennes.
keys-changed = Nouvelles touches : { $keys }
keys-unfit = Utilisez Alt avec une lettre, Ctrl+Alt ou Alt+Maj avec une lettre ou un chiffre, ou bien F2, F4, F8 ou F9.
keys-browser = Le navigateur se réserve { $keys }. Utilisez d’autres touches.
keys-taken = { $keys } est déjà pris : { $action }
keys-site = Revenir aux touches du site

chat-list = Discussions
chat-with = Discussion avec
chat-unread = Messages non lus : { $number }
chat-actions = Ce qui est possible dans cette discussion
chat-transcript = Échanges
chat-you = Vous
chat-joined = { $party } participe
chat-left = { $party } est parti
chat-typing = { $party } écrit…
chat-write = Votre message
chat-send = Envoyer
chat-hint = Entrée envoie, Maj+Entrée commence une nouvelle ligne.
chat-tooLong = Ce message est trop long. Envoyez-le en plusieurs parties.
chat-waiting = Envoi en cours…
chat-refused = Non envoyé.
chat-again = Renvoyer
chat-drop = Abandonner
chat-delivered = Remis
chat-read = Lu
chat-leave = Quitter la discussion
chat-leaving = Fermeture en cours…
chat-done = Fermer la discussion
chat-save = Enregistrer en texte
chat-overLeft = Vous avez quitté cette discussion.
chat-overClosed = Cette discussion est terminée.
chat-overLost = Le centre de contact ne connaît plus cette discussion.
chat-overDn = Ce numéro n’est plus le vôtre : la discussion est terminée.
chat-stays = Vous pouvez la lire et l’enregistrer ici jusqu’à { $time }.
chat-dropped = Messages plus anciens qui ne sont plus ici : { $number }
chat-missing = Messages perdus : { $number }
chat-earlier = Afficher les messages plus anciens : { $number }
chat-escalate = Demander à parler au client
chat-asked = Vous avez demandé à parler au client.
chat-accepted = L’appel vous est transmis.
chat-notAccepted = Vous ne pouvez pas parler au client maintenant.
chat-call = Appel de cette discussion :
said-chat = Discussion avec { $party }
said-chatLine = { $party } écrit : { $text }
alert-flashChat = Message de { $caller }
preview-redirect = vers le numéro externe { $number }
outside-title = Appels acceptés
outside-on = Les appels que vous acceptez vont au numéro externe { $number }.
outside-off = Les appels que vous acceptez arrivent à votre propre numéro.
outside-locked = Votre administrateur a fixé la destination de vos appels.
outside-number = Numéro externe
outside-go = Y envoyer les appels
outside-stop = Revenir à mon numéro
refused-numberEmpty = Saisissez un numéro.
refused-numberNone = Ce n’est pas un numéro de téléphone. Utilisez des chiffres, avec + avant l’indicatif du pays.
refused-numberShort = Ce numéro est trop court.
refused-numberLong = Ce numéro est trop long.
refused-numberOutside = Les appels ne peuvent pas être envoyés à ce numéro ici. Demandez à votre administrateur quels numéros sont autorisés.
refused-numberForbidden = Les appels ne peuvent pas être envoyés aux numéros qui commencent ainsi.
refused-redirectNone = Ici, les appels ne peuvent pas être envoyés à des numéros externes.
refused-previewRedirected = La destination de l’appel a changé. Regardez l’aperçu et acceptez-le de nouveau.

missed-title = Vous avez manqué plusieurs aperçus de suite : vous ne recevez plus d’appels pour l’instant.
missed-back = Je suis de retour

check-title = Cette page peut-elle vous joindre ?
check-hint = Vérifiez une fois que cette page peut vous joindre.
check-open = Vérifier
check-connection = Connexion
check-connected = Connecté au serveur.
check-heard = Avez-vous entendu le son ?
check-yes = Oui
check-no = Non
check-silent = Augmentez le volume ici et sur votre ordinateur, ou choisissez un autre appareil dans les alertes.
check-done = Tout fonctionne : cette page peut vous joindre.
