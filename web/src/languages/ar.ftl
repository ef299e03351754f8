app-name = UC Connector
app-skip = الانتقال إلى الجزء الرئيسي
app-starting = جارٍ الاتصال بالخادم…

signIn-title = تسجيل الدخول
signIn-lead = سيسألك مركز الاتصال هنا قبل أن يحوّل إليك مكالمة.
signIn-user = اسم المستخدم
signIn-password = كلمة المرور
signIn-show = إظهار كلمة المرور
signIn-submit = تسجيل الدخول
signIn-busy = جارٍ تسجيل الدخول…
signIn-refused = اسم المستخدم أو كلمة المرور غير صحيح. تحقّق من كليهما وحاول مرة أخرى.
signIn-tooMany =
    { $seconds ->
        [zero] محاولات كثيرة جدًا. حاول مرة أخرى الآن.
        [one] محاولات كثيرة جدًا. حاول مرة أخرى بعد ثانية واحدة.
        [two] محاولات كثيرة جدًا. حاول مرة أخرى بعد ثانيتين.
        [few] محاولات كثيرة جدًا. حاول مرة أخرى بعد { $seconds } ثوانٍ.
        [many] محاولات كثيرة جدًا. حاول مرة أخرى بعد { $seconds } ثانية.
       *[other] محاولات كثيرة جدًا. حاول مرة أخرى بعد { $seconds } ثانية.
    }
signIn-later = محاولات كثيرة جدًا. حاول مرة أخرى بعد نصف دقيقة.
signIn-unreachable = الخادم لا يستجيب. تحقّق من الشبكة وحاول مرة أخرى.
signIn-detail = يرفض الخادم تسجيل دخولك: { $detail }
signIn-missing = أدخل اسم المستخدم وكلمة المرور.
signOut = تسجيل الخروج
signOut-failed = ما زلت مسجّل الدخول: لم يستجب الخادم. حاول مرة أخرى.

signedOut-asked = أنت الآن خارج حسابك.
signedOut-expired = بقيت مسجّل الدخول طوال المدة التي يسمح بها هذا الموقع. سجّل الدخول من جديد.
signedOut-tooMany = سجّلت الدخول على أجهزة أكثر من المسموح، لذلك سُجّل خروج هذا الجهاز.
signedOut-account = تغيّر حسابك. سجّل الدخول من جديد أو اسأل المسؤول.
signedOut-gone = سُجّل خروجك: انتهت جلستك. سجّل الدخول من جديد.

state-label = حالتك
state-unknown = غير معروفة
state-pending = المطلوب: { $state }
asked-unsure = لا يُعرف هل وصل هذا الطلب: { $what }. تحقّق، واختره مرة أخرى إن لم يصل.
state-menu = تغيير حالتك
state-none = حالتك تتبع برنامج الاتصالات لديك.
menu-logIn = بدء عمل الوكيل
menu-logOut = إنهاء عمل الوكيل

tab-list = مكتبك
tab-channels = القنوات
tab-past = السابقة
tab-settings = التنبيهات
channels-empty = لم تُخصَّص لك أي قناة. اسأل المسؤول.
channels-dn = الرقم
channels-switch = المقسم
channels-state = الحالة
channels-marked = لم يعد هذا الرقم مخصصًا لك في الإعدادات

work-title = المعاينات والمكالمات
work-empty = لا شيء في انتظارك.
work-emptyHint = عندما يريد مركز الاتصال تحويل مكالمة إليك، تُفتح هنا معاينة أولًا.
work-loggedOut = لقد أنهيت عمل الوكيل: لن تصلك أي مكالمة.
work-loggedOutChoose = اختر حالة من القائمة أعلاه لتصبح متاحًا.
work-loggedOutPlatform = كن متاحًا في برنامج الاتصالات لديك: حالتك هنا تتبعه.
work-chooseState = اختيار حالة

previews-title = معاينات المكالمات
preview-title = معاينة مكالمة
preview-titleChat = معاينة محادثة
preview-from = مكالمة من { $caller }
preview-broadcast = سُئل عدد من الزملاء؛ أول من يقبل يحصل على المكالمة.
preview-broadcastChat = سُئل عدد من الزملاء؛ أول من يقبل يحصل على المحادثة.
preview-dn = إلى رقمك { $dn }
preview-accept = قبول
preview-decline = رفض
preview-accepting = جارٍ القبول…
preview-declining = جارٍ الرفض…
preview-acceptUnheard = غير مؤكَّد: سيُرسَل قبولك مرة أخرى عند عودة الاتصال.
preview-declineUnheard = غير مؤكَّد: سيُرسَل رفضك مرة أخرى عند عودة الاتصال.
preview-silence = كتم الصوت
preview-notes = ملاحظات الوكيل
preview-left = { $seconds } ث
preview-leftLong =
    { $seconds ->
        [zero] لم يبقَ وقت للرد
        [one] بقيت ثانية واحدة للرد
        [two] بقيت ثانيتان للرد
        [few] بقيت { $seconds } ثوانٍ للرد
        [many] بقيت { $seconds } ثانية للرد
       *[other] بقيت { $seconds } ثانية للرد
    }
preview-limit =
    { $seconds ->
        [zero] لم يبقَ لديك وقت للرد.
        [one] لديك ثانية واحدة للرد.
        [two] لديك ثانيتان للرد.
        [few] لديك { $seconds } ثوانٍ للرد.
        [many] لديك { $seconds } ثانية للرد.
       *[other] لديك { $seconds } ثانية للرد.
    }
preview-data = بيانات العمل
caller-unknown = متصل غير معروف

end-unknown = انتهت معاينة { $caller } أثناء انقطاع الاتصال.
end-accepted = تم القبول: ستوصَل مكالمة { $caller } إليك.
end-rejected = تم الرفض: { $caller }.
end-takenByAnother = استلم زميل مكالمة { $caller }.
end-timedOut = انتهى الوقت: أُغلقت معاينة { $caller }.
end-cancelled = سحب مركز الاتصال معاينة { $caller }.
end-callerGone = أنهى { $caller } المكالمة.
end-acceptedChat = تم القبول: تُفتح المحادثة مع { $caller } هنا.
end-takenByAnotherChat = استلم زميل المحادثة مع { $caller }.
end-callerGoneChat = غادر { $caller } المحادثة.
end-undeliverableChat = لم يبق لك رقم للمحادثة مع { $caller }.
notify-over = فات الأوان: انتهت هذه المعاينة.
notify-away = لم يُرسل ردك: لا توجد صفحة متصلة. افتح الصفحة.
past-empty = لم تنتهِ أي معاينة اليوم بعد.
past-missed = فائتة: { $count }
past-accepted = مقبولة
past-rejected = مرفوضة
past-takenByAnother = أخذها زميل
past-timedOut = فائتة
past-cancelled = مسحوبة
past-callerGone = أنهى المتصل المكالمة
past-unknown = النهاية غير معروفة

said-preview =
    { $seconds ->
        [zero] مكالمة من { $caller }. لم يبقَ لديك وقت للرد.
        [one] مكالمة من { $caller }. لديك ثانية واحدة للرد.
        [two] مكالمة من { $caller }. لديك ثانيتان للرد.
        [few] مكالمة من { $caller }. لديك { $seconds } ثوانٍ للرد.
        [many] مكالمة من { $caller }. لديك { $seconds } ثانية للرد.
       *[other] مكالمة من { $caller }. لديك { $seconds } ثانية للرد.
    }
said-ringing = مكالمة واردة من { $caller }.
said-dialing = جارٍ الاتصال بـ { $caller }.
said-established = أنت الآن في مكالمة مع { $caller }.
said-held = المكالمة مع { $caller } معلّقة.
said-retrieved = استؤنفت المكالمة مع { $caller }.
said-ended = انتهت المكالمة مع { $caller }.
said-state = حالتك: { $state }
said-data = تغيّرت بيانات العمل للمكالمة مع { $caller }: { $what }

call-title = مكالمة مع { $caller }
call-ringing = يرن
call-dialing = جارٍ طلب الرقم
call-established = قيد المكالمة
call-held = معلّقة
call-duration = مدة هذه الحالة
call-actions = إجراءات المكالمة
call-data = بيانات العمل
data-others = بيانات أخرى
data-edit = تغيير { $label }
data-add = إضافة { $label }
data-save = حفظ
data-remove = إزالة
data-waiting = في انتظار تأكيد مركز الاتصال…
data-meanwhile = تغيّرت القيمة في هذه الأثناء، وهي الآن: { $value }
data-gone = أُزيلت القيمة في هذه الأثناء. احفظ لإضافتها من جديد.
data-leftOut = إدخالات غير معروضة: { $number }
data-cut = أحرف غير معروضة: { $number }
data-lost = انتهت المكالمة ولم يُحفظ ما كتبته في «{ $what }»:
typed-lost = انتهت المكالمة ولم يُرسل ما كتبته في «{ $what }»:
press-lost = انتهت المكالمة قبل أن يتم «{ $what }»:
button-answer = رد
button-release = إنهاء
button-hold = تعليق
button-retrieve = استئناف
button-transfer = تحويل
transfer-to = التحويل إلى الرقم
transfer-go = التحويل الآن
call-networkReached = جارٍ الاتصال
call-busy = مشغول
call-consult = استشارة { $caller }
call-parties = المشاركون في المكالمة:
call-muted = صوتك مكتوم
call-more = إجراءات أخرى
call-less = إجراءات أقل
call-unsupported = نظام الهاتف لديك لا يوفر هذا
on-call = في مكالمة
said-busy = { $caller } مشغول.
said-unmuted = أصبح صوتك مسموعًا من جديد.
button-completeTransfer = إكمال التحويل
button-completeConference = جمع الكل
button-alternate = التبديل بين المكالمتين
button-reconnect = العودة إلى المتصل
button-mute = كتم الميكروفون
button-unmute = إلغاء كتم الميكروفون
button-digits = لوحة الأرقام
button-conference = إضافة شخص
button-redirect = الإرسال إلى رقم آخر
button-releaseConsult = إنهاء الاستشارة
button-releaseCaller = إنهاء المكالمة مع { $caller }
number-missing = أدخل الرقم أولًا.
number-askFirst = الاستشارة أولًا
target-list = نتائج البحث
target-hint = رقم، أو بداية اسم أو مجموعة أو قسم
target-worker = زميل
target-agent = موظف اتصال
target-queue = قائمة انتظار
target-routePoint = نقطة توجيه
target-agentGroup = مجموعة موظفين
target-external = خارجي
target-unknown = غير معروف
target-none = لم يُعثر على أحد.
target-count = عدد النتائج: { $number }.
target-more = هناك المزيد: اكتب أحرفًا أكثر.
target-choose = اختر أحدًا من القائمة أو أدخل رقمًا.
target-favourite = مفضّل
note-label = ملاحظة ترافق المكالمة
conference-to = الرقم المراد إضافته
conference-go = إضافة الآن
redirect-to = إرسال المكالمة إلى الرقم
redirect-go = إرسال الآن
digits-sent = الأرقام المرسلة
dial-open = مكالمة جديدة
dial-number = الرقم المطلوب
dial-from = من رقمك
dial-go = اتصال
ended-transferred = حُوّلت: { $caller }
ended-conferenced = في مكالمة جماعية: { $caller }
ended-redirected = أُرسلت إلى رقم آخر: { $caller }
ended-busy = مشغول: { $caller }
ended-noAnswer = لا إجابة: { $caller }
ended-abandoned = أنهى { $caller } المكالمة قبل أن تجيب.
ended-unreachable = تعذر الوصول إلى { $caller }.
ended-failed = فشلت المكالمة مع { $caller }.
help = مساعدة
help-on = مساعدة: { $part }
help-newTab = يُفتح في علامة تبويب جديدة
data-more =
    { $count ->
        [zero] لا مزيد للعرض
        [one] عرض بند واحد آخر
        [two] عرض بندين آخرين
        [few] عرض { $count } بنود أخرى
        [many] عرض { $count } بندًا آخر
       *[other] عرض { $count } بند آخر
    }
more = عرض المزيد
less = عرض أقل
cancel = إلغاء
close = إغلاق
dismiss = إغلاق هذه الرسالة

link-lost = انقطع الاتصال بالخادم. جارٍ إعادة الاتصال…
link-lostHint = حالتك غير معروفة هنا حتى يعود الاتصال. مكالماتك مستمرة.
link-unsteady = ينقطع الاتصال بالخادم مرة بعد مرة. تحقق من شبكتك أو اسأل المسؤول.
link-back = عاد الاتصال.
link-takeover = الخدمة تنتقل إلى خادم آخر. ستتابع هذه الصفحة تلقائيًا بعد لحظات.
link-outdated = هذه الصفحة أقدم من الخادم. أعد تحميلها للمتابعة.
link-pageless = هذا الحساب لا يخص أي موظف، لذلك ليست له صفحة. سجّل الخروج ثم سجّل الدخول بحساب آخر.
link-tooMany = لديك عدد كبير جدًا من الصفحات المفتوحة. أغلق واحدة وستعمل هذه الصفحة تلقائيًا.
link-reload = إعادة التحميل
problem-title = لم ينجح ذلك

alert-bar = كيف تنبّهك هذه الصفحة
alert-soundTitle = الصوت
alert-blocked = يحظر متصفحك الصوت حتى تنقر في هذه الصفحة أو تضغط مفتاحًا.
alert-test = اختبار الصوت
alert-soundOn = الصوت جاهز
alert-sound = معاينة مكالمة
alert-soundChatPreview = معاينة محادثة
alert-soundCall = رنين مكالمة
alert-soundChat = محادثة أو رسالة جديدة
alert-soundUsual = الصوت المعتاد
alert-soundNumber = الصوت { $number }
alert-soundNone = بلا صوت
alert-volume = مستوى الصوت
alert-volumeNone = مستوى الصوت 0٪: لن تسمع شيئًا.
alert-output = جهاز الصوت
alert-outputDefault = الجهاز الافتراضي
alert-outputAbsent = غير متصل
alert-outputAsk = اختيار جهاز الصوت
alert-outputLost = الجهاز الذي اخترته غير موجود: يصدر الصوت من الجهاز الافتراضي.
alert-notifications = الإشعارات
alert-notificationsAsk = تفعيل الإشعارات
alert-notificationsOn = الإشعارات مفعّلة: تظهر المعاينة حتى إن لم تكن هذه الصفحة في المقدمة.
alert-notificationsOff = يرفض متصفحك إشعارات هذه الصفحة. يمكنك السماح بها في إعدادات الموقع.
alert-notificationsNone = لا يعرض هذا المتصفح إشعارات هنا. يومض عنوان الصفحة بدلًا من ذلك.
alert-later = ليس الآن
onTop-hint = نافذة صغيرة تعرض المعاينات فوق نوافذك الأخرى.
onTop-open = إبقاء المعاينات في الأعلى
onTop-close = إغلاق النافذة الصغيرة
alert-keys = استخدام اختصارات لوحة المفاتيح
alert-language = اللغة
alert-languageOwn = كما حددها المسؤول
alert-forgetful = لا يحفظ هذا المتصفح اختياراتك: تبقى سارية حتى إغلاق هذه الصفحة.
alert-flashCall = مكالمة من { $caller }

keys-title = اختصارات لوحة المفاتيح
keys-open = اختصارات لوحة المفاتيح
keys-accept = قبول المعاينة المحددة
keys-decline = رفض المعاينة المحددة
keys-preview = الانتقال إلى أقدم معاينة
keys-state = فتح قائمة الحالة
keys-sheet = عرض هذه القائمة
keys-silence = إسكات الصوت
keys-change = تغيير
keys-press = اضغط المفاتيح الجديدة، أو Escape للإبقاء على القديمة.
keys-changed = المفاتيح الجديدة: { $keys }
keys-unfit = استخدم Alt مع حرف، أو Ctrl+Alt أو Alt+Shift مع حرف أو رقم، أو أحد المفاتيح F2 وF4 وF8 وF9.
keys-browser = يحتفظ المتصفح بـ { $keys } لنفسه. اختر مفاتيح أخرى.
keys-taken = { $keys } مستخدم بالفعل: { $action }
keys-site = العودة إلى مفاتيح الموقع

chat-list = المحادثات
chat-with = محادثة مع
chat-unread = رسائل غير مقروءة: { $number }
chat-actions = ما يمكن فعله في هذه المحادثة
chat-transcript = المحادثة
chat-you = أنت
chat-joined = يشارك { $party }
chat-left = غادر { $party }
chat-typing = { $party } يكتب الآن…
chat-write = رسالتك
chat-send = إرسال
chat-hint = مفتاح الإدخال يرسل، ومع Shift يبدأ سطرًا جديدًا.
chat-tooLong = هذه الرسالة طويلة جدًا. أرسلها على أجزاء.
chat-waiting = جارٍ الإرسال…
chat-refused = لم تُرسل.
chat-again = إرسال مرة أخرى
chat-drop = تجاهل
chat-lost = انتهت المحادثة ولم يُرسل ما كتبته:
chat-delivered = تم التسليم
chat-read = قُرئت
chat-leave = مغادرة المحادثة
chat-leaving = جارٍ المغادرة…
chat-done = إغلاق المحادثة
chat-save = حفظ كنص
chat-overLeft = لقد غادرت هذه المحادثة.
chat-overClosed = انتهت هذه المحادثة.
chat-overLost = لم يعد مركز الاتصال يعرف هذه المحادثة.
chat-overDn = لم يعد هذا الرقم لك، لذلك انتهت المحادثة.
chat-stays = يمكنك قراءتها وحفظها هنا حتى { $time }.
chat-dropped = رسائل سابقة لم تعد هنا: { $number }
chat-missing = رسائل مفقودة: { $number }
chat-earlier = إظهار رسائل سابقة: { $number }
chat-escalate = طلب التحدث إلى العميل
chat-asked = لقد طلبت التحدث إلى العميل.
chat-accepted = يجري تحويل المكالمة إليك.
chat-notAccepted = لا يمكنك التحدث إلى العميل الآن.
chat-call = مكالمة هذه المحادثة:
said-chat = محادثة مع { $party }
said-chatLine = { $party } كتب: { $text }
alert-flashChat = رسالة من { $caller }
preview-redirect = إلى الرقم الخارجي { $number }
outside-title = المكالمات المقبولة
outside-on = المكالمات التي تقبلها تذهب إلى الرقم الخارجي { $number }.
outside-off = المكالمات التي تقبلها تصل إلى رقمك.
outside-locked = حدّد المسؤول وجهة مكالماتك.
outside-number = الرقم الخارجي
outside-go = توجيه المكالمات إليه
outside-stop = العودة إلى رقمي
refused-numberEmpty = أدخل رقمًا.
refused-numberNone = هذا ليس رقم هاتف. استخدم أرقامًا، مع + قبل رمز البلد.
refused-numberShort = هذا الرقم قصير جدًا.
refused-numberLong = هذا الرقم طويل جدًا.
refused-numberOutside = لا يُسمح هنا بتوجيه المكالمات إلى هذا الرقم. اسأل المسؤول عن الأرقام المسموح بها.
refused-numberForbidden = لا يُسمح بتوجيه المكالمات إلى أرقام تبدأ هكذا.
refused-redirectNone = لا يمكن هنا توجيه المكالمات إلى أرقام خارجية.
refused-previewRedirected = تغيّرت وجهة المكالمة. انظر إلى المعاينة واقبلها مرة أخرى.

missed-title = معاينات فائتة متتالية: { $count }. لا تصلك مكالمات الآن.
missed-back = لقد عدت

check-title = هل تستطيع هذه الصفحة تنبيهك؟
check-hint = تحقق مرة واحدة من أن هذه الصفحة تستطيع تنبيهك.
check-open = تحقق الآن
check-connection = الاتصال
check-connected = متصل بالخادم.
check-heard = هل سمعت الصوت؟
check-yes = نعم
check-no = لا
check-silent = ارفع مستوى الصوت هنا وفي حاسوبك، أو اختر جهازًا آخر في التنبيهات.
check-done = كل شيء يعمل: هذه الصفحة تستطيع تنبيهك.

outcome-code = النتيجة
outcome-choose = اختر…
outcome-note = ملاحظة
outcome-left = الأحرف المتبقية: { $number }
outcome-save = حفظ النتيجة
outcome-skip = بلا نتيجة
outcome-open = تدوين النتيجة
outcome-close = إغلاق النتيجة
outcome-of-call = ما نتيجة المكالمة مع { $caller }؟
outcome-of-declined = ما سبب الرفض ({ $caller })؟
outcome-of-missed = ما سبب عدم الرد ({ $caller })؟
outcome-saved = حُفظت النتيجة: { $caller }
outcome-reported = حُفظت النتيجة للتقارير: { $caller }
outcome-late = لم تُحفظ أي نتيجة: { $caller }
outcome-lost = لم تُحفظ النتيجة التي كتبتها: { $caller }
outcome-unsure = لا يُعرف هل حُفظت النتيجة التي كتبتها: { $caller }
refused-outcomeClosed = انتهى هذا الأمر من قبل. لم يُحفظ شيء مرتين.
refused-outcomeWaits = يجري حفظ النتيجة بالفعل.
refused-outcomeUnreachable = لا يمكن الوصول إلى مركز الاتصال الآن. احفظ النتيجة مرة أخرى بعد قليل.
refused-outcomeNoCode = لا يمكن اختيار هذه النتيجة هنا. اختر غيرها.
refused-outcomeNoNote = الملاحظة طويلة جدًا أو فيها رموز لا يمكن حفظها.
refused-outcomeEmpty = اختر نتيجة أو اكتب ملاحظة.
refused-outcomeRefused = لم يحفظ مركز الاتصال النتيجة. يمكنك حفظها مرة أخرى. رده: { $words }
refused-outcomeOtherwise = حفظ مركز الاتصال شيئًا آخر. احفظ النتيجة مرة أخرى.

refused-notYours = لم يعد هذا لك.
refused-callOver = انتهت هذه المكالمة.
refused-callNotNow = لا يمكن ذلك والمكالمة على حالها الآن.
refused-callMoved = تغيرت المكالمة في هذه الأثناء. لم يُنفذ شيء.
refused-callNoDial = لا يمكن الاتصال من هذا الرقم الآن.
refused-callNumber = أدخل الرقم، بحد أقصى 64 حرفًا.
refused-callDigits = يمكن إرسال 0 إلى 9 و* و# فقط، 32 في المرة.
refused-callRefused = رفض مركز الاتصال ذلك. رده: { $words }
refused-callUnanswered = لم يرد مركز الاتصال. حاول مرة أخرى.
refused-callUnsupported = لا يوفر مركز الاتصال ذلك. رده: { $words }
refused-noteNotNow = لا يمكن إرفاق ملاحظة بهذه المكالمة. احذف الملاحظة.
refused-dataThere = صار موجودًا بالقيمة: { $words }. لم يُنفذ شيء.
refused-dataGone = لم يعد موجودًا. لم يُنفذ شيء.
refused-dataMoved = القيمة الآن: { $words }. لم يُنفذ شيء.
refused-dataNotNow = لا يمكن تغيير هذا هنا الآن.
refused-textLong = هذا النص طويل جدًا. اختصره.
refused-textControl = في النص رموز لا يمكن إرسالها. اكتبه من جديد.
refused-textEmpty = لا يوجد ما يُرسل.
refused-chatOver = انتهت هذه المحادثة.
refused-chatFull = تنتظر أسطر كثيرة الإرسال. أرسل هذا السطر بعد خروجها.
refused-reload = الصفحة والخدمة غير متوافقتين. أعد تحميل الصفحة.
refused-statePlatform = يحدد برنامج الاتصالات حالتك ما دام متصلًا.
refused-stateWaits = لا يمكن الوصول إلى مركز الاتصال الآن. يسري اختيارك عند عودته.
refused-stateWaitsAgent = الوكيل { $words } مسجل على رقمك. يسري اختيارك عند خروجه.
refused-stateUnoffered = لا يمكن اختيار الحالات هنا الآن.
refused-stateLost = تعذر نقل اختيارك. اختر مرة أخرى.
refused-stateRefused = لم يتحقق اختيارك. رد مركز الاتصال: { $words }
refused-previewClosed = أُغلقت هذه المعاينة من قبل.
refused-redirectLocked = حدد المسؤول وجهة مكالماتك.
refused-redirectNotKept = هذا سارٍ من الآن، لكن تعذر حفظه: قد يضيع عند إعادة تشغيل الخدمة. أبلغ المسؤول.
refused-lineDecided = رد مركز الاتصال { $words } بدل المطلوب. يبقى الأمر كذلك.
refused-lineAsksAgain = رد مركز الاتصال { $words } بدل المطلوب. يُطلب مرة أخرى.
refused-lineNoState = لا يخبر مركز الاتصال بحالة هذا الرقم.
refused-lineAgent = الوكيل { $words } مسجل على هذا الرقم.
refused-lineSays = رد مركز الاتصال: { $words }
end-undeliverable = لم يبق لك رقم لمكالمة { $caller }.
past-undeliverable = لا رقم متبقيًا
predef-loggedOut = غير مسجل الدخول
predef-outOfService = خارج الخدمة
predef-ready = جاهز
predef-partReady = جاهز جزئيًا
predef-notReady = غير جاهز
predef-notReadyFor = غير جاهز: { $words }
predef-afterCallWork = عمل ما بعد المكالمة
predef-otherAgent = الوكيل { $words } مسجل هنا
