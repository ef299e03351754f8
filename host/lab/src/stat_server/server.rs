//! The sockets of the simulated Stat Server.

use super::{handle::Shared, model::ClientId};
use bytes::BytesMut;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWriteExt, ReadHalf, WriteHalf},
    net::TcpListener,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use uc_connector::{
    stat_server::{PROTOCOL, VERSION},
    wire::{Beat, Heartbeat, Hello, LineReader, LinkMessage, MAX_LINE, Record, Stream, stream, tls::ServerTls},
};

/// Time for TLS and hello.
const GREETING: Duration = Duration::from_secs(10);

/// Accepts clients until the task is aborted; then every connection ends with it.
pub(super) async fn serve(listener: TcpListener, tls: Option<ServerTls>, shared: Arc<Shared>) {
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
            let _ = Connection { lines: LineReader::new(input, MAX_LINE), output, shared }.serve().await;
        });
    }
}

/// The connection ends.
struct Ended;

struct Connection {
    lines: LineReader<ReadHalf<Stream>>,
    output: WriteHalf<Stream>,
    shared: Arc<Shared>,
}

/// What a client had open is closed with its connection, also when its task is aborted.
struct Leaving(Arc<Shared>, ClientId);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave(self.1);
    }
}

impl Connection {
    async fn serve(mut self) -> Result<(), Ended> {
        let addp = timeout(GREETING, self.hello()).await.map_err(|_| Ended)??;
        let (client, mut lines) = self.shared.join();
        let _leaving = Leaving(Arc::clone(&self.shared), client);
        let mut role = self.shared.role.subscribe();
        let mut heartbeat = Heartbeat::new(addp, Instant::now().into_std());
        loop {
            let wake = heartbeat.deadline().map_or_else(|| Instant::now() + GREETING, Instant::from_std);
            tokio::select! {
                _ = role.changed() => {
                    let role = *role.borrow_and_update();
                    self.write(&LinkMessage::Role(role)).await?;
                }
                line = lines.recv() => {
                    let line = line.ok_or(Ended)?;
                    self.send(line.as_bytes()).await?;
                }
                filled = self.lines.fill() => {
                    if !filled.map_err(|_| Ended)? {
                        return Err(Ended);
                    }
                    heartbeat.heard(Instant::now().into_std());
                    self.read(client).await?;
                }
                () = sleep_until(wake) => match heartbeat.poll(Instant::now().into_std()) {
                    Beat::Quiet => {}
                    Beat::Ask => self.write(&LinkMessage::Heartbeat { number: 1 }).await?,
                    Beat::Lost => return Err(Ended),
                },
            }
        }
    }

    /// Exchanges hellos; an unwelcome client is told why.
    async fn hello(&mut self) -> Result<Duration, Ended> {
        let line = self.lines.next().await.ok().flatten().ok_or(Ended)?;
        let hello = Record::parse(&line).ok().and_then(|record| LinkMessage::read(&record).ok().flatten());
        let why = match hello {
            Some(LinkMessage::Hello(hello)) if hello.protocol == PROTOCOL && hello.version >= VERSION => {
                let given = hello.password.as_ref().map(|secret| secret.0.as_str());
                let wanted = self.shared.config.password.as_deref();
                if wanted.is_none() || wanted == given {
                    let own = self.own_hello();
                    self.write(&own).await?;
                    return Ok(hello.addp_remote_timeout.unwrap_or_default());
                }
                "wrong password"
            }
            _ => "LinkHello of `stat` expected first",
        };
        self.write(&LinkMessage::Refused { reason: why.to_owned() }).await?;
        Err(Ended)
    }

    fn own_hello(&self) -> LinkMessage {
        LinkMessage::Hello(Hello {
            protocol: PROTOCOL.to_owned(),
            version: VERSION,
            name: self.shared.config.name.clone(),
            password: None,
            role: Some(*self.shared.role.borrow()),
            addp_timeout: None,
            addp_remote_timeout: None,
        })
    }

    async fn read(&mut self, client: ClientId) -> Result<(), Ended> {
        while let Some(line) = self.lines.buffered().map_err(|_| Ended)? {
            let Ok(record) = Record::parse(&line) else { continue };
            match LinkMessage::read(&record) {
                Ok(Some(LinkMessage::Heartbeat { number })) => {
                    self.write(&LinkMessage::HeartbeatAck { number }).await?;
                }
                Ok(Some(LinkMessage::Hello(_))) => {
                    self.write(&LinkMessage::Refused { reason: "a second LinkHello".to_owned() }).await?;
                    return Err(Ended);
                }
                Ok(None) => {
                    self.shared.log.note(true, &String::from_utf8_lossy(&line));
                    self.shared.change(|model| model.request(client, &record));
                }
                _ => {}
            }
        }
        Ok(())
    }

    async fn write(&mut self, message: &LinkMessage) -> Result<(), Ended> {
        let mut bytes = BytesMut::new();
        message.write(&mut bytes);
        self.send(&bytes).await
    }

    async fn send(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        self.output.write_all(bytes).await.map_err(|_| Ended)?;
        self.output.flush().await.map_err(|_| Ended)
    }
}
