app-name = UC Connector
app-skip = Naar het hoofdgedeelte
app-starting = Verbinding maken met de server…

signIn-title = Aanmelden
signIn-lead = Uw contactcenter vraagt het u hier voordat het u een gesprek stuurt.
signIn-user = Gebruikersnaam
signIn-password = Wachtwoord
signIn-show = Wachtwoord tonen
signIn-submit = Aanmelden
signIn-busy = Bezig met aanmelden…
signIn-refused = De gebruikersnaam of het wachtwoord klopt niet. Controleer beide en probeer het opnieuw.
signIn-tooMany =
    { $seconds ->
        [one] Te veel pogingen. Probeer het over { $seconds } seconde opnieuw.
       *[other] Te veel pogingen. Probeer het over { $seconds } seconden opnieuw.
    }
signIn-later = Te veel pogingen. Probeer het over een halve minuut opnieuw.
signIn-unreachable = De server antwoordt niet. Controleer uw netwerk en probeer het opnieuw.
signIn-detail = De server weigert u aan te melden: { $detail }
signIn-missing = Vul uw gebruikersnaam en uw wachtwoord in.
signOut = Afmelden
signOut-failed = U bent nog aangemeld: de server antwoordde niet. Probeer het opnieuw.

signedOut-asked = U hebt zich afgemeld.
signedOut-expired = U was zo lang aangemeld als deze site toestaat. Meld u opnieuw aan.
signedOut-tooMany = U hebt zich op meer apparaten aangemeld dan toegestaan; dit apparaat is daarom afgemeld.
signedOut-account = Uw account is gewijzigd. Meld u opnieuw aan of vraag het uw beheerder.
signedOut-gone = U bent afgemeld: uw sessie is beëindigd. Meld u opnieuw aan.

state-label = Uw status
state-unknown = Onbekend
state-pending = Gevraagd: { $state }
state-menu = Uw status wijzigen
state-none = Uw status volgt uw UC-client.
menu-logIn = Inloggen als agent
menu-logOut = Uitloggen als agent

tab-list = Uw werkplek
tab-channels = Kanalen
tab-past = Eerder
tab-settings = Meldingen
channels-empty = Er is u geen kanaal toegewezen. Vraag het uw beheerder.
channels-dn = Nummer
channels-switch = Centrale
channels-state = Status
channels-marked = Dit nummer is in de configuratie niet meer aan u toegewezen

work-title = Voorvertoningen en gesprekken
work-empty = Er wacht niets op u.
work-emptyHint = Als het contactcenter u een gesprek wil sturen, opent hier eerst een voorvertoning.
work-loggedOut = U bent uitgelogd als agent: geen gesprek bereikt u.
work-loggedOutChoose = Kies hierboven in het menu een status om beschikbaar te worden.
work-loggedOutPlatform = Wees beschikbaar in uw UC-client: uw status hier volgt die.
work-chooseState = Status kiezen

previews-title = Voorvertoningen van gesprekken
preview-title = Voorvertoning van gesprek
preview-from = Gesprek van { $caller }
preview-broadcast = Meerdere collega’s worden gevraagd; wie het eerst accepteert, krijgt het gesprek.
preview-dn = naar uw nummer { $dn }
preview-accept = Accepteren
preview-decline = Weigeren
preview-accepting = Wordt geaccepteerd…
preview-declining = Wordt geweigerd…
preview-acceptUnheard = Niet bevestigd: uw acceptatie wordt opnieuw verzonden zodra de verbinding terug is.
preview-declineUnheard = Niet bevestigd: uw weigering wordt opnieuw verzonden zodra de verbinding terug is.
preview-silence = Geluid uit
preview-notes = Notities van de agent
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Nog { $seconds } seconde om te antwoorden
       *[other] Nog { $seconds } seconden om te antwoorden
    }
preview-limit =
    { $seconds ->
        [one] U hebt { $seconds } seconde om te antwoorden.
       *[other] U hebt { $seconds } seconden om te antwoorden.
    }
preview-data = Bedrijfsgegevens
caller-unknown = onbekende beller

end-unknown = De voorvertoning voor { $caller } eindigde toen de verbinding weg was.
end-accepted = Geaccepteerd: { $caller } wordt met u doorverbonden.
end-rejected = Geweigerd: { $caller }.
end-takenByAnother = Een collega heeft het gesprek van { $caller } aangenomen.
end-timedOut = De tijd is om: de voorvertoning voor { $caller } is gesloten.
end-cancelled = Het contactcenter heeft de voorvertoning voor { $caller } ingetrokken.
end-callerGone = { $caller } heeft opgehangen.
notify-over = Te laat: deze voorvertoning is afgelopen.
notify-away = Niet beantwoord: geen van uw pagina’s heeft verbinding. Open de pagina.
past-empty = Vandaag is nog geen voorvertoning afgelopen.
past-missed = Gemist: { $count }
past-accepted = Aangenomen
past-rejected = Geweigerd
past-takenByAnother = Door een collega genomen
past-timedOut = Gemist
past-cancelled = Ingetrokken
past-callerGone = Beller hing op
past-unknown = Afloop onbekend

said-preview =
    { $seconds ->
        [one] Gesprek van { $caller }. U hebt { $seconds } seconde om te antwoorden.
       *[other] Gesprek van { $caller }. U hebt { $seconds } seconden om te antwoorden.
    }
said-ringing = Het gesprek van { $caller } gaat over.
said-dialing = { $caller } wordt gebeld.
said-established = Verbonden met { $caller }.
said-held = Het gesprek met { $caller } staat in de wacht.
said-retrieved = Het gesprek met { $caller } is hervat.
said-ended = Het gesprek met { $caller } is beëindigd.
said-transferred = Het gesprek met { $caller } is doorverbonden.
said-state = Uw status: { $state }
said-data = Bedrijfsgegevens van het gesprek met { $caller } gewijzigd: { $what }

call-title = Gesprek met { $caller }
call-ringing = Gaat over
call-dialing = Wordt gebeld
call-established = In gesprek
call-held = In de wacht
call-duration = Duur van deze toestand
call-actions = Gespreksacties
call-data = Bedrijfsgegevens
data-others = Overige gegevens
data-edit = { $label } wijzigen
data-add = { $label } toevoegen
data-save = Opslaan
data-remove = Verwijderen
data-waiting = Wachten op bevestiging van het contactcenter…
data-meanwhile = Intussen gewijzigd. Nu staat er: { $value }
data-gone = Intussen verwijderd. Sla op om het opnieuw toe te voegen.
data-leftOut = Niet getoonde regels: { $number }
data-cut = Niet getoonde tekens: { $number }
button-answer = Opnemen
button-release = Ophangen
button-hold = In de wacht zetten
button-retrieve = Hervatten
button-transfer = Doorverbinden
transfer-to = Doorverbinden met nummer
transfer-go = Nu doorverbinden
call-networkReached = Belt
call-busy = In gesprek
call-consult = Overleg met { $caller }
call-parties = In dit gesprek:
call-muted = U bent gedempt
call-more = Meer acties
call-less = Minder acties
call-unsupported = Uw telefoonsysteem biedt dit niet
on-call = Aan de telefoon
said-busy = { $caller } is in gesprek.
said-unmuted = U bent weer te horen.
button-completeTransfer = Doorverbinden afronden
button-completeConference = Iedereen samenvoegen
button-alternate = Wisselen
button-reconnect = Terug naar de beller
button-mute = Dempen
button-unmute = Dempen opheffen
button-digits = Toetsen
button-conference = Iemand toevoegen
button-redirect = Elders naartoe sturen
button-releaseConsult = Overleg beëindigen
button-releaseCaller = Ophangen bij { $caller }
number-missing = Vul eerst het nummer in.
number-askFirst = Eerst overleggen
conference-to = Toe te voegen nummer
conference-go = Nu toevoegen
redirect-to = Gesprek sturen naar nummer
redirect-go = Nu sturen
digits-sent = Verzonden cijfers
dial-open = Nieuw gesprek
dial-number = Te bellen nummer
dial-from = Vanaf uw nummer
dial-go = Bellen
ended-transferred = Doorverbonden: { $caller }
ended-conferenced = In een conferentie: { $caller }
ended-redirected = Elders naartoe gestuurd: { $caller }
ended-busy = In gesprek: { $caller }
ended-noAnswer = Geen antwoord: { $caller }
ended-abandoned = { $caller } hing op voordat u opnam.
ended-unreachable = { $caller } is niet bereikbaar.
ended-failed = Het gesprek met { $caller } is mislukt.
help = Hulp
help-on = Hulp: { $part }
help-newTab = opent in een nieuw tabblad
data-more = Nog { $count } tonen
more = Meer tonen
less = Minder tonen
cancel = Annuleren
close = Sluiten
dismiss = Dit bericht sluiten

link-lost = De verbinding met de server is verbroken. Opnieuw verbinden…
link-lostHint = Tot die terug is, is uw status hier onbekend. Uw gesprekken gaan door.
link-outdated = Deze pagina is ouder dan de server. Laad haar opnieuw om verder te gaan.
link-pageless = Dit account hoort bij geen medewerker en heeft daarom geen pagina. Meld u af en meld u met een ander account aan.
link-reload = Opnieuw laden
problem-title = Dat is niet gelukt

alert-bar = Hoe deze pagina u bereikt
alert-soundTitle = Geluid
alert-blocked = Uw browser blokkeert het geluid tot u op deze pagina klikt of een toets indrukt.
alert-test = Geluid testen
alert-testPreview = Geluid van voorvertoning testen
alert-testCall = Oproepgeluid testen
alert-soundOn = Het geluid is gereed
alert-sound = Een geluid afspelen bij een voorvertoning
alert-soundCall = Een geluid afspelen bij een inkomende oproep
alert-volume = Volume
alert-volumeNone = Het volume is 0%: u hoort niets.
alert-output = Afspelen op
alert-outputDefault = Standaardapparaat
alert-outputAbsent = Niet aangesloten
alert-outputAsk = Een apparaat kiezen
alert-outputLost = Het gekozen apparaat is weg: het geluid komt uit het standaardapparaat.
alert-notifications = Browsermeldingen
alert-notificationsAsk = Meldingen inschakelen
alert-notificationsOn = Meldingen staan aan: een voorvertoning verschijnt ook als deze pagina niet vooraan staat.
alert-notificationsOff = Uw browser weigert meldingen van deze pagina. U kunt ze toestaan in de site-instellingen.
alert-notificationsNone = Deze browser toont hier geen meldingen. In plaats daarvan knippert de titel van de pagina.
alert-notificationsHint = Krijg bericht van een voorvertoning als deze pagina niet vooraan staat.
alert-later = Niet nu
onTop-hint = Een klein venster toont voorvertoningen boven uw andere vensters.
onTop-open = Voorvertoningen bovenop houden
onTop-close = Het kleine venster sluiten
alert-keys = Sneltoetsen gebruiken
alert-language = Taal
alert-languageOwn = Keuze van uw beheerder
alert-forgetful = Deze browser onthoudt uw keuzes niet: ze gelden tot u deze pagina sluit.
alert-flashCall = Gesprek van { $caller }
alert-flash = Voorvertoning: { $caller }

keys-title = Sneltoetsen
keys-open = Sneltoetsen
keys-accept = De geselecteerde voorvertoning accepteren
keys-decline = De geselecteerde voorvertoning weigeren
keys-preview = Naar de oudste voorvertoning gaan
keys-state = Het statusmenu openen
keys-sheet = Dit overzicht tonen
keys-silence = Het geluid uitzetten
keys-change = Wijzigen
keys-press = Druk op de nieuwe toetsen, of op Escape om de oude te houden.
keys-changed = Nieuwe toetsen: { $keys }
keys-unfit = Neem Alt met een letter, Ctrl+Alt of Alt+Shift met een letter of cijfer, of F2, F4, F8 of F9.
keys-browser = De browser houdt { $keys } voor zichzelf. Neem andere toetsen.
keys-taken = { $keys } is al in gebruik: { $action }
keys-site = Terug naar de standaardtoetsen

preview-redirect = naar het externe nummer { $number }
outside-title = Aangenomen gesprekken
outside-on = Gesprekken die u aanneemt, gaan naar het externe nummer { $number }.
outside-off = Gesprekken die u aanneemt, komen op uw eigen nummer.
outside-locked = Uw beheerder heeft bepaald waar uw gesprekken heen gaan.
outside-number = Extern nummer
outside-go = Gesprekken daarheen sturen
outside-stop = Terug naar mijn nummer
refused-numberEmpty = Voer een nummer in.
refused-numberNone = Dit is geen telefoonnummer. Gebruik cijfers, met + voor het landnummer.
refused-numberShort = Dit nummer is te kort.
refused-numberLong = Dit nummer is te lang.
refused-numberOutside = Naar dit nummer mogen hier geen gesprekken. Vraag uw beheerder welke nummers zijn toegestaan.
refused-numberForbidden = Naar nummers die zo beginnen, mogen geen gesprekken.
refused-redirectNone = Gesprekken kunnen hier niet naar externe nummers.
refused-previewRedirected = De bestemming van het gesprek is veranderd. Bekijk het voorbeeld en neem opnieuw aan.

missed-title = U hebt meerdere voorbeelden na elkaar gemist. Daarom krijgt u nu geen gesprekken meer.
missed-back = Ik ben er weer

check-title = Kan deze pagina u bereiken?
check-hint = Controleer een keer of deze pagina u kan bereiken.
check-open = Nu controleren
check-connection = Verbinding
check-connected = Verbonden met de host.
check-heard = Hebt u het geluid gehoord?
check-yes = Ja
check-no = Nee
check-silent = Zet het volume hier en op uw computer hoger, of kies een ander apparaat bij de meldingen.
check-done = Alles werkt: deze pagina kan u bereiken.
