app-name = UC Connector
app-skip = Przejdź do głównej części
app-starting = Łączenie z serwerem…

signIn-title = Logowanie
signIn-lead = Centrum kontaktu zapyta tutaj o zgodę, zanim przekaże połączenie.
signIn-user = Nazwa użytkownika
signIn-password = Hasło
signIn-show = Pokaż hasło
signIn-submit = Zaloguj się
signIn-busy = Logowanie…
signIn-refused = Nazwa użytkownika lub hasło są nieprawidłowe. Sprawdź je i spróbuj ponownie.
signIn-tooMany =
    { $seconds ->
        [one] Zbyt wiele prób. Spróbuj ponownie za { $seconds } sekundę.
        [few] Zbyt wiele prób. Spróbuj ponownie za { $seconds } sekundy.
       *[many] Zbyt wiele prób. Spróbuj ponownie za { $seconds } sekund.
    }
signIn-later = Zbyt wiele prób. Spróbuj ponownie za pół minuty.
signIn-unreachable = Serwer nie odpowiada. Sprawdź sieć i spróbuj ponownie.
signIn-detail = Serwer odmawia zalogowania: { $detail }
signIn-missing = Wpisz nazwę użytkownika i hasło.
signOut = Wyloguj się
signOut-failed = Nadal trwa sesja na tej stronie: serwer nie odpowiedział. Spróbuj ponownie.

signedOut-asked = Wylogowano.
signedOut-expired = Sesja trwała tak długo, jak pozwala ta witryna. Zaloguj się ponownie.
signedOut-tooMany = Zalogowano się na większej liczbie urządzeń, niż wolno, więc to urządzenie wylogowano.
signedOut-account = Konto zostało zmienione. Zaloguj się ponownie lub zapytaj administratora.
signedOut-gone = Wylogowano: sesja się zakończyła. Zaloguj się ponownie.

state-label = Twój stan
state-unknown = Nieznany
state-pending = Wybrano: { $state }
asked-unsure = Nie wiadomo, czy to dotarło: { $what }. Sprawdź i w razie potrzeby wybierz ponownie.
state-menu = Zmień swój stan
state-none = Twój stan jest zgodny z klientem UC.
menu-logIn = Rozpocznij pracę agenta
menu-logOut = Zakończ pracę agenta

tab-list = Twoje biurko
tab-channels = Kanały
tab-past = Wcześniejsze
tab-settings = Powiadamianie
channels-empty = Nie przypisano Ci żadnego kanału. Zapytaj administratora.
channels-dn = Numer
channels-switch = Centrala
channels-state = Stan
channels-marked = Konfiguracja nie przypisuje Ci już tego numeru

work-title = Zapowiedzi i połączenia
work-empty = Nic na Ciebie nie czeka.
work-emptyHint = Zanim centrum kontaktu przekaże połączenie, otworzy się tutaj zapowiedź.
work-loggedOut = Praca agenta jest zakończona: nie dotrze do Ciebie żadne połączenie.
work-loggedOutChoose = Wybierz stan w menu powyżej, aby być dostępnym.
work-loggedOutPlatform = Ustaw dostępność w kliencie UC: stan tutaj się do niego dostosuje.
work-chooseState = Wybierz stan

previews-title = Zapowiedzi połączeń
preview-title = Zapowiedź połączenia
preview-titleChat = Zapowiedź czatu
preview-from = Dzwoni: { $caller }
preview-broadcast = Pytanie otrzymało kilka osób; kto pierwszy przyjmie, dostanie połączenie.
preview-broadcastChat = Pytanie otrzymało kilka osób; kto pierwszy przyjmie, dostanie czat.
preview-dn = na Twój numer { $dn }
preview-accept = Przyjmij
preview-decline = Odrzuć
preview-accepting = Przyjmowanie…
preview-declining = Odrzucanie…
preview-acceptUnheard = Niepotwierdzone: przyjęcie zostanie wysłane ponownie po przywróceniu połączenia z serwerem.
preview-declineUnheard = Niepotwierdzone: odrzucenie zostanie wysłane ponownie po przywróceniu połączenia z serwerem.
preview-silence = Wycisz
preview-notes = Notatki agenta
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Na odpowiedź została { $seconds } sekunda
        [few] Na odpowiedź zostały { $seconds } sekundy
       *[many] Na odpowiedź zostało { $seconds } sekund
    }
preview-limit =
    { $seconds ->
        [one] Masz { $seconds } sekundę na odpowiedź.
        [few] Masz { $seconds } sekundy na odpowiedź.
       *[many] Masz { $seconds } sekund na odpowiedź.
    }
preview-data = Dane biznesowe
caller-unknown = nieznany numer

end-unknown = Zapowiedź ({ $caller }) zakończyła się podczas przerwy w połączeniu z serwerem.
end-accepted = Przyjęto: { $caller } – za chwilę nastąpi połączenie.
end-rejected = Odrzucono: { $caller }.
end-takenByAnother = Połączenie ({ $caller }) odebrał ktoś inny.
end-timedOut = Czas minął: zapowiedź ({ $caller }) została zamknięta.
end-cancelled = Centrum kontaktu wycofało zapowiedź ({ $caller }).
end-callerGone = { $caller }: rozmówca się rozłączył.
end-acceptedChat = Przyjęto: czat ({ $caller }) otworzy się tutaj.
end-takenByAnotherChat = Czat ({ $caller }) przyjął ktoś inny.
end-callerGoneChat = { $caller }: rozmówca opuścił czat.
end-undeliverableChat = Nie masz już numeru dla czatu ({ $caller }).
notify-over = Za późno: ta zapowiedź już się zakończyła.
notify-away = Bez odpowiedzi: żadna strona nie ma połączenia. Otwórz stronę.
past-empty = Dziś nie zakończyła się jeszcze żadna zapowiedź.
past-missed = Przegapione: { $count }
past-accepted = Przyjęta
past-rejected = Odrzucona
past-takenByAnother = Przejęta przez inną osobę
past-timedOut = Przegapiona
past-cancelled = Wycofana
past-callerGone = Dzwoniący się rozłączył
past-unknown = Zakończenie nieznane

said-preview =
    { $seconds ->
        [one] Dzwoni: { $caller }. Masz { $seconds } sekundę na odpowiedź.
        [few] Dzwoni: { $caller }. Masz { $seconds } sekundy na odpowiedź.
       *[many] Dzwoni: { $caller }. Masz { $seconds } sekund na odpowiedź.
    }
said-ringing = Połączenie przychodzące: { $caller }.
said-dialing = Wybieranie: { $caller }.
said-established = Połączono: { $caller }.
said-held = Połączenie zawieszone: { $caller }.
said-retrieved = Połączenie wznowione: { $caller }.
said-ended = Połączenie zakończone: { $caller }.
said-state = Twój stan: { $state }
said-data = Zmieniono dane biznesowe połączenia ({ $caller }): { $what }

call-title = Połączenie: { $caller }
call-ringing = Dzwoni
call-dialing = Wybieranie
call-established = Rozmowa
call-held = Zawieszone
call-duration = Czas trwania tego stanu
call-actions = Działania połączenia
call-data = Dane biznesowe
data-others = Inne dane
data-edit = Zmień: { $label }
data-add = Dodaj: { $label }
data-save = Zapisz
data-remove = Usuń
data-waiting = Oczekiwanie na potwierdzenie z centrum kontaktu…
data-meanwhile = W międzyczasie zmieniono. Teraz jest: { $value }
data-gone = W międzyczasie usunięto. Zapisz, aby dodać ponownie.
data-leftOut = Niepokazane wpisy: { $number }
data-cut = Niepokazane znaki: { $number }
data-lost = Nie zapisano, bo połączenie się zakończyło: { $what }
typed-lost = Nie wysłano, bo połączenie się zakończyło: { $what }
press-lost = Nie doszło do skutku, bo połączenie się zakończyło: { $what }
button-answer = Odbierz
button-release = Rozłącz
button-hold = Zawieś
button-retrieve = Wznów
button-transfer = Przekaż
transfer-to = Przekaż na numer
transfer-go = Przekaż teraz
call-networkReached = Łączenie
call-busy = Zajęte
call-consult = Konsultacja: { $caller }
call-parties = W rozmowie uczestniczą:
call-muted = Mikrofon wyciszony
call-more = Więcej działań
call-less = Mniej działań
call-unsupported = Twoja centrala tego nie oferuje
on-call = W trakcie rozmowy
said-busy = Numer zajęty: { $caller }.
said-unmuted = Znowu Cię słychać.
button-completeTransfer = Dokończ przekazanie
button-completeConference = Połącz wszystkich
button-alternate = Przełącz rozmowy
button-reconnect = Wróć do dzwoniącego
button-mute = Wycisz mikrofon
button-unmute = Włącz mikrofon
button-digits = Klawiatura
button-conference = Dodaj osobę
button-redirect = Wyślij gdzie indziej
button-releaseConsult = Zakończ konsultację
button-releaseCaller = Rozłącz: { $caller }
number-missing = Najpierw wpisz numer.
number-askFirst = Najpierw zapytaj
target-list = Wyniki wyszukiwania
target-hint = Numer albo początek nazwiska, grupy lub działu
target-worker = Współpracownik
target-agent = Agent
target-queue = Kolejka
target-routePoint = Punkt routingu
target-agentGroup = Grupa agentów
target-external = Zewnętrzny
target-unknown = nieznane
target-none = Nikogo nie znaleziono.
target-count = Znaleziono: { $number }.
target-more = Jest więcej wyników: wpisz więcej liter.
target-choose = Wybierz kogoś z listy albo wpisz numer.
target-favourite = Ulubione
note-label = Notatka przekazywana z rozmową
conference-to = Numer do dodania
conference-go = Dodaj teraz
redirect-to = Wyślij połączenie na numer
redirect-go = Wyślij teraz
digits-sent = Wysłane cyfry
dial-open = Nowe połączenie
dial-number = Numer do wybrania
dial-from = Z Twojego numeru
dial-go = Zadzwoń
ended-transferred = Przekazano: { $caller }
ended-conferenced = W konferencji: { $caller }
ended-redirected = Wysłano gdzie indziej: { $caller }
ended-busy = Zajęte: { $caller }
ended-noAnswer = Brak odpowiedzi: { $caller }
ended-abandoned = { $caller }: rozłączenie przed odebraniem.
ended-unreachable = { $caller }: numer nieosiągalny.
ended-failed = { $caller }: połączenie nie powiodło się.
help = Pomoc
help-on = Pomoc: { $part }
help-newTab = otwiera się w nowej karcie
data-more =
    { $count ->
        [one] Pokaż jeszcze { $count } pozycję
        [few] Pokaż jeszcze { $count } pozycje
       *[many] Pokaż jeszcze { $count } pozycji
    }
more = Pokaż więcej
less = Pokaż mniej
cancel = Anuluj
close = Zamknij
dismiss = Zamknij ten komunikat

link-lost = Utracono połączenie z serwerem. Ponowne łączenie…
link-lostHint = Do tego czasu Twój stan jest tu nieznany. Rozmowy trwają dalej.
link-unsteady = Połączenie z serwerem ciągle się zrywa. Sprawdź sieć lub zapytaj administratora.
link-back = Połączono ponownie.
link-takeover = Usługa przechodzi na inny serwer. Ta strona za chwilę ruszy sama.
link-outdated = Ta strona jest starsza niż serwer. Wczytaj ją ponownie, aby kontynuować.
link-pageless = To konto nie należy do żadnego pracownika, więc nie ma strony. Wyloguj się i zaloguj na inne konto.
link-tooMany = Masz otwartych zbyt wiele stron. Zamknij jedną, a ta ruszy sama.
link-reload = Wczytaj ponownie
problem-title = Nie udało się

alert-bar = Jak ta strona Cię powiadamia
alert-soundTitle = Dźwięk
alert-blocked = Przeglądarka blokuje dźwięk, dopóki nie klikniesz tej strony lub nie naciśniesz klawisza.
alert-test = Sprawdź dźwięk
alert-soundOn = Dźwięk jest gotowy
alert-sound = Zapowiedź połączenia
alert-soundChatPreview = Zapowiedź czatu
alert-soundCall = Dzwoniące połączenie
alert-soundChat = Nowy czat lub wiadomość
alert-soundUsual = Zwykły dźwięk
alert-soundNumber = Dźwięk { $number }
alert-soundNone = Bez dźwięku
alert-volume = Głośność
alert-volumeNone = Głośność wynosi 0%: nic nie słychać.
alert-output = Urządzenie wyjściowe
alert-outputDefault = Domyślne
alert-outputAbsent = Niepodłączone
alert-outputAsk = Wybierz urządzenie
alert-outputLost = Wybranego urządzenia nie ma: dźwięk płynie z domyślnego.
alert-notifications = Powiadomienia
alert-notificationsAsk = Włącz powiadomienia
alert-notificationsOn = Powiadomienia są włączone: zapowiedź pojawi się także wtedy, gdy ta strona nie jest na wierzchu.
alert-notificationsOff = Przeglądarka odrzuca powiadomienia z tej strony. Można na nie zezwolić w ustawieniach witryny.
alert-notificationsNone = Ta przeglądarka nie pokazuje tu powiadomień. Zamiast tego miga tytuł strony.
alert-later = Nie teraz
onTop-hint = Małe okno pokazuje zapowiedzi nad innymi oknami.
onTop-open = Trzymaj zapowiedzi na wierzchu
onTop-close = Zamknij małe okno
alert-keys = Używaj skrótów klawiszowych
alert-language = Język
alert-languageOwn = Według administratora
alert-forgetful = Ta przeglądarka nie pamięta wyborów: obowiązują do zamknięcia tej strony.
alert-flashCall = Dzwoni: { $caller }

keys-title = Skróty klawiszowe
keys-open = Skróty klawiszowe
keys-accept = Przyjmij wybraną zapowiedź
keys-decline = Odrzuć wybraną zapowiedź
keys-preview = Przejdź do najstarszej zapowiedzi
keys-state = Otwórz menu stanu
keys-sheet = Pokaż tę listę
keys-silence = Wycisz dźwięk
keys-change = Zmień
keys-press = Naciśnij nowe klawisze albo Escape, aby zachować stare.
keys-changed = Nowe klawisze: { $keys }
keys-unfit = Użyj Alt z literą, Ctrl+Alt lub Alt+Shift z literą lub cyfrą albo F2, F4, F8 lub F9.
keys-browser = Przeglądarka zachowuje { $keys } dla siebie. Użyj innych klawiszy.
keys-taken = { $keys } jest już zajęte: { $action }
keys-site = Przywróć klawisze domyślne

chat-list = Czaty
chat-with = Czat z:
chat-unread = Nieprzeczytane wiadomości: { $number }
chat-actions = Co można zrobić na tym czacie
chat-transcript = Rozmowa
chat-you = Ty
chat-joined = { $party } bierze udział
chat-left = { $party } już nie bierze udziału
chat-typing = { $party } pisze…
chat-write = Twoja wiadomość
chat-send = Wyślij
chat-hint = Enter wysyła, Shift+Enter zaczyna nowy wiersz.
chat-tooLong = Ta wiadomość jest za długa. Wyślij ją w częściach.
chat-waiting = Wysyłanie…
chat-refused = Nie wysłano.
chat-again = Wyślij ponownie
chat-drop = Porzuć
chat-lost = Nie wysłano, bo czat się zakończył:
chat-delivered = Doręczono
chat-read = Przeczytano
chat-leave = Opuść czat
chat-leaving = Opuszczanie…
chat-done = Zamknij czat
chat-save = Zapisz jako tekst
chat-overLeft = Ten czat został przez Ciebie opuszczony.
chat-overClosed = Ten czat się zakończył.
chat-overLost = Centrum kontaktu nie zna już tego czatu.
chat-overDn = Ten numer nie należy już do Ciebie, więc czat się zakończył.
chat-stays = Możesz go tu czytać i zapisać do { $time }.
chat-dropped = Wcześniejsze wiadomości, których już tu nie ma: { $number }
chat-missing = Utracone wiadomości: { $number }
chat-earlier = Pokaż wcześniejsze wiadomości: { $number }
chat-escalate = Poproś o rozmowę z klientem
chat-asked = Wysłano prośbę o rozmowę z klientem.
chat-accepted = Połączenie jest przekazywane do Ciebie.
chat-notAccepted = Nie możesz teraz rozmawiać z klientem.
chat-call = Połączenie do tego czatu:
said-chat = Czat z: { $party }
said-chatLine = { $party } pisze: { $text }
alert-flashChat = Wiadomość od: { $caller }
preview-redirect = na numer zewnętrzny { $number }
outside-title = Przyjęte połączenia
outside-on = Przyjęte przez Ciebie połączenia trafiają na numer zewnętrzny { $number }.
outside-off = Przyjęte przez Ciebie połączenia trafiają na Twój własny numer.
outside-locked = Administrator ustalił, dokąd trafiają Twoje połączenia.
outside-number = Numer zewnętrzny
outside-go = Kieruj tam połączenia
outside-stop = Wróć do mojego numeru
refused-numberEmpty = Wpisz numer.
refused-numberNone = To nie jest numer telefonu. Użyj cyfr, z + przed numerem kraju.
refused-numberShort = Ten numer jest za krótki.
refused-numberLong = Ten numer jest za długi.
refused-numberOutside = Na ten numer nie można tu kierować połączeń. Zapytaj administratora, które numery są dozwolone.
refused-numberForbidden = Na numery, które tak się zaczynają, nie można kierować połączeń.
refused-redirectNone = Nie można tu kierować połączeń na numery zewnętrzne.
refused-previewRedirected = Cel połączenia się zmienił. Spójrz na zapowiedź i przyjmij ją ponownie.

missed-title = Zapowiedzi bez odpowiedzi z rzędu: { $count }. Nie dostajesz teraz połączeń.
missed-back = Już jestem

check-title = Czy ta strona może Cię powiadomić?
check-hint = Sprawdź raz, czy ta strona może Cię powiadomić.
check-open = Sprawdź teraz
check-connection = Połączenie z serwerem
check-connected = Połączono z serwerem.
check-heard = Czy słychać było dźwięk?
check-yes = Tak
check-no = Nie
check-silent = Zwiększ głośność tutaj i na komputerze albo wybierz inne urządzenie w powiadomieniach.
check-done = Wszystko działa: ta strona może Cię powiadomić.

outcome-code = Wynik
outcome-choose = Wybierz…
outcome-note = Notatka
outcome-left = Pozostało znaków: { $number }
outcome-save = Zapisz wynik
outcome-skip = Bez wyniku
outcome-open = Zanotuj wynik
outcome-close = Zamknij wynik
outcome-of-call = Jaki jest wynik rozmowy ({ $caller })?
outcome-of-declined = Dlaczego odrzucono połączenie ({ $caller })?
outcome-of-missed = Dlaczego nie odebrano połączenia ({ $caller })?
outcome-saved = Zapisano wynik: { $caller }
outcome-reported = Zapisano wynik do raportów: { $caller }
outcome-late = Nie zapisano wyniku: { $caller }
outcome-lost = Wpisany wynik nie został zapisany: { $caller }
outcome-unsure = Nie wiadomo, czy wpisany wynik został zapisany: { $caller }
refused-outcomeClosed = To już jest załatwione. Nic nie zapisano dwa razy.
refused-outcomeWaits = Wynik jest już zapisywany.
refused-outcomeUnreachable = Centrum kontaktu jest teraz nieosiągalne. Za chwilę zapisz wynik ponownie.
refused-outcomeNoCode = Tego wyniku nie można tu wybrać. Wybierz inny.
refused-outcomeNoNote = Notatka jest za długa lub zawiera znaki, których nie można zapisać.
refused-outcomeEmpty = Wybierz wynik lub napisz notatkę.
refused-outcomeRefused = Centrum kontaktu nie zapisało wyniku. Można go zapisać ponownie. Odpowiedź: { $words }
refused-outcomeOtherwise = Centrum kontaktu zapisało coś innego. Zapisz wynik ponownie.

refused-notYours = To już nie należy do ciebie.
refused-callOver = Ta rozmowa jest zakończona.
refused-callNotNow = W obecnym stanie rozmowy nie jest to możliwe.
refused-callMoved = Rozmowa w międzyczasie się zmieniła. Nic nie zrobiono.
refused-callNoDial = Z tego numeru nie można teraz dzwonić.
refused-callNumber = Wpisz numer, najwyżej 64 znaki.
refused-callDigits = Można wysłać tylko 0–9, * i #, po 32 naraz.
refused-callRefused = Centrum kontaktu odmówiło. Odpowiedź: { $words }
refused-callUnanswered = Centrum kontaktu nie odpowiedziało. Spróbuj ponownie.
refused-callUnsupported = Centrum kontaktu tego nie oferuje. Odpowiedź: { $words }
refused-noteNotNow = Do tej rozmowy nie można dołączyć notatki. Usuń notatkę.
refused-dataThere = To już istnieje, z wartością: { $words }. Nic nie zrobiono.
refused-dataGone = To już nie istnieje. Nic nie zrobiono.
refused-dataMoved = Wartość wynosi teraz: { $words }. Nic nie zrobiono.
refused-dataNotNow = Tego nie można tu teraz zmienić.
refused-textLong = Ten tekst jest za długi. Skróć go.
refused-textControl = Ten tekst zawiera znaki, których nie można wysłać. Napisz go od nowa.
refused-textEmpty = Nie ma nic do wysłania.
refused-chatOver = Ten czat jest zakończony.
refused-chatFull = Zbyt wiele wierszy czeka na wysłanie. Wyślij ten, gdy tamte odejdą.
refused-reload = Strona i usługa nie pasują do siebie. Załaduj stronę ponownie.
refused-statePlatform = Twój klient UC decyduje o Twoim stanie, dopóki jest połączony.
refused-stateWaits = Centrum kontaktu jest teraz nieosiągalne. Wybór zadziała, gdy wróci.
refused-stateWaitsAgent = Agent { $words } jest zalogowany na Twoim numerze. Wybór zadziała, gdy się wyloguje.
refused-stateUnoffered = Nie można tu teraz wybierać stanów.
refused-stateLost = Nie udało się przekazać wyboru. Wybierz ponownie.
refused-stateRefused = Wybór nie dochodzi do skutku. Centrum kontaktu odpowiada: { $words }
refused-previewClosed = Ta zapowiedź jest już zamknięta.
refused-redirectLocked = Administrator ustalił, dokąd trafiają Twoje rozmowy.
refused-redirectNotKept = To obowiązuje od teraz, ale nie udało się tego zapisać: po ponownym uruchomieniu usługi może zniknąć. Powiadom administratora.
refused-lineDecided = Centrum kontaktu odpowiedziało { $words }, a nie tak, jak proszono. Tak zostaje.
refused-lineAsksAgain = Centrum kontaktu odpowiedziało { $words }, a nie tak, jak proszono. Prośba jest powtarzana.
refused-lineNoState = Centrum kontaktu nie podaje stanu tego numeru.
refused-lineAgent = Agent { $words } jest zalogowany na tym numerze.
refused-lineSays = Centrum kontaktu odpowiada: { $words }
end-undeliverable = Nie masz już numeru dla rozmowy ({ $caller }).
past-undeliverable = Brak numeru
predef-loggedOut = Wylogowano
predef-outOfService = Nie działa
predef-ready = Gotowość
predef-partReady = Częściowa gotowość
predef-notReady = Brak gotowości
predef-notReadyFor = Brak gotowości: { $words }
predef-afterCallWork = Praca po rozmowie
predef-otherAgent = Zalogowany jest tu agent { $words }
