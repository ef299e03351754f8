app-name = UC Connector
app-skip = Vai al contenuto principale
app-starting = Connessione al server…

signIn-title = Accesso
signIn-lead = Il contact center chiederà qui il suo consenso prima di inviarle una chiamata.
signIn-user = Nome utente
signIn-password = Password
signIn-show = Mostra password
signIn-submit = Accedi
signIn-busy = Accesso in corso…
signIn-refused = Nome utente o password non corretti. Controlli entrambi e riprovi.
signIn-tooMany =
    { $seconds ->
        [one] Troppi tentativi. Riprovi tra { $seconds } secondo.
       *[other] Troppi tentativi. Riprovi tra { $seconds } secondi.
    }
signIn-later = Troppi tentativi. Riprovi tra mezzo minuto.
signIn-unreachable = Il server non risponde. Controlli la rete e riprovi.
signIn-detail = Il server rifiuta l’accesso: { $detail }
signIn-missing = Inserisca nome utente e password.
signOut = Esci
signOut-failed = L’accesso è ancora attivo: il server non ha risposto. Riprovi.

signedOut-asked = È uscito dalla pagina.
signedOut-expired = L’accesso è durato quanto questo sito consente. Acceda di nuovo.
signedOut-tooMany = Ha effettuato l’accesso su più dispositivi del consentito, perciò questo è stato disconnesso.
signedOut-account = Il suo account è cambiato. Acceda di nuovo o si rivolga all’amministratore.
signedOut-gone = La sua sessione è terminata. Acceda di nuovo.

state-label = Il suo stato
state-unknown = Sconosciuto
state-pending = Richiesto: { $state }
state-menu = Cambia stato
state-none = Il suo stato segue quello del client UC.
menu-logIn = Entra come agente
menu-logOut = Esci come agente

tab-list = La sua scrivania
tab-channels = Canali
tab-past = Precedenti
tab-settings = Avvisi
channels-empty = Nessun canale le è assegnato. Si rivolga all’amministratore.
channels-dn = Numero
channels-switch = Centralino
channels-state = Stato
channels-marked = La configurazione non le assegna più questo numero

work-title = Anteprime e chiamate
work-empty = Non c’è nulla in attesa.
work-emptyHint = Quando il contact center vorrà inviarle una chiamata, qui si aprirà prima un’anteprima.
work-loggedOut = È uscito come agente: nessuna chiamata la raggiunge.
work-loggedOutChoose = Scelga uno stato nel menu in alto per essere disponibile.
work-loggedOutPlatform = Si renda disponibile nel suo client UC: qui il suo stato lo segue.
work-chooseState = Scegli uno stato

previews-title = Anteprime delle chiamate
preview-title = Anteprima della chiamata
preview-from = Chiamata da { $caller }
preview-broadcast = La richiesta è rivolta a più colleghi; chi accetta per primo riceve la chiamata.
preview-dn = al suo numero { $dn }
preview-accept = Accetta
preview-decline = Rifiuta
preview-accepting = Accettazione…
preview-declining = Rifiuto…
preview-acceptUnheard = Non confermato: la sua accettazione sarà inviata di nuovo al ritorno della connessione.
preview-declineUnheard = Non confermato: il suo rifiuto sarà inviato di nuovo al ritorno della connessione.
preview-silence = Silenzia
preview-notes = Note dell’agente
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Resta { $seconds } secondo per rispondere
       *[other] Restano { $seconds } secondi per rispondere
    }
preview-limit =
    { $seconds ->
        [one] Ha { $seconds } secondo per rispondere.
       *[other] Ha { $seconds } secondi per rispondere.
    }
preview-data = Dati aziendali
caller-unknown = chiamante sconosciuto

end-unknown = L’anteprima per { $caller } è terminata mentre mancava la connessione.
end-accepted = Accettata: { $caller } le sarà passato.
end-rejected = Rifiutata: { $caller }.
end-takenByAnother = Un collega ha preso la chiamata di { $caller }.
end-timedOut = Tempo scaduto: l’anteprima per { $caller } è stata chiusa.
end-cancelled = Il contact center ha ritirato l’anteprima per { $caller }.
end-callerGone = { $caller } ha riagganciato.
notify-over = Troppo tardi: questa anteprima è terminata.
notify-away = Nessuna risposta inviata: nessuna pagina è collegata. Apri la pagina.
past-empty = Oggi non è ancora terminata nessuna anteprima.
past-missed = Perse: { $count }
past-accepted = Accettata
past-rejected = Rifiutata
past-takenByAnother = Presa da un collega
past-timedOut = Persa
past-cancelled = Ritirata
past-callerGone = Chi chiamava ha riagganciato
past-unknown = Esito sconosciuto

said-preview =
    { $seconds ->
        [one] Chiamata da { $caller }. Ha { $seconds } secondo per rispondere.
       *[other] Chiamata da { $caller }. Ha { $seconds } secondi per rispondere.
    }
said-ringing = Squilla la chiamata da { $caller }.
said-dialing = Composizione verso { $caller }.
said-established = In conversazione con { $caller }.
said-held = La chiamata con { $caller } è in attesa.
said-retrieved = La chiamata con { $caller } è ripresa.
said-ended = La chiamata con { $caller } è terminata.
said-transferred = La chiamata con { $caller } è stata trasferita.
said-state = Il suo stato: { $state }
said-data = Dati aziendali della chiamata con { $caller } modificati: { $what }

call-title = Chiamata con { $caller }
call-ringing = Squilla
call-dialing = Composizione
call-established = In conversazione
call-held = In attesa
call-duration = Durata di questo stato
call-actions = Azioni della chiamata
call-data = Dati aziendali
data-others = Altri dati
data-edit = Modifica { $label }
data-add = Aggiungi { $label }
data-save = Salva
data-remove = Rimuovi
data-waiting = In attesa della conferma del contact center…
data-meanwhile = Modificato nel frattempo. Ora è: { $value }
data-gone = Rimosso nel frattempo. Salvi per aggiungerlo di nuovo.
data-leftOut = Voci non mostrate: { $number }
data-cut = Caratteri non mostrati: { $number }
button-answer = Rispondi
button-release = Riaggancia
button-hold = Metti in attesa
button-retrieve = Riprendi
button-transfer = Trasferisci
transfer-to = Trasferisci al numero
transfer-go = Trasferisci ora
call-networkReached = Chiamata in corso
call-busy = Occupato
call-consult = Consultazione di { $caller }
call-parties = Partecipano alla chiamata:
call-muted = Il suo microfono è muto
call-more = Altre azioni
call-less = Meno azioni
call-unsupported = Il suo sistema telefonico non lo offre
on-call = In chiamata
said-busy = { $caller } è occupato.
said-unmuted = Ora la sentono di nuovo.
button-completeTransfer = Completa il trasferimento
button-completeConference = Riunisci tutti
button-alternate = Alterna
button-reconnect = Torna al chiamante
button-mute = Disattiva il microfono
button-unmute = Riattiva il microfono
button-digits = Tastierino
button-conference = Aggiungi qualcuno
button-redirect = Invia altrove
button-releaseConsult = Termina la consultazione
button-releaseCaller = Riaggancia con { $caller }
number-missing = Inserisca prima il numero.
number-askFirst = Consulta prima
target-list = Risultati della ricerca
target-hint = Numero, o inizio di un nome, gruppo o reparto
target-worker = Collega
target-agent = Agente
target-queue = Coda
target-routePoint = Punto di instradamento
target-agentGroup = Gruppo di agenti
target-external = Esterno
target-unknown = non noto
target-none = Nessuno trovato.
target-count = Trovati: { $number }.
target-more = Ce ne sono altri: digiti altre lettere.
target-choose = Scelga qualcuno dall’elenco o inserisca un numero.
target-favourite = Preferito
note-label = Nota che accompagna la chiamata
conference-to = Numero da aggiungere
conference-go = Aggiungi ora
redirect-to = Invia la chiamata al numero
redirect-go = Invia ora
digits-sent = Cifre inviate
dial-open = Nuova chiamata
dial-number = Numero da chiamare
dial-from = Dal suo numero
dial-go = Chiama
ended-transferred = Trasferita: { $caller }
ended-conferenced = In conferenza: { $caller }
ended-redirected = Inviata altrove: { $caller }
ended-busy = Occupato: { $caller }
ended-noAnswer = Nessuna risposta: { $caller }
ended-abandoned = { $caller } ha riagganciato prima della risposta.
ended-unreachable = { $caller } non è raggiungibile.
ended-failed = La chiamata con { $caller } non è riuscita.
help = Guida
help-on = Guida: { $part }
help-newTab = si apre in una nuova scheda
data-more =
    { $count ->
        [one] Mostra { $count } altro
       *[other] Mostra altri { $count }
    }
more = Mostra di più
less = Mostra di meno
cancel = Annulla
close = Chiudi
dismiss = Chiudi questo messaggio

link-lost = La connessione al server è interrotta. Riconnessione…
link-lostHint = Fino al suo ritorno il suo stato qui è sconosciuto. Le chiamate continuano.
link-outdated = Questa pagina è più vecchia del server. La ricarichi per continuare.
link-pageless = Questo account non appartiene a nessun operatore, perciò non ha una pagina. Esca e acceda con un altro account.
link-reload = Ricarica
problem-title = Non ha funzionato

alert-bar = Come questa pagina la avvisa
alert-soundTitle = Suono
alert-blocked = Il browser blocca il suono finché non si fa clic su questa pagina o si preme un tasto.
alert-test = Prova il suono
alert-soundOn = Il suono è pronto
alert-sound = Anteprima di una chiamata
alert-soundChatPreview = Anteprima di una chat
alert-soundCall = Chiamata che squilla
alert-soundChat = Nuova chat o nuovo messaggio
alert-soundUsual = Suono abituale
alert-soundNumber = Suono { $number }
alert-soundNone = Nessun suono
alert-volume = Volume
alert-volumeNone = Il volume è allo 0%: non si sente nulla.
alert-output = Riproduci su
alert-outputDefault = Dispositivo predefinito
alert-outputAbsent = Non collegato
alert-outputAsk = Scegli un dispositivo
alert-outputLost = Il dispositivo scelto non c’è più: il suono esce da quello predefinito.
alert-notifications = Notifiche
alert-notificationsAsk = Attiva le notifiche
alert-notificationsOn = Le notifiche sono attive: un’anteprima appare anche se questa pagina non è in primo piano.
alert-notificationsOff = Il browser rifiuta le notifiche di questa pagina. Può consentirle nelle impostazioni del sito.
alert-notificationsNone = Questo browser qui non mostra notifiche. In compenso lampeggia il titolo della pagina.
alert-later = Non ora
onTop-hint = Una piccola finestra mostra le anteprime sopra le altre finestre.
onTop-open = Tieni le anteprime in primo piano
onTop-close = Chiudi la piccola finestra
alert-keys = Usa le scorciatoie da tastiera
alert-language = Lingua
alert-languageOwn = Impostata dal sito
alert-forgetful = Questo browser non ricorda le scelte: valgono finché non si chiude la pagina.
alert-flashCall = Chiamata da { $caller }

keys-title = Scorciatoie da tastiera
keys-open = Scorciatoie da tastiera
keys-accept = Accetta l’anteprima selezionata
keys-decline = Rifiuta l’anteprima selezionata
keys-preview = Vai all’anteprima più vecchia
keys-state = Apri il menu di stato
keys-sheet = Mostra questo elenco
keys-silence = Silenzia il suono
keys-change = Cambia
keys-press = Premi i nuovi tasti, o Esc per tenere quelli di prima.
keys-changed = Nuovi tasti: { $keys }
keys-unfit = Usa Alt con una lettera, Ctrl+Alt o Alt+Maiusc con una lettera o una cifra, oppure F2, F4, F8 o F9.
keys-browser = Il browser tiene { $keys } per sé. Usa altri tasti.
keys-taken = { $keys } è già in uso: { $action }
keys-site = Torna ai tasti previsti

chat-list = Chat aperte
chat-with = Chat con
chat-unread = Messaggi non letti: { $number }
chat-actions = Che cosa si può fare in questa chat
chat-transcript = Conversazione
chat-you = Lei
chat-joined = { $party } partecipa
chat-left = { $party } è uscito
chat-typing = { $party } sta scrivendo…
chat-write = Il suo messaggio
chat-send = Invia
chat-hint = Invio spedisce, Maiusc+Invio inizia una nuova riga.
chat-tooLong = Questo messaggio è troppo lungo. Lo invii in più parti.
chat-waiting = Invio in corso…
chat-refused = Non inviato.
chat-again = Invia di nuovo
chat-drop = Scarta
chat-delivered = Consegnato
chat-read = Letto
chat-leave = Lascia la chat
chat-leaving = Uscita in corso…
chat-done = Chiudi la chat
chat-save = Salva come testo
chat-overLeft = Ha lasciato questa chat.
chat-overClosed = Questa chat è finita.
chat-overLost = Il contact center non conosce più questa chat.
chat-overDn = Questo numero non è più suo: la chat è finita.
chat-stays = Può leggerla e salvarla qui fino alle { $time }.
chat-dropped = Messaggi precedenti che non sono più qui: { $number }
chat-missing = Messaggi persi: { $number }
chat-earlier = Mostra i messaggi precedenti: { $number }
chat-escalate = Chiedi di parlare con il cliente
chat-asked = Ha chiesto di parlare con il cliente.
chat-accepted = La chiamata le viene passata.
chat-notAccepted = Ora non può parlare con il cliente.
chat-call = Chiamata di questa chat:
said-chat = Chat con { $party }
said-chatLine = { $party } scrive: { $text }
alert-flashChat = Messaggio da { $caller }
preview-redirect = al numero esterno { $number }
outside-title = Chiamate accettate
outside-on = Le chiamate che accetta vanno al numero esterno { $number }.
outside-off = Le chiamate che accetta arrivano al suo numero.
outside-locked = Il suo amministratore ha stabilito dove vanno le chiamate.
outside-number = Numero esterno
outside-go = Inoltra lì le chiamate
outside-stop = Torna al mio numero
refused-numberEmpty = Inserisca un numero.
refused-numberNone = Questo non è un numero di telefono. Usi cifre, con + davanti al prefisso del paese.
refused-numberShort = Questo numero è troppo corto.
refused-numberLong = Questo numero è troppo lungo.
refused-numberOutside = Qui le chiamate non possono essere inoltrate a questo numero. Chieda all’amministratore quali numeri sono ammessi.
refused-numberForbidden = Le chiamate non possono essere inoltrate a numeri che iniziano così.
refused-redirectNone = Qui le chiamate non possono essere inoltrate a numeri esterni.
refused-previewRedirected = La destinazione della chiamata è cambiata. Guardi l’anteprima e accetti di nuovo.

missed-title = Ha perso più anteprime di seguito: per ora non riceve altre chiamate.
missed-back = Sono di nuovo qui

check-title = Questa pagina può raggiungerla?
check-hint = Controlli una volta se questa pagina può raggiungerla.
check-open = Controlla ora
check-connection = Connessione
check-connected = Connesso al server.
check-heard = Ha sentito il suono?
check-yes = Sì, l’ho sentito
check-no = Non l’ho sentito
check-silent = Alzi il volume qui e sul computer, o scelga un altro dispositivo tra gli avvisi.
check-done = Tutto funziona: questa pagina può raggiungerla.
