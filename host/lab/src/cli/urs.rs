//! `lab urs`.

use clap::{ArgGroup, Args, Subcommand};
use std::{
    error::Error,
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};
use uc_connector::{
    routing::{
        message::{Outcome, Target},
        preview_request::PreviewRequest,
        targets,
    },
    wire::{
        ConnId, KvList,
        tls::{ClientConfigFiles, ClientTls},
    },
};
use uc_lab::urs::{Call, HttpUrs, Strategy, Urs};

/// How long the T-Server may take to route a call.
const ANSWER: Duration = Duration::from_secs(10);

const EXIT_CODES: &str = "Exit codes, by outcome:
   0  accepted: agent, DN and switch are printed
  10  rejected
  11  timed out
  12  cancelled
  13  caller gone
  14  no client: no worker has a page open
  15  error: the request cannot be carried out
   1  no outcome: no connection, token refused, link lost; or accepted, but not routed
   2  wrong arguments";

/// A simulated URS.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Asks for one preview and prints how it ended.
    Preview(Preview),
}

#[derive(Args)]
#[command(after_help = EXIT_CODES, group = ArgGroup::new("whom").required(true).args(["agent", "broadcast"]))]
struct Preview {
    /// Address of the host: a URL (http://… or https://…) for its HTTP service, HOST:PORT for its preview link.
    #[arg(long, value_name = "URL|HOST:PORT")]
    to: String,
    /// Whom to ask: agent ID or user name.
    #[arg(long, value_name = "ID")]
    agent: Option<String>,
    /// Ask several; the first to accept wins.
    #[arg(long, value_name = "ID^ID…")]
    broadcast: Option<String>,
    /// The worker's DN; their main one when absent.
    #[arg(long, requires = "agent")]
    dn: Option<String>,
    /// The DN's switch.
    #[arg(long, requires = "agent")]
    switch: Option<String>,
    /// ConnID of the call, 1 to 16 hexadecimal digits.
    #[arg(long, value_name = "HEX")]
    conn_id: ConnId,
    /// Media type of the interaction.
    #[arg(long, default_value = "voice")]
    media_type: String,
    /// Attached data, in order; may be repeated.
    #[arg(long = "data", value_name = "KEY=VALUE", num_args = 1.., value_parser = pair)]
    data: Vec<(String, String)>,
    /// Seconds the worker has; the host's default when absent.
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,
    /// The customer hangs up after so many seconds.
    #[arg(long, value_name = "SECONDS")]
    hang_up_after: Option<u64>,
    /// Control port of the lab's T-Server (`lab t-server --control`): an accepted call is routed there.
    #[arg(long, value_name = "HOST:PORT")]
    route_at: Option<String>,
    /// File whose first line is the bearer token (HTTP only).
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Authorities to trust, PEM. With HOST:PORT it also switches TLS on.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
}

/// Runs the chosen command.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let Command::Preview(preview) = &arguments.command;
    let request = preview.request()?;
    let hang_up_after = preview.hang_up_after.map(Duration::from_secs);
    let outcome = match preview.to.starts_with("http://") || preview.to.starts_with("https://") {
        true => {
            let urs = HttpUrs::new(&preview.to, preview.token_file.as_deref(), preview.ca.as_deref())?;
            urs.preview(&request, hang_up_after)?
        }
        false => tokio::runtime::Runtime::new()?.block_on(over_link(preview, request, hang_up_after))?,
    };
    print(&outcome);
    if let (Some(control), Outcome::Accepted { dn, .. }) = (&preview.route_at, &outcome) {
        route(control, preview.conn_id, dn)?;
    }
    Ok(exit_code(&outcome))
}

impl Preview {
    fn request(&self) -> Result<PreviewRequest, Box<dyn Error>> {
        let targets = match (&self.agent, &self.broadcast) {
            (_, Some(list)) => targets::of_list(list, usize::MAX)?,
            (agent, None) => vec![Target {
                agent: agent.as_deref().unwrap_or_default().into(),
                dn: self.dn.as_deref().map(Into::into),
                switch: self.switch.as_deref().map(Into::into),
            }],
        };
        let mut user_data = KvList::default();
        self.data.iter().for_each(|(key, value)| user_data.push_str(key, value));
        Ok(PreviewRequest {
            conn_id: self.conn_id,
            targets,
            media_type: self.media_type.as_str().into(),
            user_data,
            timeout: self.timeout.map(Duration::from_secs),
        })
    }
}

async fn over_link(
    preview: &Preview,
    request: PreviewRequest,
    hang_up_after: Option<Duration>,
) -> Result<Outcome, Box<dyn Error>> {
    let files = preview.ca.clone().map(|ca| ClientConfigFiles { ca: Some(ca), ..ClientConfigFiles::default() });
    let tls = files.as_ref().map(ClientTls::load).transpose()?;
    let urs = Urs::connect(&preview.to, tls.as_ref()).await?;
    let PreviewRequest { conn_id, targets, media_type, user_data, timeout } = request;
    let call = Call { media_type, user_data, timeout, ..Call::new(conn_id) };
    if let Some(time) = hang_up_after {
        let customer = call.customer.clone();
        tokio::spawn(async move {
            tokio::time::sleep(time).await;
            customer.hang_up();
        });
    }
    Ok(Strategy::Broadcast(targets).run(&urs, &call).await?)
}

/// Has the T-Server bring the call from its route point to `dn`.
fn route(control: &str, conn_id: ConnId, dn: &str) -> Result<(), Box<dyn Error>> {
    let mut stream = TcpStream::connect(control)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.write_all(format!("route {conn_id} {dn}\n").as_bytes())?;
    let mut answer = String::new();
    BufReader::new(stream).read_line(&mut answer)?;
    match answer.starts_with("ok") {
        true => Ok(()),
        false => Err(format!("not routed, the T-Server says: {}", answer.trim()).into()),
    }
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or("KEY=VALUE expected")?;
    Ok((key.to_owned(), value.to_owned()))
}

fn print(outcome: &Outcome) {
    match outcome {
        Outcome::Accepted { agent, dn, switch, redirect } => {
            let number = redirect.as_ref().map(|number| format!(" redirectNumber={number}")).unwrap_or_default();
            println!("accepted agent={agent} dn={dn} switch={switch}{number}");
        }
        Outcome::Error(message) => println!("error {message}"),
        other => println!("{}", other.word()),
    }
}

fn exit_code(outcome: &Outcome) -> ExitCode {
    ExitCode::from(match outcome {
        Outcome::Accepted { .. } => 0,
        Outcome::Rejected => 10,
        Outcome::TimedOut => 11,
        Outcome::Cancelled => 12,
        Outcome::CallerGone => 13,
        Outcome::NoClient => 14,
        Outcome::Error(_) => 15,
    })
}
