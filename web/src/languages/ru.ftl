app-name = UC Connector
app-skip = Перейти к основной части
app-starting = Подключение к серверу…

signIn-title = Вход
signIn-lead = Контакт-центр спросит вас здесь, прежде чем направить вам звонок.
signIn-user = Имя пользователя
signIn-password = Пароль
signIn-show = Показать пароль
signIn-submit = Войти
signIn-busy = Выполняется вход…
signIn-refused = Неверное имя пользователя или пароль. Проверьте их и попробуйте ещё раз.
signIn-tooMany =
    { $seconds ->
        [one] Слишком много попыток. Повторите через { $seconds } секунду.
        [few] Слишком много попыток. Повторите через { $seconds } секунды.
       *[many] Слишком много попыток. Повторите через { $seconds } секунд.
    }
signIn-later = Слишком много попыток. Повторите через полминуты.
signIn-unreachable = Сервер не отвечает. Проверьте сеть и попробуйте ещё раз.
signIn-detail = Сервер отказывает во входе: { $detail }
signIn-missing = Введите имя пользователя и пароль.
signOut = Выйти
signOut-failed = Вы ещё не вышли: сервер не ответил. Попробуйте ещё раз.

signedOut-asked = Вы вышли.
signedOut-expired = Сеанс длился столько, сколько разрешено на этом сайте. Войдите снова.
signedOut-tooMany = Вы вошли на большем числе устройств, чем разрешено, поэтому на этом выполнен выход.
signedOut-account = Ваша учётная запись изменилась. Войдите снова или обратитесь к администратору.
signedOut-gone = Выполнен выход: ваш сеанс завершён. Войдите снова.

state-label = Ваш статус
state-unknown = Неизвестен
state-pending = Запрошен: { $state }
state-menu = Изменить статус
state-none = Ваш статус следует за вашим UC-клиентом.
menu-logIn = Начать работу агента
menu-logOut = Завершить работу агента

tab-list = Ваше рабочее место
tab-channels = Каналы
tab-past = Прошлые
tab-settings = Оповещения
channels-empty = Вам не назначен ни один канал. Обратитесь к администратору.
channels-dn = Номер
channels-switch = Станция
channels-state = Статус
channels-marked = Этот номер больше не назначен вам в конфигурации

work-title = Запросы и звонки
work-empty = Вас ничего не ожидает.
work-emptyHint = Прежде чем контакт-центр направит вам звонок, здесь откроется запрос.
work-loggedOut = Работа агента завершена: звонки к вам не поступают.
work-loggedOutChoose = Выберите состояние в меню вверху, чтобы стать доступным.
work-loggedOutPlatform = Станьте доступны в своём UC-клиенте: состояние здесь следует за ним.
work-chooseState = Выбрать состояние

previews-title = Запросы о звонках
preview-title = Запрос о звонке
preview-from = Звонит: { $caller }
preview-broadcast = Запрос получили несколько коллег; звонок достанется тому, кто примет первым.
preview-dn = на ваш номер { $dn }
preview-accept = Принять
preview-decline = Отклонить
preview-accepting = Принимается…
preview-declining = Отклоняется…
preview-acceptUnheard = Не подтверждено: ваше согласие будет отправлено снова, когда восстановится связь.
preview-declineUnheard = Не подтверждено: ваш отказ будет отправлен снова, когда восстановится связь.
preview-silence = Без звука
preview-notes = Заметки агента
preview-left = { $seconds } с
preview-leftLong =
    { $seconds ->
        [one] На ответ осталась { $seconds } секунда
        [few] На ответ остались { $seconds } секунды
       *[many] На ответ осталось { $seconds } секунд
    }
preview-limit =
    { $seconds ->
        [one] На ответ у вас { $seconds } секунда.
        [few] На ответ у вас { $seconds } секунды.
       *[many] На ответ у вас { $seconds } секунд.
    }
preview-data = Деловые данные
caller-unknown = неизвестный номер

end-unknown = Запрос ({ $caller }) закрылся, пока не было связи.
end-accepted = Принято: { $caller }, сейчас вас соединят.
end-rejected = Отклонено: { $caller }.
end-takenByAnother = Звонок ({ $caller }) принял кто-то из коллег.
end-timedOut = Время вышло: запрос ({ $caller }) закрыт.
end-cancelled = Контакт-центр отозвал запрос ({ $caller }).
end-callerGone = { $caller }: звонивший повесил трубку.
notify-over = Слишком поздно: этот запрос уже завершён.
notify-away = Ответ не отправлен: ни одна ваша страница не подключена. Откройте страницу.
past-empty = Сегодня ещё не было завершённых запросов.
past-missed = Пропущено: { $count }
past-accepted = Принят
past-rejected = Отклонён
past-takenByAnother = Взял коллега
past-timedOut = Пропущен
past-cancelled = Отозван
past-callerGone = Абонент повесил трубку
past-unknown = Исход неизвестен

said-preview =
    { $seconds ->
        [one] Звонит: { $caller }. На ответ у вас { $seconds } секунда.
        [few] Звонит: { $caller }. На ответ у вас { $seconds } секунды.
       *[many] Звонит: { $caller }. На ответ у вас { $seconds } секунд.
    }
said-ringing = Входящий звонок: { $caller }.
said-dialing = Набор номера: { $caller }.
said-established = Соединение установлено: { $caller }.
said-held = Звонок удерживается: { $caller }.
said-retrieved = Звонок возобновлён: { $caller }.
said-ended = Звонок завершён: { $caller }.
said-transferred = Звонок переведён: { $caller }.
said-state = Ваш статус: { $state }
said-data = Изменены деловые данные звонка с { $caller }: { $what }

call-title = Звонок: { $caller }
call-ringing = Звонит
call-dialing = Набор номера
call-established = Разговор
call-held = На удержании
call-duration = Длительность этого состояния
call-actions = Действия со звонком
call-data = Деловые данные
data-others = Другие данные
data-edit = Изменить: { $label }
data-add = Добавить: { $label }
data-save = Сохранить
data-remove = Удалить
data-waiting = Ожидается подтверждение контакт-центра…
data-meanwhile = Тем временем изменено. Теперь здесь: { $value }
data-gone = Тем временем удалено. Сохраните, чтобы добавить снова.
data-leftOut = Не показано записей: { $number }
data-cut = Не показано знаков: { $number }
button-answer = Ответить
button-release = Завершить
button-hold = Удержать
button-retrieve = Возобновить
button-transfer = Перевести
transfer-to = Перевести на номер
transfer-go = Перевести сейчас
call-networkReached = Вызов
call-busy = Занято
call-consult = Консультация: { $caller }
call-parties = В разговоре участвуют:
call-muted = Микрофон выключен
call-more = Ещё действия
call-less = Меньше действий
call-unsupported = Ваша телефонная станция этого не умеет
on-call = Идёт разговор
said-busy = Номер занят: { $caller }.
said-unmuted = Вас снова слышно.
button-completeTransfer = Завершить перевод
button-completeConference = Соединить всех
button-alternate = Переключить
button-reconnect = Вернуться к звонящему
button-mute = Выключить микрофон
button-unmute = Включить микрофон
button-digits = Клавиатура
button-conference = Добавить участника
button-redirect = Отправить на другой номер
button-releaseConsult = Закончить консультацию
button-releaseCaller = Завершить с { $caller }
number-missing = Сначала введите номер.
number-askFirst = Сначала спросить
target-list = Результаты поиска
target-hint = Номер или начало имени, группы или отдела
target-worker = Коллега
target-agent = Оператор
target-queue = Очередь
target-routePoint = Точка маршрутизации
target-agentGroup = Группа операторов
target-external = Внешний номер
target-unknown = неизвестно
target-none = Никого не найдено.
target-count = Найдено: { $number }.
target-more = Есть и другие: введите больше букв.
target-choose = Выберите кого-нибудь из списка или введите номер.
target-favourite = Избранное
note-label = Заметка, которая передаётся со звонком
conference-to = Кого добавить
conference-go = Добавить сейчас
redirect-to = Отправить звонок на номер
redirect-go = Отправить сейчас
digits-sent = Отправленные цифры
dial-open = Новый звонок
dial-number = Куда позвонить
dial-from = С вашего номера
dial-go = Позвонить
ended-transferred = Переведён: { $caller }
ended-conferenced = В конференции: { $caller }
ended-redirected = Отправлен на другой номер: { $caller }
ended-busy = Занято: { $caller }
ended-noAnswer = Не отвечает: { $caller }
ended-abandoned = { $caller }: звонивший не дождался ответа.
ended-unreachable = { $caller }: номер недоступен.
ended-failed = { $caller }: звонок не удался.
help = Справка
help-on = Справка: { $part }
help-newTab = откроется в новой вкладке
data-more = Показать ещё { $count }
more = Показать больше
less = Показать меньше
cancel = Отмена
close = Закрыть
dismiss = Закрыть это сообщение

link-lost = Связь с сервером потеряна. Восстановление…
link-lostHint = До этого ваш статус здесь неизвестен. Ваши звонки продолжаются.
link-outdated = Эта страница старше сервера. Загрузите её заново, чтобы продолжить.
link-pageless = Эта учётная запись не принадлежит ни одному сотруднику, поэтому у неё нет страницы. Выйдите и войдите под другой учётной записью.
link-reload = Загрузить заново
problem-title = Не получилось

alert-bar = Как эта страница вас оповещает
alert-soundTitle = Звук
alert-blocked = Браузер блокирует звук, пока вы не щёлкнете по странице или не нажмёте клавишу.
alert-test = Проверить звук
alert-soundOn = Звук готов
alert-sound = Запрос о звонке
alert-soundChatPreview = Запрос о чате
alert-soundCall = Входящий звонок
alert-soundChat = Новый чат или сообщение
alert-soundUsual = Обычный звук
alert-soundNumber = Звук { $number }
alert-soundNone = Без звука
alert-volume = Громкость
alert-volumeNone = Громкость 0 %: вы ничего не услышите.
alert-output = Устройство вывода
alert-outputDefault = По умолчанию
alert-outputAbsent = Не подключено
alert-outputAsk = Выбрать устройство
alert-outputLost = Выбранного устройства нет: звук идёт через устройство по умолчанию.
alert-notifications = Уведомления
alert-notificationsAsk = Включить уведомления
alert-notificationsOn = Уведомления включены: запрос появится, даже если эта страница не на переднем плане.
alert-notificationsOff = Браузер запрещает уведомления этой страницы. Их можно разрешить в настройках сайта.
alert-notificationsNone = Этот браузер не показывает здесь уведомлений. Вместо них мигает заголовок страницы.
alert-later = Не сейчас
onTop-hint = Небольшое окно показывает запросы поверх других окон.
onTop-open = Держать запросы поверх окон
onTop-close = Закрыть небольшое окно
alert-keys = Использовать сочетания клавиш
alert-language = Язык
alert-languageOwn = Выбор администратора
alert-forgetful = Этот браузер не запоминает ваш выбор: он действует, пока открыта эта страница.
alert-flashCall = Звонит: { $caller }

keys-title = Сочетания клавиш
keys-open = Сочетания клавиш
keys-accept = Принять выбранный запрос
keys-decline = Отклонить выбранный запрос
keys-preview = Перейти к самому старому запросу
keys-state = Открыть меню статуса
keys-sheet = Показать этот список
keys-silence = Выключить звук
keys-change = Изменить
keys-press = Нажмите новые клавиши или Escape, чтобы оставить прежние.
keys-changed = Новые клавиши: { $keys }
keys-unfit = Используйте Alt с буквой, Ctrl+Alt или Alt+Shift с буквой или цифрой либо F2, F4, F8 или F9.
keys-browser = { $keys } занято браузером. Выберите другие клавиши.
keys-taken = { $keys } уже занято: { $action }
keys-site = Вернуть исходные клавиши

chat-list = Чаты
chat-with = Чат с участником
chat-unread = Непрочитанные сообщения: { $number }
chat-actions = Что можно сделать в этом чате
chat-transcript = Переписка
chat-you = Вы
chat-joined = { $party } участвует
chat-left = { $party } больше не участвует
chat-typing = { $party } пишет…
chat-write = Ваше сообщение
chat-send = Отправить
chat-hint = Enter отправляет, Shift+Enter начинает новую строку.
chat-tooLong = Сообщение слишком длинное. Отправьте его по частям.
chat-waiting = Отправляется…
chat-refused = Не отправлено.
chat-again = Отправить ещё раз
chat-drop = Удалить
chat-delivered = Доставлено
chat-read = Прочитано
chat-leave = Покинуть чат
chat-leaving = Выход из чата…
chat-done = Закрыть чат
chat-save = Сохранить как текст
chat-overLeft = Вы покинули этот чат.
chat-overClosed = Этот чат завершён.
chat-overLost = Контакт-центр больше не знает этого чата.
chat-overDn = Этот номер больше не ваш, поэтому чат завершён.
chat-stays = До { $time } его можно прочитать и сохранить здесь.
chat-dropped = Более ранние сообщения, которых здесь уже нет: { $number }
chat-missing = Потерянные сообщения: { $number }
chat-earlier = Показать более ранние сообщения: { $number }
chat-escalate = Попросить о разговоре с клиентом
chat-asked = Вы попросили о разговоре с клиентом.
chat-accepted = Звонок переводят на вас.
chat-notAccepted = Сейчас поговорить с клиентом нельзя.
chat-call = Звонок к этому чату:
said-chat = Чат с участником { $party }
said-chatLine = { $party } пишет: { $text }
alert-flashChat = Сообщение от { $caller }
preview-redirect = на внешний номер { $number }
outside-title = Принятые звонки
outside-on = Принятые вами звонки идут на внешний номер { $number }.
outside-off = Принятые вами звонки приходят на ваш собственный номер.
outside-locked = Администратор определил, куда идут ваши звонки.
outside-number = Внешний номер
outside-go = Направлять звонки туда
outside-stop = Вернуться к моему номеру
refused-numberEmpty = Введите номер.
refused-numberNone = Это не телефонный номер. Используйте цифры, с + перед кодом страны.
refused-numberShort = Этот номер слишком короткий.
refused-numberLong = Этот номер слишком длинный.
refused-numberOutside = На этот номер здесь нельзя направлять звонки. Спросите администратора, какие номера разрешены.
refused-numberForbidden = На номера, которые так начинаются, нельзя направлять звонки.
refused-redirectNone = Здесь нельзя направлять звонки на внешние номера.
refused-previewRedirected = Назначение звонка изменилось. Посмотрите предпросмотр и примите его ещё раз.

missed-title = Вы пропустили несколько предпросмотров подряд, поэтому звонки к вам сейчас не поступают.
missed-back = Я снова здесь

check-title = Может ли эта страница вас оповестить?
check-hint = Проверьте один раз, может ли эта страница вас оповестить.
check-open = Проверить
check-connection = Соединение
check-connected = Есть соединение с сервером.
check-heard = Вы услышали звук?
check-yes = Да
check-no = Нет
check-silent = Прибавьте громкость здесь и на компьютере или выберите другое устройство в оповещениях.
check-done = Всё работает: эта страница может вас оповестить.
