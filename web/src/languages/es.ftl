app-name = UC Connector
app-skip = Ir al contenido principal
app-starting = Conectando con el servidor…

signIn-title = Iniciar sesión
signIn-lead = Su centro de contacto le preguntará aquí antes de enviarle una llamada.
signIn-user = Nombre de usuario
signIn-password = Contraseña
signIn-show = Mostrar la contraseña
signIn-submit = Iniciar sesión
signIn-busy = Iniciando sesión…
signIn-refused = El nombre de usuario o la contraseña no son correctos. Revise ambos e inténtelo de nuevo.
signIn-tooMany =
    { $seconds ->
        [one] Demasiados intentos. Vuelva a intentarlo en { $seconds } segundo.
       *[other] Demasiados intentos. Vuelva a intentarlo en { $seconds } segundos.
    }
signIn-later = Demasiados intentos. Vuelva a intentarlo en medio minuto.
signIn-unreachable = El servidor no responde. Revise su red e inténtelo de nuevo.
signIn-detail = El servidor no le permite iniciar sesión: { $detail }
signIn-missing = Escriba su nombre de usuario y su contraseña.
signOut = Cerrar sesión
signOut-failed = Su sesión sigue abierta: el servidor no respondió. Inténtelo de nuevo.

signedOut-asked = Ha cerrado la sesión.
signedOut-expired = Su sesión duró el tiempo que permite este sitio. Inicie sesión de nuevo.
signedOut-tooMany = Inició sesión en más dispositivos de los permitidos, por lo que se cerró en este.
signedOut-account = Su cuenta ha cambiado. Inicie sesión de nuevo o pregunte a su administrador.
signedOut-gone = Su sesión ha terminado. Inicie sesión de nuevo.

state-label = Su estado
state-unknown = Desconocido
state-pending = Solicitado: { $state }
state-menu = Cambiar su estado
state-none = Su estado sigue al de su cliente de UC.
menu-logIn = Entrar como agente
menu-logOut = Salir como agente

tab-list = Su escritorio
tab-channels = Canales
tab-past = Anteriores
tab-settings = Avisos
channels-empty = No tiene ningún canal asignado. Pregunte a su administrador.
channels-dn = Número
channels-switch = Central
channels-state = Estado
channels-marked = La configuración ya no le asigna este número

work-title = Vistas previas y llamadas
work-empty = No hay nada pendiente para usted.
work-emptyHint = Cuando el centro de contacto quiera enviarle una llamada, aquí se abrirá antes una vista previa.
work-loggedOut = Ha salido como agente: no le llega ninguna llamada.
work-loggedOutChoose = Elija un estado en el menú de arriba para estar disponible.
work-loggedOutPlatform = Póngase disponible en su cliente UC: su estado aquí lo sigue.
work-chooseState = Elegir un estado

previews-title = Vistas previas de llamadas
preview-title = Vista previa de llamada
preview-from = Llamada de { $caller }
preview-broadcast = Se pregunta a varios compañeros; quien acepte primero recibe la llamada.
preview-dn = a su número { $dn }
preview-accept = Aceptar
preview-decline = Rechazar
preview-accepting = Aceptando…
preview-declining = Rechazando…
preview-acceptUnheard = Sin confirmar: su aceptación se enviará de nuevo cuando vuelva la conexión.
preview-declineUnheard = Sin confirmar: su rechazo se enviará de nuevo cuando vuelva la conexión.
preview-silence = Silenciar
preview-notes = Notas del agente
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Queda { $seconds } segundo para responder
       *[other] Quedan { $seconds } segundos para responder
    }
preview-limit =
    { $seconds ->
        [one] Tiene { $seconds } segundo para responder.
       *[other] Tiene { $seconds } segundos para responder.
    }
preview-data = Datos de negocio
caller-unknown = llamante desconocido

end-unknown = La vista previa de { $caller } terminó mientras no había conexión.
end-accepted = Aceptada: le pasaremos a { $caller }.
end-rejected = Rechazada: { $caller }.
end-takenByAnother = Otra persona atendió la llamada de { $caller }.
end-timedOut = Se acabó el tiempo: la vista previa de { $caller } se ha cerrado.
end-cancelled = El centro de contacto retiró la vista previa de { $caller }.
end-callerGone = { $caller } ha colgado.
notify-over = Demasiado tarde: esta vista previa ya terminó.
notify-away = Sin responder: ninguna de sus páginas está conectada. Abra la página.
past-empty = Hoy no ha terminado ninguna vista previa.
past-missed = Perdidas: { $count }
past-accepted = Aceptada
past-rejected = Rechazada
past-takenByAnother = La tomó otra persona
past-timedOut = Perdida
past-cancelled = Retirada
past-callerGone = Colgó quien llamaba
past-unknown = Final desconocido

said-preview =
    { $seconds ->
        [one] Llamada de { $caller }. Tiene { $seconds } segundo para responder.
       *[other] Llamada de { $caller }. Tiene { $seconds } segundos para responder.
    }
said-ringing = Suena una llamada de { $caller }.
said-dialing = Marcando a { $caller }.
said-established = En llamada con { $caller }.
said-held = La llamada con { $caller } está en espera.
said-retrieved = La llamada con { $caller } se ha recuperado.
said-ended = La llamada con { $caller } ha terminado.
said-transferred = La llamada con { $caller } se ha transferido.
said-state = Su estado: { $state }
said-data = Datos de negocio de la llamada con { $caller } cambiados: { $what }

call-title = Llamada con { $caller }
call-ringing = Sonando
call-dialing = Marcando
call-established = En llamada
call-held = En espera
call-duration = Duración de este estado
call-actions = Acciones de la llamada
call-data = Datos de negocio
data-others = Otros datos
data-edit = Cambiar { $label }
data-add = Añadir { $label }
data-save = Guardar
data-remove = Quitar
data-waiting = Esperando la confirmación del centro de contacto…
data-meanwhile = Ha cambiado mientras tanto. Ahora es: { $value }
data-gone = Se ha quitado mientras tanto. Guarde para añadirlo de nuevo.
data-leftOut = Entradas no mostradas: { $number }
data-cut = Caracteres no mostrados: { $number }
button-answer = Contestar
button-release = Colgar
button-hold = Retener
button-retrieve = Recuperar
button-transfer = Transferir
transfer-to = Transferir al número
transfer-go = Transferir ahora
call-networkReached = Llamando
call-busy = Ocupado
call-consult = Consultando a { $caller }
call-parties = Participan en la llamada:
call-muted = Está silenciado
call-more = Más acciones
call-less = Menos acciones
call-unsupported = Su sistema telefónico no ofrece esto
on-call = En una llamada
said-busy = { $caller } está ocupado.
said-unmuted = Ya se le oye de nuevo.
button-completeTransfer = Completar la transferencia
button-completeConference = Reunir a todos
button-alternate = Cambiar de llamada
button-reconnect = Volver con el llamante
button-mute = Silenciar
button-unmute = Activar el micrófono
button-digits = Teclado
button-conference = Añadir a alguien
button-redirect = Enviar a otro número
button-releaseConsult = Terminar la consulta
button-releaseCaller = Colgar a { $caller }
number-missing = Escriba primero el número.
number-askFirst = Consultar antes
conference-to = Número que añadir
conference-go = Añadir ahora
redirect-to = Enviar la llamada al número
redirect-go = Enviar ahora
digits-sent = Dígitos enviados
dial-open = Llamada nueva
dial-number = Número al que llamar
dial-from = Desde su número
dial-go = Llamar
ended-transferred = Transferida: { $caller }
ended-conferenced = En conferencia: { $caller }
ended-redirected = Enviada a otro número: { $caller }
ended-busy = Ocupado: { $caller }
ended-noAnswer = No contesta: { $caller }
ended-abandoned = { $caller } colgó antes de que usted contestara.
ended-unreachable = No se puede localizar a { $caller }.
ended-failed = La llamada con { $caller } ha fallado.
help = Ayuda
help-on = Ayuda: { $part }
help-newTab = se abre en otra pestaña
data-more = Mostrar { $count } más
more = Mostrar más
less = Mostrar menos
cancel = Cancelar
close = Cerrar
dismiss = Descartar este mensaje

link-lost = Se ha perdido la conexión con el servidor. Reconectando…
link-lostHint = Hasta que vuelva, aquí no se conoce su estado. Sus llamadas continúan.
link-outdated = Esta página es más antigua que el servidor. Vuelva a cargarla para continuar.
link-pageless = Esta cuenta no pertenece a ningún trabajador y por eso no tiene página. Cierre la sesión e iníciela con otra cuenta.
link-reload = Volver a cargar
problem-title = No ha funcionado

alert-bar = Cómo le avisa esta página
alert-soundTitle = Sonido
alert-blocked = Su navegador bloquea el sonido hasta que haga clic en esta página o pulse una tecla.
alert-test = Probar el sonido
alert-testPreview = Probar el sonido de la vista previa
alert-testCall = Probar el sonido de la llamada
alert-soundOn = El sonido está listo
alert-sound = Reproducir un sonido con cada vista previa
alert-soundCall = Reproducir un sonido cuando suena una llamada
alert-volume = Volumen
alert-volumeNone = El volumen está al 0 %: no oirá nada.
alert-output = Reproducir en
alert-outputDefault = Dispositivo habitual
alert-outputAbsent = No conectado
alert-outputAsk = Elegir un dispositivo
alert-outputLost = El dispositivo elegido no está: el sonido sale por el habitual.
alert-notifications = Notificaciones
alert-notificationsAsk = Activar notificaciones
alert-notificationsOn = Las notificaciones están activadas: verá una vista previa aunque esta página no esté delante.
alert-notificationsOff = Su navegador rechaza las notificaciones de esta página. Puede permitirlas en los ajustes del sitio.
alert-notificationsNone = Este navegador no muestra notificaciones aquí. En su lugar parpadea el título de la página.
alert-notificationsHint = Reciba un aviso de cada vista previa aunque esta página no esté delante.
alert-later = Ahora no
onTop-hint = Una ventana pequeña muestra las vistas previas sobre las demás ventanas.
onTop-open = Mantener las vistas previas delante
onTop-close = Cerrar la ventana pequeña
alert-keys = Usar atajos de teclado
alert-language = Idioma
alert-languageOwn = El que fijó su administrador
alert-forgetful = Este navegador no recuerda sus preferencias: valen hasta que cierre esta página.
alert-flashCall = Llamada de { $caller }
alert-flash = Vista previa: { $caller }

keys-title = Atajos de teclado
keys-open = Atajos de teclado
keys-accept = Aceptar la vista previa seleccionada
keys-decline = Rechazar la vista previa seleccionada
keys-preview = Ir a la vista previa más antigua
keys-state = Abrir el menú de estado
keys-sheet = Mostrar esta lista
keys-silence = Silenciar el sonido
keys-change = Cambiar
keys-press = Pulse las nuevas teclas, o Escape para conservar las anteriores.
keys-changed = Nuevas teclas: { $keys }
keys-unfit = Use Alt con una letra, Ctrl+Alt o Alt+Mayús con una letra o cifra, o bien F2, F4, F8 o F9.
keys-browser = El navegador se reserva { $keys }. Use otras teclas.
keys-taken = { $keys } ya está en uso: { $action }
keys-site = Volver a las teclas del centro

preview-redirect = al número externo { $number }
outside-title = Llamadas aceptadas
outside-on = Las llamadas que acepte van al número externo { $number }.
outside-off = Las llamadas que acepte llegan a su propio número.
outside-locked = Su administrador ha fijado adónde van sus llamadas.
outside-number = Número externo
outside-go = Enviar allí las llamadas
outside-stop = Volver a mi número
refused-numberEmpty = Introduzca un número.
refused-numberNone = Esto no es un número de teléfono. Use cifras, con + delante del prefijo del país.
refused-numberShort = Este número es demasiado corto.
refused-numberLong = Este número es demasiado largo.
refused-numberOutside = Aquí no se pueden enviar llamadas a este número. Pregunte a su administrador qué números están permitidos.
refused-numberForbidden = No se pueden enviar llamadas a números que empiezan así.
refused-redirectNone = Aquí no se pueden enviar llamadas a números externos.
refused-previewRedirected = El destino de la llamada ha cambiado. Mire el aviso y acéptelo de nuevo.

missed-title = Ha perdido varios avisos seguidos, por eso ahora no recibe más llamadas.
missed-back = He vuelto

check-title = ¿Puede avisarle esta página?
check-hint = Compruebe una vez si esta página puede avisarle.
check-open = Comprobar ahora
check-connection = Conexión
check-connected = Conectado con el servidor.
check-heard = ¿Ha oído el sonido?
check-yes = Sí
check-no = No lo he oído
check-silent = Suba el volumen aquí y en su equipo, o elija otro dispositivo en los avisos.
check-done = Todo funciona: esta página puede avisarle.
