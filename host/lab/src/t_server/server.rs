//! The sockets of the simulated T-Server.

use super::{
    config::Application,
    liveness::Liveness,
    shared::{Shared, Side},
    switch::ClientId,
};
use bytes::{Bytes, BytesMut};
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpListener,
    sync::mpsc,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use uc_connector::{
    tlib::{Message, PROTOCOL, VERSION},
    wire::{Beat, Heartbeat, Hello, LineReader, LinkMessage, MAX_LINE, Record, Role, Stream, stream, tls::ServerTls},
};

/// Time for TLS and hello.
const GREETING: Duration = Duration::from_secs(10);

/// A hello with what it needs, and a timeout that is for information.
const BARE_HELLO: &[u8] = b"{\"messageName\":\"LinkHello\",\"protocol\":\"tlib\",\"version\":1,\"addpTimeout\":7.5}\n";

/// Accepts clients until the task is aborted; then every connection ends with it.
pub(super) async fn serve(listener: TcpListener, tls: Option<ServerTls>, shared: Arc<Shared>, side: Side) {
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((socket, _)) = accepted else {
            // Out of file descriptors: wait for some to come back.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        connections.spawn(async move {
            let Ok(Ok(stream)) = timeout(GREETING, stream::accept(socket, tls.as_ref())).await else { return };
            let (input, output) = tokio::io::split(stream);
            let connection = Connection { lines: LineReader::new(input, MAX_LINE), output, shared, side };
            connection.serve().await;
        });
    }
}

struct Connection {
    lines: LineReader<ReadHalf<Stream>>,
    output: WriteHalf<Stream>,
    shared: Arc<Shared>,
    side: Side,
}

/// The connection ends.
struct Ended;

impl Connection {
    async fn serve(mut self) {
        let Ok(Ok(hello)) = timeout(GREETING, self.hello()).await else { return };
        let (client, lines) = self.shared.join(self.side, &hello.name);
        // Registrations end with the connection, also when its task is aborted.
        let _leaving = Leaving { shared: Arc::clone(&self.shared), client };
        let _ = self.talk(client, lines, hello.addp_remote_timeout.unwrap_or_default()).await;
    }

    /// Exchanges hellos; an unwelcome client is told why.
    async fn hello(&mut self) -> Result<Hello, Ended> {
        let line = self.lines.next().await.ok().flatten().ok_or(Ended)?;
        let hello = Record::parse(&line).ok().and_then(|record| LinkMessage::read(&record).ok().flatten());
        let (answer, welcome) = self.shared.change(|core| match hello {
            Some(LinkMessage::Hello(hello)) => match unwelcome(&hello, &core.switch.file.client) {
                None if core.moods.greets_barely() => (Bytes::from_static(BARE_HELLO), Ok(hello)),
                None => (encoded(&answer(&core.switch.file.server, core.roles[self.side])), Ok(hello)),
                Some(reason) => (encoded(&LinkMessage::Refused { reason }), Err(Ended)),
            },
            _ => (encoded(&LinkMessage::Refused { reason: "LinkHello expected first".to_owned() }), Err(Ended)),
        });
        write_all(&mut self.output, &mut vec![answer]).await?;
        welcome
    }

    async fn talk(&mut self, id: ClientId, mut lines: mpsc::Receiver<Bytes>, addp: Duration) -> Result<(), Ended> {
        let mut heartbeat = Heartbeat::new(addp, Instant::now().into_std());
        let mut liveness = self.shared.halves[self.side].liveness.subscribe();
        let mut kick = self.shared.halves[self.side].kick.subscribe();
        let mut batch = Vec::new();
        // A client need not wait for our hello: requests may have come with its own.
        let first = *liveness.borrow_and_update();
        self.requests(id, first).await?;
        loop {
            let now = *liveness.borrow_and_update();
            let wake = heartbeat.deadline().map_or_else(|| Instant::now() + GREETING, Instant::from_std);
            tokio::select! {
                _ = liveness.changed() => {}
                _ = kick.changed() => return Err(Ended),
                count = lines.recv_many(&mut batch, 1024), if now == Liveness::Serving => {
                    if count == 0 {
                        return Err(Ended);
                    }
                    write_all(&mut self.output, &mut batch).await?;
                }
                filled = self.lines.fill(), if now != Liveness::Stalled => {
                    if !filled.map_err(|_| Ended)? {
                        return Err(Ended);
                    }
                    heartbeat.heard(Instant::now().into_std());
                    self.requests(id, now).await?;
                }
                () = sleep_until(wake), if now == Liveness::Serving => match heartbeat.poll(Instant::now().into_std()) {
                    Beat::Quiet => {}
                    Beat::Ask => self.write(&LinkMessage::Heartbeat { number: 1 }).await?,
                    Beat::Lost => return Err(Ended),
                },
            }
        }
    }

    async fn requests(&mut self, id: ClientId, liveness: Liveness) -> Result<(), Ended> {
        while let Some(line) = self.lines.buffered().map_err(|_| Ended)? {
            if liveness == Liveness::HalfOpen {
                continue;
            }
            // What cannot be read cannot be answered either.
            let Ok(record) = Record::parse(&line) else {
                self.shared.log.unreadable(id, &line);
                continue;
            };
            match LinkMessage::read(&record) {
                Ok(Some(LinkMessage::Heartbeat { number })) => {
                    self.write(&LinkMessage::HeartbeatAck { number }).await?;
                }
                Ok(Some(LinkMessage::Hello(_))) => {
                    let _ = self.write(&LinkMessage::Refused { reason: "a second LinkHello".to_owned() }).await;
                    return Err(Ended);
                }
                Ok(None) => self.request(id, &record).await,
                _ => {}
            }
        }
        Ok(())
    }

    async fn request(&self, id: ClientId, record: &Record<'_>) {
        let request = Message::read(record);
        let misfit = request.misfits().next().map(|attribute| format!("attribute {attribute} is not of its kind"));
        if let Some(misfit) = misfit {
            return self.shared.change(|core| core.switch.refuse(id, &request, 53, &misfit));
        }
        let delay = self.shared.delay(&request);
        if !delay.is_zero() {
            sleep(delay).await;
        }
        self.shared.request(id, request);
    }

    async fn write(&mut self, message: &LinkMessage) -> Result<(), Ended> {
        write_all(&mut self.output, &mut vec![encoded(message)]).await
    }
}

struct Leaving {
    shared: Arc<Shared>,
    client: ClientId,
}

impl Drop for Leaving {
    fn drop(&mut self) {
        self.shared.leave(self.client);
    }
}

fn encoded(message: &LinkMessage) -> Bytes {
    let mut bytes = BytesMut::new();
    message.write(&mut bytes);
    bytes.freeze()
}

fn answer(server: &str, role: Role) -> LinkMessage {
    LinkMessage::Hello(Hello {
        protocol: PROTOCOL.to_owned(),
        version: VERSION,
        name: server.to_owned(),
        password: None,
        role: Some(role),
        addp_timeout: None,
        addp_remote_timeout: None,
    })
}

fn unwelcome(hello: &Hello, clients: &[Application]) -> Option<String> {
    if hello.protocol != PROTOCOL {
        return Some(format!("this is `{PROTOCOL}`, not `{}`", hello.protocol));
    }
    if hello.version < VERSION {
        return Some(format!("version {VERSION} spoken here, not {}", hello.version));
    }
    let application = clients.iter().find(|application| application.name == hello.name);
    let given = hello.password.as_ref().map(|secret| secret.0.as_str());
    match application {
        None if clients.is_empty() => None,
        Some(application) if application.password.is_none() || application.password.as_deref() == given => None,
        _ => Some(format!("unknown application `{}`, or wrong password", hello.name)),
    }
}

/// One write and one flush for the whole batch.
async fn write_all(output: &mut (impl AsyncWrite + Unpin), batch: &mut Vec<Bytes>) -> Result<(), Ended> {
    let bytes = batch.drain(..).fold(BytesMut::new(), |mut all, line| {
        all.extend_from_slice(&line);
        all
    });
    output.write_all(&bytes).await.map_err(|_| Ended)?;
    output.flush().await.map_err(|_| Ended)
}
