//! `lab conformance`.

use clap::{Args, Subcommand};
use std::{error::Error, process::ExitCode};
use uc_connector::stat_server::ObjectType;
use uc_lab::conformance::{
    Outcome,
    may::{BORNE, Way, may},
    stat_server,
    t_server::{self, Target},
};

/// Checks a server of yours against the protocols of this project.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    server: Server,
}

#[derive(Subcommand)]
enum Server {
    /// A T-Server or a bridge, against host/src/tlib/PROTOCOL.md. Exit code 1 when a check fails.
    TServer(TServer),
    /// A Stat Server or a bridge, against host/src/stat_server/PROTOCOL.md. Exit code 1 when a check fails.
    StatServer(StatServer),
}

#[derive(Args)]
struct TServer {
    /// Prints what a T-Server must and may do, and checks none.
    #[arg(long)]
    list: bool,
    /// HOST:PORT, plain TCP.
    #[arg(long, required_unless_present = "list")]
    address: Option<String>,
    /// A DN where nobody is logged in.
    #[arg(long, required_unless_present = "list")]
    dn: Option<String>,
    /// An agent ID that may log in there.
    #[arg(long, required_unless_present = "list")]
    agent: Option<String>,
    /// Environment variable that holds the agent's password.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// Queue to log in to.
    #[arg(long)]
    queue: Option<String>,
    /// Two more DNs where nobody is logged in: they are called, and answer. Without them no call is made.
    #[arg(long, num_args = 2, value_names = ["DN", "DN"])]
    partners: Option<Vec<String>>,
}

#[derive(Args)]
struct StatServer {
    /// Prints what a Stat Server must do, and checks none.
    #[arg(long)]
    list: bool,
    /// HOST:PORT, plain TCP.
    #[arg(long, required_unless_present = "list")]
    address: Option<String>,
    /// An object that it knows.
    #[arg(long, required_unless_present = "list")]
    object: Option<String>,
    /// What the object is, as on the wire: Queue, RoutePoint, GroupAgents or Agent.
    #[arg(long, default_value = "Queue", value_parser = object_type)]
    object_type: ObjectType,
    /// A statistic of it.
    #[arg(long, required_unless_present = "list")]
    statistic: Option<String>,
}

fn object_type(word: &str) -> Result<ObjectType, String> {
    let all = || ObjectType::ALL.map(ObjectType::word).join(", ");
    ObjectType::from_word(word).ok_or_else(|| format!("there are {}", all()))
}

/// Runs the checks and prints a line for each.
pub(crate) fn run(arguments: Arguments) -> Result<ExitCode, Box<dyn Error>> {
    match arguments.server {
        Server::TServer(server) => run_t_server(server),
        Server::StatServer(server) => run_stat_server(server),
    }
}

fn run_stat_server(server: StatServer) -> Result<ExitCode, Box<dyn Error>> {
    let StatServer { address: Some(address), object: Some(object), statistic: Some(statistic), list: false, .. } =
        server
    else {
        println!("A Stat Server must:");
        stat_server::must_do().for_each(|check| println!("  {check}"));
        return Ok(ExitCode::SUCCESS);
    };
    let target = stat_server::Target { address, object, object_type: server.object_type, statistic };
    let outcomes = tokio::runtime::Runtime::new()?.block_on(stat_server::run(&target));
    Ok(verdict(&outcomes))
}

/// Prints a line for each.
fn verdict(outcomes: &[Outcome]) -> ExitCode {
    for outcome in outcomes {
        match &outcome.result {
            Ok(()) => println!("ok      {}", outcome.check),
            Err(cause) => println!("FAILED  {}: {cause}", outcome.check),
        }
    }
    let passed = outcomes.iter().all(|outcome| outcome.result.is_ok());
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run_t_server(server: TServer) -> Result<ExitCode, Box<dyn Error>> {
    let (Some(address), Some(dn), Some(agent), false) = (server.address, server.dn, server.agent, server.list) else {
        println!("A T-Server must:");
        t_server::must_do().for_each(|check| println!("  {check}"));
        print_ways();
        return Ok(ExitCode::SUCCESS);
    };
    let password = server
        .password_env
        .map(|variable| std::env::var(&variable).map_err(|cause| format!("environment variable {variable}: {cause}")));
    let password = password.transpose()?;
    let partners = server.partners.and_then(|dns| dns.try_into().ok());
    let target = Target { address, dn, agent, password, queue: server.queue, partners };
    let outcomes = tokio::runtime::Runtime::new()?.block_on(t_server::run(&target));
    let verdict = verdict(&outcomes);
    println!();
    print_ways();
    Ok(verdict)
}

/// What a T-Server may do besides, and what a client bears.
fn print_ways() {
    println!("A T-Server may (section of PROTOCOL.md; what of `lab t-server` tries a client with it):");
    may().for_each(print_way);
    println!("A T-Server must not, and a client bears it:");
    BORNE.iter().for_each(print_way);
}

fn print_way(way: &Way) {
    println!("  {}  {}  [{}]", way.section, way.does, way.by);
}
