app-name = UC Connector
app-skip = Zum Hauptteil springen
app-starting = Verbindung zum Server wird aufgebaut …

signIn-title = Anmelden
signIn-lead = Ihr Contact Center fragt Sie hier, bevor es Ihnen einen Anruf zustellt.
signIn-user = Benutzername
signIn-password = Kennwort
signIn-show = Kennwort anzeigen
signIn-submit = Anmelden
signIn-busy = Anmeldung läuft …
signIn-refused = Benutzername oder Kennwort ist falsch. Prüfen Sie beides und versuchen Sie es erneut.
signIn-tooMany =
    { $seconds ->
        [one] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunde erneut.
       *[other] Zu viele Versuche. Versuchen Sie es in { $seconds } Sekunden erneut.
    }
signIn-later = Zu viele Versuche. Versuchen Sie es in einer halben Minute erneut.
signIn-unreachable = Der Server antwortet nicht. Prüfen Sie Ihr Netz und versuchen Sie es erneut.
signIn-detail = Der Server lehnt die Anmeldung ab: { $detail }
signIn-missing = Geben Sie Benutzernamen und Kennwort ein.
signOut = Abmelden
signOut-failed = Sie sind noch angemeldet: Der Server hat nicht geantwortet. Versuchen Sie es erneut.

signedOut-asked = Sie haben sich abgemeldet.
signedOut-expired = Sie waren so lange angemeldet, wie es hier erlaubt ist. Melden Sie sich neu an.
signedOut-tooMany = Sie haben sich an mehr Geräten angemeldet als erlaubt; dieses wurde abgemeldet.
signedOut-account = Ihr Konto hat sich geändert. Melden Sie sich neu an oder fragen Sie Ihre Verwaltung.
signedOut-gone = Sie wurden abgemeldet: Ihre Sitzung ist beendet. Melden Sie sich neu an.

state-label = Ihr Status
state-unknown = Unbekannt
state-pending = Angefordert: { $state }
state-menu = Status ändern
state-none = Ihr Status folgt Ihrem UC-Client.
menu-logIn = Als Agent einloggen
menu-logOut = Als Agent ausloggen

tab-list = Ihr Arbeitsplatz
tab-channels = Kanäle
tab-past = Bisher
tab-settings = Hinweise
channels-empty = Ihnen ist kein Kanal zugeordnet. Wenden Sie sich an Ihre Administration.
channels-dn = Nummer
channels-switch = Anlage
channels-state = Status
channels-marked = Diese Nummer ist Ihnen in der Konfiguration nicht mehr zugeordnet

work-title = Vorschauen und Anrufe
work-empty = Es wartet nichts auf Sie.
work-emptyHint = Bevor das Contact Center Ihnen einen Anruf zustellt, öffnet sich hier eine Vorschau.
work-loggedOut = Sie sind ausgeloggt: Kein Anruf erreicht Sie.
work-loggedOutChoose = Wählen Sie oben im Menü einen Status, um verfügbar zu werden.
work-loggedOutPlatform = Seien Sie in Ihrem UC-Client verfügbar: Ihr Status hier folgt ihm.
work-chooseState = Status wählen

previews-title = Anrufvorschauen
preview-title = Anrufvorschau
preview-from = Anruf von { $caller }
preview-broadcast = Mehrere werden gefragt; wer zuerst annimmt, erhält den Anruf.
preview-dn = an Ihre Nummer { $dn }
preview-accept = Annehmen
preview-decline = Ablehnen
preview-accepting = Wird angenommen …
preview-declining = Wird abgelehnt …
preview-acceptUnheard = Nicht bestätigt: Ihr Annehmen wird erneut gesendet, sobald die Verbindung steht.
preview-declineUnheard = Nicht bestätigt: Ihr Ablehnen wird erneut gesendet, sobald die Verbindung steht.
preview-silence = Ton aus
preview-notes = Notizen des Agenten
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Noch { $seconds } Sekunde zum Antworten
       *[other] Noch { $seconds } Sekunden zum Antworten
    }
preview-limit =
    { $seconds ->
        [one] Sie haben { $seconds } Sekunde zum Antworten.
       *[other] Sie haben { $seconds } Sekunden zum Antworten.
    }
preview-data = Geschäftsdaten
caller-unknown = unbekannt

end-unknown = Die Vorschau für { $caller } endete, während die Verbindung fehlte.
end-accepted = Angenommen: { $caller } wird zu Ihnen durchgestellt.
end-rejected = Abgelehnt: { $caller }.
end-takenByAnother = Jemand anderes hat den Anruf von { $caller } angenommen.
end-timedOut = Die Zeit ist um: Die Vorschau für { $caller } ist geschlossen.
end-cancelled = Das Contact Center hat die Vorschau für { $caller } zurückgezogen.
end-callerGone = { $caller } hat aufgelegt.
notify-over = Zu spät: Diese Vorschau ist schon zu Ende.
notify-away = Nicht beantwortet: Keine Ihrer Seiten ist verbunden. Öffnen Sie die Seite.
past-empty = Heute ist noch keine Vorschau zu Ende gegangen.
past-missed = Verpasst: { $count }
past-accepted = Angenommen
past-rejected = Abgelehnt
past-takenByAnother = Von anderen übernommen
past-timedOut = Verpasst
past-cancelled = Zurückgezogen
past-callerGone = Aufgelegt
past-unknown = Ende unbekannt

said-preview =
    { $seconds ->
        [one] Anruf von { $caller }. Sie haben { $seconds } Sekunde zum Antworten.
       *[other] Anruf von { $caller }. Sie haben { $seconds } Sekunden zum Antworten.
    }
said-ringing = Anruf von { $caller } klingelt.
said-dialing = Es wird { $caller } gewählt.
said-established = Verbunden mit { $caller }.
said-held = Gespräch mit { $caller } wird gehalten.
said-retrieved = Gespräch mit { $caller } ist zurückgeholt.
said-ended = Gespräch mit { $caller } ist beendet.
said-transferred = Gespräch mit { $caller } ist weitergeleitet.
said-state = Ihr Status: { $state }
said-data = Geschäftsdaten des Anrufs mit { $caller } geändert: { $what }

call-title = Anruf mit { $caller }
call-ringing = Klingelt
call-dialing = Wählt
call-established = Im Gespräch
call-held = Gehalten
call-duration = Dauer dieses Zustands
call-actions = Anruf steuern
call-data = Geschäftsdaten
data-others = Weitere Daten
data-edit = { $label } ändern
data-add = { $label } hinzufügen
data-save = Speichern
data-remove = Entfernen
data-waiting = Das Contact Center hat noch nicht bestätigt …
data-meanwhile = Inzwischen geändert. Jetzt steht hier: { $value }
data-gone = Inzwischen entfernt. Speichern fügt es wieder hinzu.
data-leftOut = Nicht gezeigte Einträge: { $number }
data-cut = Nicht gezeigte Zeichen: { $number }
button-answer = Annehmen
button-release = Auflegen
button-hold = Halten
button-retrieve = Zurückholen
button-transfer = Weiterleiten
transfer-to = Weiterleiten an Nummer
transfer-go = Jetzt weiterleiten
call-networkReached = Ruft an
call-busy = Besetzt
call-consult = Rückfrage bei { $caller }
call-parties = Im Gespräch:
call-muted = Sie sind stumm
call-more = Mehr Aktionen
call-less = Weniger Aktionen
call-unsupported = Ihre Telefonanlage bietet das nicht
on-call = Im Gespräch
said-busy = { $caller } ist besetzt.
said-unmuted = Sie sind wieder zu hören.
button-completeTransfer = Weiterleitung abschließen
button-completeConference = Alle zusammenschalten
button-alternate = Makeln
button-reconnect = Zurück zum Anrufer
button-mute = Stummschalten
button-unmute = Stummschaltung aufheben
button-digits = Tastenfeld
button-conference = Jemanden dazuholen
button-redirect = Woandershin senden
button-releaseConsult = Rückfrage beenden
button-releaseCaller = Auflegen bei { $caller }
number-missing = Geben Sie zuerst die Nummer ein.
number-askFirst = Erst rückfragen
conference-to = Nummer zum Dazuholen
conference-go = Jetzt dazuholen
redirect-to = Anruf senden an Nummer
redirect-go = Jetzt senden
digits-sent = Gesendete Ziffern
dial-open = Neuer Anruf
dial-number = Anzurufende Nummer
dial-from = Von Ihrer Nummer
dial-go = Anrufen
ended-transferred = Weitergeleitet: { $caller }
ended-conferenced = In einer Konferenz: { $caller }
ended-redirected = Woandershin gesendet: { $caller }
ended-busy = Besetzt: { $caller }
ended-noAnswer = Keine Antwort: { $caller }
ended-abandoned = { $caller } hat aufgelegt, bevor Sie angenommen haben.
ended-unreachable = { $caller } ist nicht erreichbar.
ended-failed = Der Anruf mit { $caller } ist fehlgeschlagen.
help = Hilfe
help-on = Hilfe: { $part }
help-newTab = öffnet in neuem Tab
data-more = { $count } weitere zeigen
more = Mehr zeigen
less = Weniger zeigen
cancel = Abbrechen
close = Schließen
dismiss = Meldung schließen

link-lost = Die Verbindung zum Server ist unterbrochen. Sie wird wiederhergestellt …
link-lostHint = Bis dahin ist Ihr Status hier unbekannt. Ihre Anrufe laufen weiter.
link-outdated = Diese Seite ist älter als der Server. Laden Sie sie neu, um weiterzuarbeiten.
link-pageless = Dieses Konto gehört zu keinem Arbeitsplatz und hat keine Seite. Melden Sie sich ab und mit einem anderen Konto an.
link-reload = Neu laden
problem-title = Das hat nicht funktioniert

alert-bar = Wie diese Seite Sie erreicht
alert-soundTitle = Ton
alert-blocked = Ihr Browser sperrt den Ton, bis Sie auf diese Seite klicken oder eine Taste drücken.
alert-test = Ton testen
alert-testPreview = Ton der Vorschau testen
alert-testCall = Ton des Anrufs testen
alert-soundOn = Ton ist bereit
alert-sound = Bei einer Vorschau einen Ton abspielen
alert-soundCall = Bei einem Anruf einen Ton abspielen
alert-volume = Lautstärke
alert-volumeNone = Die Lautstärke ist 0 %: Sie hören nichts.
alert-output = Ausgabegerät
alert-outputDefault = Standardgerät
alert-outputAbsent = Nicht verbunden
alert-outputAsk = Ausgabegerät wählen
alert-outputLost = Das gewählte Gerät ist nicht da: Der Ton kommt vom Standardgerät.
alert-notifications = Benachrichtigungen
alert-notificationsAsk = Benachrichtigungen einschalten
alert-notificationsOn = Benachrichtigungen sind an: Eine Vorschau erscheint auch, wenn diese Seite nicht vorn ist.
alert-notificationsOff = Ihr Browser lehnt Benachrichtigungen dieser Seite ab. Sie können sie in den Website-Einstellungen erlauben.
alert-notificationsNone = Dieser Browser zeigt hier keine Benachrichtigungen. Stattdessen blinkt der Seitentitel.
alert-notificationsHint = Erfahren Sie von einer Vorschau, auch wenn diese Seite nicht vorn ist.
alert-later = Nicht jetzt
onTop-hint = Ein kleines Fenster zeigt Vorschauen über Ihren anderen Fenstern.
onTop-open = Vorschauen im Vordergrund halten
onTop-close = Kleines Fenster schließen
alert-keys = Tastenkürzel verwenden
alert-language = Sprache
alert-languageOwn = Wahl der Administration
alert-forgetful = Dieser Browser merkt sich Ihre Wahl nicht: Sie gilt, bis Sie diese Seite schließen.
alert-flashCall = Anruf von { $caller }
alert-flash = Anrufvorschau: { $caller }

keys-title = Tastenkürzel
keys-open = Tastenkürzel
keys-accept = Vorschau im Fokus annehmen
keys-decline = Vorschau im Fokus ablehnen
keys-preview = Zur ältesten Vorschau gehen
keys-state = Statusmenü öffnen
keys-sheet = Diese Übersicht zeigen
keys-silence = Ton ausschalten
keys-change = Ändern
keys-press = Drücken Sie die neuen Tasten, oder Escape, um die alten zu behalten.
keys-changed = Neue Tasten: { $keys }
keys-unfit = Nehmen Sie Alt mit einem Buchstaben, Strg+Alt oder Alt+Umschalt mit einem Buchstaben oder einer Ziffer, oder F2, F4, F8 oder F9.
keys-browser = { $keys } behält der Browser für sich. Nehmen Sie andere Tasten.
keys-taken = { $keys } ist schon vergeben: { $action }
keys-site = Zurück zu den vorgegebenen Tasten

preview-redirect = an die externe Nummer { $number }
outside-title = Angenommene Anrufe
outside-on = Anrufe, die Sie annehmen, gehen an die externe Nummer { $number }.
outside-off = Anrufe, die Sie annehmen, kommen zu Ihrer eigenen Nummer.
outside-locked = Ihre Administration hat festgelegt, wohin Ihre Anrufe gehen.
outside-number = Externe Nummer
outside-go = Anrufe dorthin leiten
outside-stop = Zurück zu meiner Nummer
refused-numberEmpty = Geben Sie eine Nummer ein.
refused-numberNone = Das ist keine Telefonnummer. Verwenden Sie Ziffern, mit + vor der Landesvorwahl.
refused-numberShort = Diese Nummer ist zu kurz.
refused-numberLong = Diese Nummer ist zu lang.
refused-numberOutside = An diese Nummer dürfen hier keine Anrufe gehen. Fragen Sie Ihre Administration, welche erlaubt sind.
refused-numberForbidden = An Nummern, die so beginnen, dürfen keine Anrufe gehen.
refused-redirectNone = Anrufe können hier nicht an externe Nummern gehen.
refused-previewRedirected = Das Ziel des Anrufs hat sich geändert. Sehen Sie sich die Vorschau an und nehmen Sie noch einmal an.

missed-title = Sie haben mehrere Vorschauen nacheinander verpasst. Deshalb bekommen Sie jetzt keine Anrufe mehr.
missed-back = Ich bin wieder da

check-title = Erreicht Sie diese Seite?
check-hint = Prüfen Sie einmal, ob diese Seite Sie erreicht.
check-open = Jetzt prüfen
check-connection = Verbindung
check-connected = Mit dem Host verbunden.
check-heard = Haben Sie den Ton gehört?
check-yes = Ja
check-no = Nein
check-silent = Stellen Sie hier und an Ihrem Computer lauter, oder wählen Sie unter Hinweise ein anderes Gerät.
check-done = Alles funktioniert: Diese Seite erreicht Sie.
