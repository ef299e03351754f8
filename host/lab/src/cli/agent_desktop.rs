//! `lab agent-desktop`.

use clap::Args;
use std::{error::Error, io::Write, path::PathBuf, process::ExitCode};
use uc_lab::agent_desktop::{Day, Desk, Tally, script::STEPS, spend};

/// An agent's desktop, which lives a day by a script. Prints every step (>) and every event of its DN (<).
#[derive(Args)]
#[command(after_help = format!("Steps of a day, one a line:\n{STEPS}"))]
pub(crate) struct Arguments {
    /// The T-Server, plain TCP.
    #[arg(long, value_name = "HOST:PORT")]
    t_server: String,
    /// The agents, each as AGENT-ID@DN; all live the same day.
    #[arg(long, value_name = "AGENT@DN", required = true, num_args = 1.., value_parser = agent)]
    agent: Vec<(String, String)>,
    /// Environment variable that holds the agents' password.
    #[arg(long, value_name = "VARIABLE")]
    password_env: Option<String>,
    /// File with the day; host/lab/days has some.
    #[arg(long, value_name = "FILE")]
    day: PathBuf,
    /// How often the day comes again.
    #[arg(long, value_name = "TIMES", default_value_t = 1)]
    repeat: usize,
    /// How much faster than written time passes.
    #[arg(long, default_value_t = 1.0, value_parser = pace)]
    pace: f64,
    /// Control port of `lab t-server`, through which customers call.
    #[arg(long, value_name = "HOST:PORT")]
    control: Option<String>,
}

/// Lives the days; fails when an agent's day did.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let path = arguments.day.display();
    let text = std::fs::read_to_string(&arguments.day).map_err(|cause| format!("{path}: {cause}"))?;
    let day: Day = text.parse().map_err(|cause| format!("{path}: {cause}"))?;
    let password = arguments
        .password_env
        .as_ref()
        .map(|name| std::env::var(name).map_err(|cause| format!("environment variable {name}: {cause}")));
    let password = password.transpose()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let agents = arguments.agent.iter().map(|(agent, dn)| {
            let desk = Desk {
                t_server: arguments.t_server.clone(),
                dn: dn.clone(),
                agent: agent.clone(),
                password: password.clone(),
                control: arguments.control.clone(),
            };
            tokio::spawn(days(desk, day.clone(), arguments.repeat, arguments.pace))
        });
        let agents: Vec<_> = agents.collect();
        let mut code = ExitCode::SUCCESS;
        for agent in agents {
            if !agent.await? {
                code = ExitCode::FAILURE;
            }
        }
        Ok(code)
    })
}

/// True when every day went as written.
async fn days(desk: Desk, day: Day, repeat: usize, pace: f64) -> bool {
    for _ in 0..repeat {
        let agent = &desk.agent;
        match spend(&desk, &day, pace, &mut |line| say(agent, line)).await {
            Ok(Tally { steps, answered, wrap_ups }) => {
                say(agent, &format!("= {steps} steps, {answered} calls answered, {wrap_ups} times in After Call Work"));
            }
            Err(why) => {
                eprintln!("{agent} ! {why}");
                return false;
            }
        }
    }
    true
}

/// Whoever read our output may have gone: the agent works on.
fn say(agent: &str, line: &str) {
    let _ = writeln!(std::io::stdout(), "{agent} {line}");
}

fn agent(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('@').filter(|(agent, dn)| !agent.is_empty() && !dn.is_empty());
    parts.map(|(agent, dn)| (agent.to_owned(), dn.to_owned())).ok_or_else(|| "AGENT-ID@DN expected".to_owned())
}

fn pace(text: &str) -> Result<f64, String> {
    let pace = text.parse().ok().filter(|pace| (0.01..=100_000.0).contains(pace));
    pace.ok_or_else(|| "0.01 to 100000 expected".to_owned())
}
