app-name = UC Connector
app-skip = Ir para o conteúdo principal
app-starting = Conectando ao servidor…

signIn-title = Entrar
signIn-lead = Sua central de atendimento perguntará aqui antes de enviar uma chamada a você.
signIn-user = Nome de usuário
signIn-password = Senha
signIn-show = Mostrar a senha
signIn-submit = Entrar
signIn-busy = Entrando…
signIn-refused = O nome de usuário ou a senha não está correto. Verifique os dois e tente de novo.
signIn-tooMany =
    { $seconds ->
        [one] Tentativas demais. Tente de novo em { $seconds } segundo.
       *[other] Tentativas demais. Tente de novo em { $seconds } segundos.
    }
signIn-later = Tentativas demais. Tente de novo em meio minuto.
signIn-unreachable = O servidor não responde. Verifique sua rede e tente de novo.
signIn-detail = O servidor não permite sua entrada: { $detail }
signIn-missing = Digite seu nome de usuário e sua senha.
signOut = Sair da página
signOut-failed = Você continua conectado: o servidor não respondeu. Tente de novo.

signedOut-asked = Você saiu da página.
signedOut-expired = Você ficou conectado pelo tempo que este site permite. Entre de novo.
signedOut-tooMany = Você entrou em mais dispositivos do que o permitido, por isso este foi desconectado.
signedOut-account = Sua conta mudou. Entre de novo ou fale com o administrador.
signedOut-gone = Você foi desconectado: sua sessão terminou. Entre de novo.

state-label = Seu estado
state-unknown = Desconhecido
state-pending = Solicitado: { $state }
state-menu = Mudar seu estado
state-none = Seu estado segue o do seu cliente de UC.
menu-logIn = Entrar como agente
menu-logOut = Sair como agente

tab-list = Sua mesa
tab-channels = Canais
tab-past = Anteriores
tab-settings = Avisos
channels-empty = Nenhum canal foi atribuído a você. Fale com o administrador.
channels-dn = Número
channels-switch = Comutador
channels-state = Estado
channels-marked = A configuração não atribui mais este número a você

work-title = Prévias e chamadas
work-empty = Nada está esperando por você.
work-emptyHint = Quando a central de atendimento quiser enviar uma chamada, uma prévia será aberta aqui antes.
work-loggedOut = Você saiu como agente: nenhuma chamada chega até você.
work-loggedOutChoose = Escolha um estado no menu acima para ficar disponível.
work-loggedOutPlatform = Fique disponível no seu cliente UC: seu estado aqui o acompanha.
work-chooseState = Escolher um estado

previews-title = Prévias de chamadas
preview-title = Prévia da chamada
preview-from = Chamada de { $caller }
preview-broadcast = Vários colegas são consultados; quem aceitar primeiro recebe a chamada.
preview-dn = para seu número { $dn }
preview-accept = Aceitar
preview-decline = Recusar
preview-accepting = Aceitando…
preview-declining = Recusando…
preview-acceptUnheard = Não confirmado: seu aceite será enviado de novo quando a conexão voltar.
preview-declineUnheard = Não confirmado: sua recusa será enviada de novo quando a conexão voltar.
preview-silence = Silenciar
preview-notes = Notas do agente
preview-left = { $seconds } s
preview-leftLong =
    { $seconds ->
        [one] Resta { $seconds } segundo para responder
       *[other] Restam { $seconds } segundos para responder
    }
preview-limit =
    { $seconds ->
        [one] Você tem { $seconds } segundo para responder.
       *[other] Você tem { $seconds } segundos para responder.
    }
preview-data = Dados do negócio
caller-unknown = chamador desconhecido

end-unknown = A prévia de { $caller } terminou enquanto não havia conexão.
end-accepted = Aceita: a chamada de { $caller } será passada a você.
end-rejected = Recusada: { $caller }.
end-takenByAnother = Um colega atendeu a chamada de { $caller }.
end-timedOut = O tempo acabou: a prévia de { $caller } foi fechada.
end-cancelled = A central de atendimento retirou a prévia de { $caller }.
end-callerGone = { $caller } desligou.
notify-over = Tarde demais: esta prévia já terminou.
notify-away = Sem resposta: nenhuma página sua está conectada. Abra a página.
past-empty = Nenhuma prévia terminou hoje.
past-missed = Perdidas: { $count }
past-accepted = Aceita
past-rejected = Recusada
past-takenByAnother = Atendida por colega
past-timedOut = Perdida
past-cancelled = Retirada
past-callerGone = Quem ligou desligou
past-unknown = Fim desconhecido

said-preview =
    { $seconds ->
        [one] Chamada de { $caller }. Você tem { $seconds } segundo para responder.
       *[other] Chamada de { $caller }. Você tem { $seconds } segundos para responder.
    }
said-ringing = A chamada de { $caller } está tocando.
said-dialing = Discando para { $caller }.
said-established = Em chamada com { $caller }.
said-held = A chamada com { $caller } está em espera.
said-retrieved = A chamada com { $caller } foi retomada.
said-ended = A chamada com { $caller } terminou.
said-transferred = A chamada com { $caller } foi transferida.
said-state = Seu estado: { $state }
said-data = Dados de negócio da chamada com { $caller } alterados: { $what }

call-title = Chamada com { $caller }
call-ringing = Tocando
call-dialing = Discando
call-established = Em conversa
call-held = Em espera
call-duration = Duração deste estado
call-actions = Ações da chamada
call-data = Dados do negócio
data-others = Outros dados
data-edit = Alterar { $label }
data-add = Adicionar { $label }
data-save = Salvar
data-remove = Remover
data-waiting = Aguardando a confirmação da central de contato…
data-meanwhile = Alterado nesse meio-tempo. Agora é: { $value }
data-gone = Removido nesse meio-tempo. Salve para adicionar de novo.
data-leftOut = Entradas não mostradas: { $number }
data-cut = Caracteres não mostrados: { $number }
button-answer = Atender
button-release = Desligar
button-hold = Pôr em espera
button-retrieve = Retomar
button-transfer = Transferir
transfer-to = Transferir para o número
transfer-go = Transferir agora
call-networkReached = Chamando
call-busy = Ocupado
call-consult = Consultando { $caller }
call-parties = Participam da chamada:
call-muted = Seu microfone está mudo
call-more = Mais ações
call-less = Menos ações
call-unsupported = Seu sistema telefônico não oferece isto
on-call = Em chamada
said-busy = { $caller } está ocupado.
said-unmuted = Você pode ser ouvido de novo.
button-completeTransfer = Concluir transferência
button-completeConference = Reunir todos
button-alternate = Alternar
button-reconnect = Voltar ao chamador
button-mute = Silenciar
button-unmute = Ativar microfone
button-digits = Teclado
button-conference = Adicionar alguém
button-redirect = Enviar para outro número
button-releaseConsult = Encerrar consulta
button-releaseCaller = Desligar de { $caller }
number-missing = Digite primeiro o número.
number-askFirst = Consultar antes
conference-to = Número a adicionar
conference-go = Adicionar agora
redirect-to = Enviar a chamada para o número
redirect-go = Enviar agora
digits-sent = Dígitos enviados
dial-open = Nova chamada
dial-number = Número a chamar
dial-from = Do seu número
dial-go = Ligar
ended-transferred = Transferida: { $caller }
ended-conferenced = Em conferência: { $caller }
ended-redirected = Enviada para outro número: { $caller }
ended-busy = Ocupado: { $caller }
ended-noAnswer = Não atende: { $caller }
ended-abandoned = { $caller } desligou antes de você atender.
ended-unreachable = Não foi possível alcançar { $caller }.
ended-failed = A chamada com { $caller } falhou.
help = Ajuda
help-on = Ajuda: { $part }
help-newTab = abre em uma nova guia
data-more = Mostrar mais { $count }
more = Mostrar mais
less = Mostrar menos
cancel = Cancelar
close = Fechar
dismiss = Dispensar esta mensagem

link-lost = A conexão com o servidor foi perdida. Reconectando…
link-lostHint = Até ela voltar, seu estado não é conhecido aqui. Suas chamadas continuam.
link-outdated = Esta página é mais antiga que o servidor. Recarregue-a para continuar.
link-pageless = Esta conta não pertence a nenhum colaborador e por isso não tem página. Saia e entre com outra conta.
link-reload = Recarregar
problem-title = Não funcionou

alert-bar = Como esta página avisa você
alert-soundTitle = Som
alert-blocked = Seu navegador bloqueia o som até você clicar nesta página ou pressionar uma tecla.
alert-test = Testar o som
alert-testPreview = Testar o som da prévia
alert-testCall = Testar o som da chamada
alert-soundOn = O som está pronto
alert-sound = Tocar um som a cada prévia
alert-soundCall = Tocar um som quando uma chamada tocar
alert-volume = Volume
alert-volumeNone = O volume está em 0%: você não ouve nada.
alert-output = Tocar em
alert-outputDefault = Dispositivo padrão
alert-outputAbsent = Não conectado
alert-outputAsk = Escolher um dispositivo
alert-outputLost = O dispositivo escolhido não está disponível: o som sai pelo padrão.
alert-notifications = Notificações
alert-notificationsAsk = Ativar notificações
alert-notificationsOn = As notificações estão ativas: uma prévia aparece mesmo quando esta página não está à frente.
alert-notificationsOff = Seu navegador recusa notificações desta página. Você pode permiti-las nas configurações do site.
alert-notificationsNone = Este navegador não mostra notificações aqui. Em vez disso, o título da página pisca.
alert-notificationsHint = Seja avisado de uma prévia mesmo quando esta página não está à frente.
alert-later = Agora não
onTop-hint = Uma janela pequena mostra as prévias acima das outras janelas.
onTop-open = Manter as prévias na frente
onTop-close = Fechar a janela pequena
alert-keys = Usar atalhos de teclado
alert-language = Idioma
alert-languageOwn = Escolha do administrador
alert-forgetful = Este navegador não guarda suas escolhas: elas valem até você fechar esta página.
alert-flashCall = Chamada de { $caller }
alert-flash = Prévia da chamada: { $caller }

keys-title = Atalhos de teclado
keys-open = Atalhos de teclado
keys-accept = Aceitar a prévia em foco
keys-decline = Recusar a prévia em foco
keys-preview = Ir para a prévia mais antiga
keys-state = Abrir o menu de estado
keys-sheet = Mostrar esta lista
keys-silence = Silenciar o som
keys-change = Alterar
keys-press = Pressione as novas teclas, ou Esc para manter as antigas.
keys-changed = Novas teclas: { $keys }
keys-unfit = Use Alt com uma letra, Ctrl+Alt ou Alt+Shift com uma letra ou um número, ou F2, F4, F8 ou F9.
keys-browser = O navegador reserva { $keys } para si. Use outras teclas.
keys-taken = { $keys } já está em uso: { $action }
keys-site = Voltar às teclas padrão

preview-redirect = para o número externo { $number }
outside-title = Chamadas aceitas
outside-on = As chamadas que você aceita vão para o número externo { $number }.
outside-off = As chamadas que você aceita chegam ao seu próprio número.
outside-locked = Seu administrador definiu para onde vão suas chamadas.
outside-number = Número externo
outside-go = Enviar chamadas para lá
outside-stop = Voltar ao meu número
refused-numberEmpty = Digite um número.
refused-numberNone = Isto não é um número de telefone. Use dígitos, com + antes do código do país.
refused-numberShort = Este número é curto demais.
refused-numberLong = Este número é longo demais.
refused-numberOutside = Aqui não é permitido enviar chamadas para este número. Pergunte ao administrador quais números são permitidos.
refused-numberForbidden = Não é permitido enviar chamadas para números que começam assim.
refused-redirectNone = Aqui não é possível enviar chamadas para números externos.
refused-previewRedirected = O destino da chamada mudou. Veja a prévia e aceite de novo.

missed-title = Você perdeu várias prévias seguidas, por isso não recebe mais chamadas agora.
missed-back = Voltei

check-title = Esta página consegue avisar você?
check-hint = Verifique uma vez se esta página consegue avisar você.
check-open = Verificar agora
check-connection = Conexão
check-connected = Conectado ao servidor.
check-heard = Você ouviu o som?
check-yes = Sim
check-no = Não
check-silent = Aumente o volume aqui e no computador ou escolha outro dispositivo em Alertas.
check-done = Tudo funciona: esta página consegue avisar você.
