app-name = UC Connector
app-skip = דילוג לחלק הראשי
app-starting = מתחבר לשרת…

signIn-title = כניסה
signIn-lead = מרכז השירות ישאל כאן לפני שיעביר שיחה.
signIn-user = שם משתמש
signIn-password = סיסמה
signIn-show = הצגת הסיסמה
signIn-submit = כניסה
signIn-busy = מתבצעת כניסה…
signIn-refused = שם המשתמש או הסיסמה אינם נכונים. יש לבדוק את שניהם ולנסות שוב.
signIn-tooMany =
    { $seconds ->
        [one] יותר מדי ניסיונות. אפשר לנסות שוב בעוד שנייה אחת.
        [two] יותר מדי ניסיונות. אפשר לנסות שוב בעוד שתי שניות.
       *[other] יותר מדי ניסיונות. אפשר לנסות שוב בעוד { $seconds } שניות.
    }
signIn-later = יותר מדי ניסיונות. אפשר לנסות שוב בעוד חצי דקה.
signIn-unreachable = השרת אינו עונה. יש לבדוק את הרשת ולנסות שוב.
signIn-detail = השרת מסרב לכניסה: { $detail }
signIn-missing = יש להזין שם משתמש וסיסמה.
signOut = יציאה
signOut-failed = היציאה לא בוצעה: השרת לא ענה. יש לנסות שוב.

signedOut-asked = ההתחברות הסתיימה.
signedOut-expired = משך הכניסה הגיע למותר באתר זה. יש להיכנס שוב.
signedOut-tooMany = נכנסת ביותר מכשירים מהמותר, ולכן המכשיר הזה נותק.
signedOut-account = החשבון השתנה. יש להיכנס שוב או לפנות למנהל המערכת.
signedOut-gone = נותקת: ההפעלה הסתיימה. יש להיכנס שוב.

state-label = המצב שלך
state-unknown = לא ידוע
state-pending = התבקש: { $state }
asked-unsure = לא ידוע אם הבקשה הגיעה: { $what }. יש לבדוק, ואם לא – לבחור שוב.
state-menu = שינוי המצב
state-none = המצב שלך נקבע לפי לקוח ה־UC.
menu-logIn = תחילת עבודה כנציג
menu-logOut = סיום עבודה כנציג

tab-list = שולחן העבודה שלך
tab-channels = ערוצים
tab-past = קודמות
tab-settings = התראות
channels-empty = לא הוקצה לך אף ערוץ. יש לפנות למנהל המערכת.
channels-dn = מספר
channels-switch = מרכזייה
channels-state = מצב
channels-marked = המספר הזה כבר אינו מוקצה לך בהגדרות

work-title = תצוגות מקדימות ושיחות
work-empty = שום דבר אינו ממתין לך.
work-emptyHint = כשמרכז השירות ירצה להעביר אליך שיחה, תיפתח כאן קודם תצוגה מקדימה.
work-loggedOut = העבודה כנציג הסתיימה: שום שיחה לא תגיע אליך.
work-loggedOutChoose = כדי להיות זמין יש לבחור מצב בתפריט שלמעלה.
work-loggedOutPlatform = יש להיות זמין בלקוח ה-UC: המצב כאן עוקב אחריו.
work-chooseState = בחירת מצב

previews-title = תצוגות מקדימות של שיחות
preview-title = תצוגה מקדימה של שיחה
preview-titleChat = תצוגה מקדימה של צ׳אט
preview-from = שיחה מאת { $caller }
preview-broadcast = הפנייה נשלחה לכמה עמיתים; מי שיקבל ראשון יקבל את השיחה.
preview-broadcastChat = הפנייה נשלחה לכמה עמיתים; מי שיקבל ראשון יקבל את הצ׳אט.
preview-dn = למספר שלך { $dn }
preview-accept = קבלה
preview-decline = דחייה
preview-accepting = מתקבל…
preview-declining = נדחה…
preview-acceptUnheard = לא אושר: הקבלה תישלח שוב כשהחיבור יחזור.
preview-declineUnheard = לא אושר: הדחייה תישלח שוב כשהחיבור יחזור.
preview-silence = השתקה
preview-notes = הערות הנציג
preview-left = { $seconds } שנ׳
preview-leftLong =
    { $seconds ->
        [one] נותרה שנייה אחת למענה
        [two] נותרו שתי שניות למענה
       *[other] נותרו { $seconds } שניות למענה
    }
preview-limit =
    { $seconds ->
        [one] יש לך שנייה אחת למענה.
        [two] יש לך שתי שניות למענה.
       *[other] יש לך { $seconds } שניות למענה.
    }
preview-data = נתונים עסקיים
caller-unknown = מתקשר לא ידוע

end-unknown = התצוגה המקדימה עבור { $caller } הסתיימה בזמן שהחיבור היה מנותק.
end-accepted = התקבלה: השיחה של { $caller } תועבר אליך.
end-rejected = נדחתה: { $caller }.
end-takenByAnother = השיחה של { $caller } נלקחה על ידי עמית אחר.
end-timedOut = הזמן תם: התצוגה המקדימה עבור { $caller } נסגרה.
end-cancelled = מרכז השירות ביטל את התצוגה המקדימה עבור { $caller }.
end-callerGone = { $caller }: המתקשר ניתק.
end-acceptedChat = התקבל: הצ׳אט עם { $caller } ייפתח כאן.
end-takenByAnotherChat = הצ׳אט עם { $caller } נלקח על ידי עמית אחר.
end-callerGoneChat = { $caller }: הצד השני עזב את הצ׳אט.
end-undeliverableChat = לא נותר לך מספר לצ׳אט עם { $caller }.
notify-over = מאוחר מדי: התצוגה המקדימה הזו הסתיימה.
notify-away = התשובה לא נשלחה: אין דף מחובר. יש לפתוח את הדף.
past-empty = אף תצוגה מקדימה לא הסתיימה היום.
past-missed = לא נענו: { $count }
past-accepted = התקבלה
past-rejected = נדחתה
past-takenByAnother = נלקחה בידי עמית
past-timedOut = לא נענתה
past-cancelled = בוטלה
past-callerGone = הצד השני ניתק
past-unknown = הסיום לא ידוע

said-preview =
    { $seconds ->
        [one] שיחה מאת { $caller }. יש לך שנייה אחת למענה.
        [two] שיחה מאת { $caller }. יש לך שתי שניות למענה.
       *[other] שיחה מאת { $caller }. יש לך { $seconds } שניות למענה.
    }
said-ringing = שיחה נכנסת מאת { $caller }.
said-dialing = מחייג אל { $caller }.
said-established = בשיחה עם { $caller }.
said-held = השיחה עם { $caller } בהמתנה.
said-retrieved = השיחה עם { $caller } חודשה.
said-ended = השיחה עם { $caller } הסתיימה.
said-state = המצב שלך: { $state }
said-data = הנתונים העסקיים של השיחה עם { $caller } השתנו: { $what }

call-title = שיחה עם { $caller }
call-ringing = מצלצל
call-dialing = מחייג
call-established = בשיחה
call-held = בהמתנה
call-duration = משך המצב הזה
call-actions = פעולות שיחה
call-data = נתונים עסקיים
data-others = נתונים אחרים
data-edit = שינוי { $label }
data-add = הוספת { $label }
data-save = שמירה
data-remove = הסרה
data-waiting = ממתין לאישור של מרכז השירות…
data-meanwhile = השתנה בינתיים. כעת: { $value }
data-gone = הוסר בינתיים. יש לשמור כדי להוסיף אותו שוב.
data-leftOut = רשומות שאינן מוצגות: { $number }
data-cut = תווים שאינם מוצגים: { $number }
data-lost = לא נשמר, כי השיחה הסתיימה: { $what }
typed-lost = לא נשלח, כי השיחה הסתיימה: { $what }
press-lost = לא יצא לפועל, כי השיחה הסתיימה: { $what }
button-answer = מענה
button-release = ניתוק
button-hold = המתנה
button-retrieve = חזרה לשיחה
button-transfer = העברה
transfer-to = העברה למספר
transfer-go = העברה עכשיו
call-networkReached = מתקשר
call-busy = תפוס
call-consult = התייעצות עם { $caller }
call-parties = משתתפים בשיחה:
call-muted = המיקרופון מושתק
call-more = פעולות נוספות
call-less = פחות פעולות
call-unsupported = מערכת הטלפון שלך אינה מציעה זאת
on-call = בשיחה
said-busy = הקו של { $caller } תפוס.
said-unmuted = שומעים אותך שוב.
button-completeTransfer = השלמת ההעברה
button-completeConference = חיבור כולם
button-alternate = מעבר בין השיחות
button-reconnect = חזרה למתקשר
button-mute = השתקת המיקרופון
button-unmute = ביטול השתקת המיקרופון
button-digits = לוח מקשים
button-conference = הוספת משתתף
button-redirect = שליחה למספר אחר
button-releaseConsult = סיום ההתייעצות
button-releaseCaller = ניתוק עם { $caller }
number-missing = יש להזין קודם את המספר.
number-askFirst = התייעצות תחילה
target-list = תוצאות חיפוש
target-hint = מספר, או תחילת שם, קבוצה או מחלקה
target-worker = עמית לעבודה
target-agent = נציג
target-queue = תור
target-routePoint = נקודת ניתוב
target-agentGroup = קבוצת נציגים
target-external = חיצוני
target-unknown = לא ידוע
target-none = לא נמצא אף אחד.
target-count = נמצאו: { $number }.
target-more = יש עוד: יש להקליד אותיות נוספות.
target-choose = יש לבחור מישהו מהרשימה או להזין מספר.
target-favourite = מועדף
note-label = הערה שעוברת עם השיחה
conference-to = מספר להוספה
conference-go = הוספה עכשיו
redirect-to = שליחת השיחה למספר
redirect-go = שליחה עכשיו
digits-sent = ספרות שנשלחו
dial-open = שיחה חדשה
dial-number = מספר לחיוג
dial-from = מהמספר שלך
dial-go = חיוג
ended-transferred = הועברה: { $caller }
ended-conferenced = בשיחת ועידה: { $caller }
ended-redirected = נשלחה למספר אחר: { $caller }
ended-busy = תפוס: { $caller }
ended-noAnswer = אין מענה: { $caller }
ended-abandoned = { $caller }: המתקשר ניתק לפני המענה.
ended-unreachable = { $caller }: לא ניתן להשיג.
ended-failed = השיחה עם { $caller } נכשלה.
help = עזרה
help-on = עזרה: { $part }
help-newTab = נפתח בלשונית חדשה
data-more =
    { $count ->
        [one] הצגת פריט אחד נוסף
        [two] הצגת שני פריטים נוספים
       *[other] הצגת { $count } פריטים נוספים
    }
more = הצגת עוד
less = הצגת פחות
cancel = ביטול
close = סגירה
dismiss = סגירת ההודעה

link-lost = החיבור לשרת אבד. מתחבר מחדש…
link-lostHint = עד שהחיבור יחזור, המצב שלך כאן אינו ידוע. השיחות ממשיכות.
link-unsteady = החיבור לשרת נקטע שוב ושוב. כדאי לבדוק את הרשת או לפנות למנהל המערכת.
link-back = החיבור חזר.
link-takeover = השירות עובר לשרת אחר. הדף הזה ימשיך מעצמו בעוד רגע.
link-outdated = הדף הזה ישן יותר מהשרת. יש לטעון אותו מחדש כדי להמשיך.
link-pageless = החשבון הזה אינו שייך לאף עובד ולכן אין לו דף. יש לצאת ולהיכנס עם חשבון אחר.
link-tooMany = יש לך יותר מדי דפים פתוחים. יש לסגור אחד מהם, והדף הזה ימשיך מעצמו.
link-reload = טעינה מחדש
problem-title = הפעולה לא הצליחה

alert-bar = כיצד הדף הזה מתריע
alert-soundTitle = צליל
alert-blocked = הדפדפן חוסם את הצליל עד שתתבצע לחיצה בדף הזה או על מקש.
alert-test = בדיקת צליל
alert-soundOn = הצליל מוכן
alert-sound = תצוגה מקדימה של שיחה
alert-soundChatPreview = תצוגה מקדימה של צ׳אט
alert-soundCall = שיחה מצלצלת
alert-soundChat = צ׳אט או הודעה חדשים
alert-soundUsual = הצליל הרגיל
alert-soundNumber = צליל { $number }
alert-soundNone = ללא צליל
alert-volume = עוצמת הקול
alert-volumeNone = עוצמת הקול היא 0%: לא יישמע דבר.
alert-output = השמעה דרך
alert-outputDefault = התקן ברירת המחדל
alert-outputAbsent = לא מחובר
alert-outputAsk = בחירת התקן
alert-outputLost = ההתקן שנבחר אינו זמין: הצליל מושמע בהתקן ברירת המחדל.
alert-notifications = הודעות דפדפן
alert-notificationsAsk = הפעלת הודעות
alert-notificationsOn = ההודעות פועלות: תצוגה מקדימה תופיע גם כשהדף הזה אינו מלפנים.
alert-notificationsOff = הדפדפן מסרב להודעות מהדף הזה. אפשר להתיר אותן בהגדרות האתר.
alert-notificationsNone = הדפדפן הזה אינו מציג כאן הודעות. במקומן מהבהבת כותרת הדף.
alert-later = לא עכשיו
onTop-hint = חלון קטן מציג תצוגות מקדימות מעל החלונות האחרים.
onTop-open = השארת תצוגות מקדימות למעלה
onTop-close = סגירת החלון הקטן
alert-keys = שימוש בקיצורי מקשים
alert-language = שפה
alert-languageOwn = כפי שקבע מנהל המערכת
alert-forgetful = הדפדפן הזה אינו שומר את הבחירות שלך: הן תקפות עד לסגירת הדף.
alert-flashCall = שיחה מאת { $caller }

keys-title = קיצורי מקשים
keys-open = קיצורי מקשים
keys-accept = קבלת התצוגה המקדימה שבמיקוד
keys-decline = דחיית התצוגה המקדימה שבמיקוד
keys-preview = מעבר לתצוגה המקדימה הישנה ביותר
keys-state = פתיחת תפריט המצב
keys-sheet = הצגת הרשימה הזאת
keys-silence = השתקת הצליל
keys-change = שינוי
keys-press = יש להקיש על המקשים החדשים, או על Escape כדי להשאיר את הישנים.
keys-changed = המקשים החדשים: { $keys }
keys-unfit = אפשר להשתמש ב-Alt עם אות, ב-Ctrl+Alt או ב-Alt+Shift עם אות או ספרה, או ב-F2, F4, F8 או F9.
keys-browser = הדפדפן שומר את { $keys } לעצמו. יש לבחור מקשים אחרים.
keys-taken = { $keys } כבר בשימוש: { $action }
keys-site = חזרה למקשים של האתר

chat-list = שיחות צ׳אט
chat-with = צ׳אט עם
chat-unread = הודעות שלא נקראו: { $number }
chat-actions = מה אפשר לעשות בצ׳אט הזה
chat-transcript = התכתבות
chat-you = הצד שלך
chat-joined = { $party } משתתף
chat-left = { $party } עזב
chat-typing = { $party } כותב…
chat-write = ההודעה שלך
chat-send = שליחה
chat-hint = Enter שולח, Shift+Enter מתחיל שורה חדשה.
chat-tooLong = ההודעה ארוכה מדי. יש לשלוח אותה בחלקים.
chat-waiting = בשליחה…
chat-refused = לא נשלחה.
chat-again = שליחה חוזרת
chat-drop = מחיקה
chat-lost = לא נשלח, כי הצ׳אט הסתיים:
chat-delivered = נמסרה
chat-read = נקראה
chat-leave = עזיבת הצ׳אט
chat-leaving = בעזיבה…
chat-done = סגירת הצ׳אט
chat-save = שמירה כטקסט
chat-overLeft = עזבת את הצ׳אט הזה.
chat-overClosed = הצ׳אט הזה הסתיים.
chat-overLost = מרכז השירות כבר לא מכיר את הצ׳אט הזה.
chat-overDn = המספר הזה כבר לא שלך, ולכן הצ׳אט הסתיים.
chat-stays = אפשר לקרוא ולשמור אותו כאן עד { $time }.
chat-dropped = הודעות קודמות שכבר אינן כאן: { $number }
chat-missing = הודעות שאבדו: { $number }
chat-earlier = הצגת הודעות קודמות: { $number }
chat-escalate = בקשה לדבר עם הלקוח
chat-asked = ביקשת לדבר עם הלקוח.
chat-accepted = השיחה מועברת אליך.
chat-notAccepted = אי אפשר לדבר עם הלקוח עכשיו.
chat-call = השיחה של הצ׳אט הזה:
said-chat = צ׳אט עם { $party }
said-chatLine = { $party } כותב: { $text }
alert-flashChat = הודעה מאת { $caller }
preview-redirect = אל המספר החיצוני { $number }
outside-title = שיחות שאושרו
outside-on = שיחות שמאושרות כאן עוברות למספר החיצוני { $number }.
outside-off = שיחות שמאושרות כאן מגיעות למספר שלך.
outside-locked = מנהל המערכת קבע לאן עוברות השיחות שלך.
outside-number = מספר חיצוני
outside-go = להעביר לשם שיחות
outside-stop = חזרה למספר שלי
refused-numberEmpty = יש להזין מספר.
refused-numberNone = זה אינו מספר טלפון. השתמשו בספרות, עם + לפני קידומת המדינה.
refused-numberShort = המספר קצר מדי.
refused-numberLong = המספר ארוך מדי.
refused-numberOutside = אי אפשר להעביר כאן שיחות למספר הזה. שאלו את מנהל המערכת אילו מספרים מותרים.
refused-numberForbidden = אי אפשר להעביר שיחות למספרים שמתחילים כך.
refused-redirectNone = אי אפשר להעביר כאן שיחות למספרים חיצוניים.
refused-previewRedirected = יעד השיחה השתנה. הביטו בתצוגה המקדימה ואשרו שוב.

missed-title = תצוגות מקדימות שפוספסו ברצף: { $count }. כרגע לא מגיעות אליך עוד שיחות.
missed-back = חזרתי

check-title = האם הדף הזה יכול להגיע אליך?
check-hint = יש לבדוק פעם אחת אם הדף הזה יכול להגיע אליך.
check-open = לבדוק עכשיו
check-connection = חיבור
check-connected = מחובר לשרת.
check-heard = שמעתם את הצליל?
check-yes = כן
check-no = לא
check-silent = הגבירו את עוצמת הקול כאן ובמחשב, או בחרו התקן אחר בהתראות.
check-done = הכול פועל: הדף הזה יכול להגיע אליך.

outcome-code = תוצאה
outcome-choose = בחירה…
outcome-note = הערה
outcome-left = תווים שנותרו: { $number }
outcome-save = שמירת התוצאה
outcome-skip = ללא תוצאה
outcome-open = רישום התוצאה
outcome-close = סגירת התוצאה
outcome-of-call = מה הייתה תוצאת השיחה עם { $caller }?
outcome-of-declined = מה הסיבה לדחייה ({ $caller })?
outcome-of-missed = מה הסיבה לאי־המענה ({ $caller })?
outcome-saved = התוצאה נשמרה: { $caller }
outcome-reported = התוצאה נשמרה לדוחות: { $caller }
outcome-late = לא נשמרה תוצאה: { $caller }
outcome-lost = התוצאה שכתבת לא נשמרה: { $caller }
outcome-unsure = לא ידוע אם התוצאה שכתבת נשמרה: { $caller }
refused-outcomeClosed = זה כבר טופל. דבר לא נשמר פעמיים.
refused-outcomeWaits = התוצאה כבר נשמרת.
refused-outcomeUnreachable = אי אפשר להגיע כעת למרכז השירות. יש לשמור את התוצאה שוב בעוד רגע.
refused-outcomeNoCode = אי אפשר לבחור כאן בתוצאה זו. יש לבחור אחרת.
refused-outcomeNoNote = ההערה ארוכה מדי או שיש בה תווים שאי אפשר לשמור.
refused-outcomeEmpty = יש לבחור תוצאה או לכתוב הערה.
refused-outcomeRefused = מרכז השירות לא שמר את התוצאה. אפשר לשמור אותה שוב. תשובתו: { $words }
refused-outcomeOtherwise = מרכז השירות שמר משהו אחר. יש לשמור את התוצאה שוב.

refused-notYours = זה כבר לא שלך.
refused-callOver = השיחה הזאת הסתיימה.
refused-callNotNow = אי אפשר לעשות זאת במצב השיחה כעת.
refused-callMoved = השיחה השתנתה בינתיים. דבר לא נעשה.
refused-callNoDial = אי אפשר לחייג מהמספר הזה כעת.
refused-callNumber = יש להזין את המספר, עד 64 תווים.
refused-callDigits = אפשר לשלוח רק 0 עד 9, * ו־#, עד 32 בכל פעם.
refused-callRefused = מרכז השירות סירב. תשובתו: { $words }
refused-callUnanswered = מרכז השירות לא ענה. יש לנסות שוב.
refused-callUnsupported = מרכז השירות אינו מציע זאת. תשובתו: { $words }
refused-noteNotNow = אי אפשר לצרף הערה לשיחה זו. יש להסיר את ההערה.
refused-dataThere = זה כבר קיים, בערך: { $words }. דבר לא נעשה.
refused-dataGone = זה כבר לא קיים. דבר לא נעשה.
refused-dataMoved = הערך כעת: { $words }. דבר לא נעשה.
refused-dataNotNow = אי אפשר לשנות זאת כאן כעת.
refused-textLong = הטקסט ארוך מדי. יש לקצר אותו.
refused-textControl = יש בטקסט תווים שאי אפשר לשלוח. יש לכתוב אותו מחדש.
refused-textEmpty = אין מה לשלוח.
refused-chatOver = הצ'אט הזה הסתיים.
refused-chatFull = יותר מדי שורות ממתינות לשליחה. יש לשלוח את זו אחרי שיצאו.
refused-reload = הדף והשירות אינם מתאימים. יש לטעון את הדף מחדש.
refused-statePlatform = לקוח ה־UC שלך קובע את מצבך כל עוד הוא מחובר.
refused-stateWaits = אי אפשר להגיע כעת למרכז השירות. הבחירה תיכנס לתוקף כשיחזור.
refused-stateWaitsAgent = הנציג { $words } מחובר במספר שלך. הבחירה תיכנס לתוקף כשיצא.
refused-stateUnoffered = אי אפשר לבחור כאן מצבים כעת.
refused-stateLost = אי אפשר היה להעביר את הבחירה. יש לבחור שוב.
refused-stateRefused = הבחירה לא מתממשת. תשובת מרכז השירות: { $words }
refused-previewClosed = התצוגה המקדימה כבר סגורה.
refused-redirectLocked = מנהל המערכת קבע לאן יגיעו השיחות שלך.
refused-redirectNotKept = זה בתוקף מעכשיו, אך לא ניתן היה לשמור אותו: הפעלה מחדש של השירות עלולה לשכוח אותו. יש להודיע למנהל המערכת.
refused-lineDecided = מרכז השירות ענה { $words }, ולא מה שהתבקש. כך זה נשאר.
refused-lineAsksAgain = מרכז השירות ענה { $words }, ולא מה שהתבקש. הבקשה נשלחת שוב.
refused-lineNoState = מרכז השירות אינו מודיע על מצב המספר הזה.
refused-lineAgent = הנציג { $words } מחובר במספר הזה.
refused-lineSays = תשובת מרכז השירות: { $words }
end-undeliverable = לא נותר לך מספר לשיחה מאת { $caller }.
past-undeliverable = לא נותר מספר
predef-loggedOut = מנותק
predef-outOfService = לא פעיל
predef-ready = זמין
predef-partReady = זמין חלקית
predef-notReady = לא זמין
predef-notReadyFor = לא זמין: { $words }
predef-afterCallWork = עבודה אחרי שיחה
predef-otherAgent = הנציג { $words } מחובר כאן
