//! From a configuration to a host: everything is checked before the first socket opens.
//!
//! Long, because it is the list of all parts, and of what each is given of the others.

use super::{
    Host, Process, StartError, arbiter,
    between::Ways,
    directory::InForce,
    hand_over::HandOver,
    links::Links,
    lives::ThisLife,
    nodes::Ownership,
    opens::opens,
    operator::{Operator, Running},
    outlets::{EdgeHandles, PluginHandles, STAT_SERVER},
    promotion::{self, Promotion},
    role::RoleSource,
    role_desk::RoleDesk,
    scripts::Scripts,
    store,
};
use crate::{
    agent_link::{LinkId, Permit, RegisterMode, Report},
    check::Sound,
    clock::Clock,
    config::{Config, Connector, PreviewState},
    directory::Watch,
    etcd,
    hub::{Hub, Inlets, Settings},
    kept::{self, Keeper, KeptState},
    mode::Mode,
    plugins::{self, Libraries, Plugins},
    policy::{AgentMap, Mapping},
    role::Primacy,
    routing::{self, asker::Askers, tokens::Tokens},
    stat_server,
    tasks::Parts,
    telemetry,
    tlib::{self, Client, ClientHandle, Pair},
    web::{self, Invitations, Readiness, message::Sounds},
    worker::{self, Publishes},
};
use std::{collections::BTreeMap, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

/// Arrivals that may wait for the hub, one queue an edge. Batches of presence and reports count as one.
const QUEUE: usize = 4096;

impl Host {
    /// Builds a host of a configuration in which nothing is wrong: takes the addresses, then starts plug-ins and
    /// T-Server links. Their reports wait in the queues until [`Host::run`].
    ///
    /// # Errors
    /// Whatever is wrong; nothing is left running.
    pub async fn build(sound: Sound, process: Process) -> Result<Self, StartError> {
        sound.warnings().iter().for_each(|warning| tracing::warn!("{warning}"));
        let Sound { config, directory: loaded, texts, mode, .. } = sound;
        let (pages_in, pages) = mpsc::channel(QUEUE);
        let (routing_in, routing) = mpsc::channel(QUEUE);
        let (plugins_in, plugin_arrivals) = plugins::arrivals();
        let (links_in, links) = mpsc::channel(QUEUE);
        let (directories_in, directories) = mpsc::channel(4);
        let (user_data_in, user_data) = mpsc::channel(4);
        let (asked, requests) = mpsc::channel(16);
        let (pings_in, pings) = mpsc::channel(1);
        let (lists_in, lists) = mpsc::channel(1);
        let (stat_reports_in, stat_reports) = mpsc::channel(QUEUE);
        let (redirects_in, redirects) = mpsc::channel(16);
        let (accounts_in, accounts) = watch::channel(loaded.accounts.clone());
        let (texts_in, texts) = watch::channel(texts);
        let readiness = Readiness::default();
        let mut parts = Parts::default();
        let tokens = config.routing.api_token_file.as_deref().map(Tokens::read).transpose();
        let tokens = tokens.map_err(StartError::Tokens)?.map(|(tokens, file)| {
            parts.begin_while_needed("api tokens", file.follow());
            tokens
        });
        let (askers, answers) = Askers::new(routing_in, config.routing.most_askers());
        let metrics = process.metrics;
        let opens = opens(&config, mode);
        let state_dir = state_dir(&config, opens.users);
        let store = store::of(&config, state_dir.as_deref())?;
        let shared = config.cluster.is_some().then(|| store.clone());
        if config.cluster.is_none() && state_dir.is_some() {
            store::wait_until_readable(&store, promotion::READS).await;
        }
        let clock = Clock::start();
        let RoleSource { primacy, nodes, decider, lets_go, life } =
            RoleSource::begin(&config, &store, &mut parts, clock)?;
        let (upkeep, ends) = (telemetry::metrics::upkeep(metrics.clone()), lets_go.clone());
        parts.begin_while_needed("metrics", async move {
            ends.run_until_cancelled(upkeep).await;
        });
        if let (Some(cluster), Some(surveys)) = (&config.cluster, store.surveys()) {
            let (shown, ends) = (etcd::show(surveys, readiness.clone(), cluster.etcd_quota_bytes()), lets_go.clone());
            parts.begin_while_needed("etcd", async move {
                ends.run_until_cancelled(shown).await;
            });
        }
        let pages_here = pages_in.clone();
        let driven = Arc::new(|_: &str| true);
        let mut ways = Ways { askers, pages: pages_in, directories: directories_in, driven };
        if let (Some(cluster), Some(nodes)) = (&config.cluster, &nodes) {
            let (directory, ends) = (loaded.directory.clone(), (&mut parts, lets_go.clone()));
            let shows = (config.routing.most_askers(), &readiness);
            ways = ways.among(cluster, nodes, directory, ends, shows).await?;
        }
        let Ways { askers, pages: pages_in, directories: directories_in, driven } = ways;
        let rest = routing::rest::routes(&config.routing, tokens, askers.clone());
        let invitations = Invitations::new(config.web.public_url.as_ref().map(|url| url.get_ref().as_str()));
        let keeper = Keeper::new(store.clone(), primacy.clone());
        let (shown, ends) = (super::keeping::show(keeper.failing(), readiness.clone()), lets_go.clone());
        parts.begin_while_needed("store's readiness", async move {
            ends.run_until_cancelled(shown).await;
        });
        let (serves_in, serves) = watch::channel(primacy.is_always());
        let serves_in = Arc::new(serves_in);
        let web = web::Parts {
            opens,
            language: config.connector.language.clone(),
            texts,
            accounts,
            arrivals: pages_in,
            extra: vec![rest],
            invitations: invitations.clone(),
            readiness: readiness.clone(),
            metrics: Arc::new(move || metrics.render()),
            admin: asked.clone(),
            arbiter: decider.clone().map(arbiter::over_http),
            keeper: keeper.clone(),
            serves: serves.clone(),
            driven,
        };
        let web = web::Server::bind(&config.web, &config.admin, web).await.map_err(StartError::Web)?;
        let preview_link = routing::link::PreviewLink::bind(&config.routing, askers, serves).await;
        let preview_link = preview_link.map_err(StartError::PreviewLink)?;
        let t_servers = clients(&config, &links_in, &permit(&primacy), &readiness, &mut parts)?;
        let stat_server = stat_server(&config, stat_reports_in, &readiness, &mut parts)?;
        let watch = Watch::new(config.directory.file.clone(), config.t_server_names(), loaded.stamp);
        let mut plugins = Plugins::none(&config.plugins, plugins_in);
        if primacy.is_always() {
            plugins.begin(config.plugins.clone()).await.map_err(StartError::Plugins)?;
        } else {
            plugins.prepare(Libraries::read(&config.plugins).await.map_err(StartError::Plugins)?);
        }
        parts.begin_while_needed("hanging plug-ins", super::hanging::show(plugins.hanging(), readiness.clone()));
        plugins.loaded().iter().for_each(|loaded| {
            readiness.not_ready(format!("plugin {}", loaded.plugin), "starting");
        });
        let (handles_in, handles) = watch::channel(handles_of(&plugins));
        let (certificates_in, certificates) = watch::channel(config.certificates.clone());
        parts.begin_while_needed("certificates", super::certificates::show(certificates));
        name_preview_state(&config);
        let everything_kept = CancellationToken::new();
        parts.begin("store", store::serves(store.clone(), everything_kept.clone()));
        let folder = state_dir.as_deref().filter(|_| primacy.is_alone());
        let keeps = state_dir.is_some() || config.cluster.is_some();
        let kept = KeptState::open(keeper, folder, keeps, config.t_server_names(), clock).await;
        let noted = kept.reports.as_ref().map_or_else(|| watch::channel(0).1, |reports| reports.noted());
        let settings = Settings { keeps, ..settings(&config, mode) };
        let partitions = nodes.as_ref().map(|nodes| nodes.partitions);
        let mut hub = Hub::among_nodes(settings, &loaded.directory, partitions, clock.now());
        if primacy.is_alone() {
            hub.take_up(kept.take_up(web.known_sessions().users()).await, clock.now());
        }
        if nodes.is_some() {
            parts.begin_while_needed("sessions of all nodes", web.known_sessions().follow(lets_go.clone()));
        }
        parts.begin_while_needed("kept state", kept.clone().run(everything_kept.clone()));
        let (role_changes_in, role_changes) = mpsc::channel(1);
        let (begin_plugins, plugins_begin) = oneshot::channel();
        let standby = config.standby.clone().unwrap_or_default();
        let script_deadline = if standby.on_demotion.is_empty() { Duration::ZERO } else { standby.script_deadline };
        let (after, t_server_links) = (standby.hand_over_after, Links::new());
        let scripts = Scripts::new(standby);
        let hand_over = HandOver {
            after,
            links: t_server_links.clone(),
            shares: config.cluster.is_some(),
            scripts: scripts.clone(),
            role_changes: role_changes_in.clone(),
            kept: kept.clone(),
            lets_go: lets_go.clone(),
            readiness: readiness.clone(),
        };
        let promotion = Promotion {
            primacy: primacy.clone(),
            kept: kept.clone(),
            role_changes: role_changes_in.clone(),
            plugins: begin_plugins,
            sessions: web.known_sessions(),
            serves: serves_in,
            readiness: readiness.clone(),
            node: config.cluster.as_ref().map(|cluster| cluster.node.clone()),
            scripts: scripts.clone(),
            store: store.clone(),
            shares: config.cluster.is_some(),
            partitions: nodes.as_ref().map(|nodes| {
                Ownership::new(nodes, kept.clone(), role_changes_in.clone(), web.known_sessions(), readiness.clone())
            }),
            links: t_server_links.clone(),
            hand_over,
        };
        let drain = config.connector.drain_deadline;
        let running = Running {
            config,
            plugins,
            directory: InForce::new(loaded.directory, accounts_in, directories_in, readiness.clone()),
            handles: handles_in,
            certificates: certificates_in,
            texts: texts_in,
            user_data: user_data_in,
            lists: lists_in,
            redirects: redirects_in,
            works: primacy.is_always(),
        };
        let role_desk = RoleDesk {
            primacy: primacy.clone(),
            nodes,
            lets_go: lets_go.clone(),
            begins: plugins_begin,
            role_changes: role_changes_in,
            kept: kept.clone(),
            readiness: readiness.clone(),
            scripts: scripts.clone(),
            another_works: None,
        };
        let operator = Operator::new(running, web.certificate(), process.log, requests, watch, mode, role_desk);
        Ok(Self {
            mode,
            parts,
            clock,
            hub,
            inlets: Inlets {
                plugins: plugin_arrivals,
                links,
                pages,
                routing,
                stat_server: stat_reports,
                directories,
                user_data,
                lists,
                noted,
                redirects,
                role_changes,
                pings,
            },
            outlets: EdgeHandles {
                t_servers,
                links: t_server_links,
                stat_server,
                plugins: handles,
                readiness,
                invitations,
                answers,
                kept,
                primacy,
                pages: pages_here,
            },
            web,
            preview_link,
            operator,
            asked,
            life: ThisLife::new(life, decider, shared),
            pings: pings_in,
            drain,
            kept: everything_kept,
            store,
            promotion,
            lets_go,
            scripts,
            script_deadline,
        })
    }
}

/// Where state lives through a restart; a host without pages keeps nothing of theirs.
fn state_dir(config: &Config, pages: bool) -> Option<PathBuf> {
    let configured = config.web.state_dir.as_ref().map(|folder| folder.get_ref().as_path());
    pages.then(|| kept::folder(configured)).flatten()
}

pub(super) fn handles_of(plugins: &Plugins) -> PluginHandles {
    Arc::new(plugins.handles().map(|handle| (handle.id().clone(), handle.clone())).collect())
}

/// A node that is primary no longer sends nothing, also of what is on its way to a socket.
fn permit(primacy: &Primacy) -> Permit {
    if primacy.is_alone() {
        return Permit::default();
    }
    let primacy = primacy.clone();
    Permit::while_so(move || primacy.holds())
}

fn clients(
    config: &Config,
    reports: &mpsc::Sender<(LinkId, Vec<Report>)>,
    permit: &Permit,
    readiness: &Readiness,
    parts: &mut Parts,
) -> Result<Vec<(Arc<str>, ClientHandle)>, StartError> {
    let client = |(link, config): (u16, &tlib::Config)| {
        let part = format!("t-server {}", config.name);
        readiness.not_ready(part.as_str(), "not connected yet");
        let handle = match &config.backup_address {
            None => {
                let client = Client::new(LinkId(link), config.clone(), reports.clone());
                let (client, handle) = client.map_err(StartError::TServer)?;
                parts.begin_while_needed(part, client.permitted(permit.clone()).run());
                handle
            }
            Some(backup) => {
                let pair = Pair::new(LinkId(link), config, backup, reports.clone());
                let (pair, handle) = pair.map_err(StartError::TServer)?;
                parts.begin_while_needed(part, pair.permitted(permit).run());
                handle
            }
        };
        Ok((Arc::from(config.name.as_str()), handle))
    };
    (0..).zip(&config.t_servers).map(client).collect()
}

/// The client of the Stat Server, if there is one. It has no part in what the service is for: pages lack values
/// without.
fn stat_server(
    config: &Config,
    reports: mpsc::Sender<stat_server::Report>,
    readiness: &Readiness,
    parts: &mut Parts,
) -> Result<Option<watch::Sender<stat_server::Wanted>>, StartError> {
    let Some(link) = &config.stat_server else { return Ok(None) };
    readiness.in_part(STAT_SERVER, "not connected yet");
    let (client, wanted) = stat_server::Client::new(link.clone(), reports).map_err(StartError::StatServer)?;
    parts.begin_while_needed("stat-server", client.run());
    Ok(Some(wanted))
}

fn login_rates(config: &Config) -> BTreeMap<LinkId, NonZeroU32> {
    let rates = (0..).zip(&config.t_servers).map(|(link, server)| Some((LinkId(link), server.login_rate?)));
    rates.flatten().collect()
}

/// The hub's part of a configuration.
pub(super) fn settings(config: &Config, mode: Mode) -> Settings {
    let connector = &config.connector;
    Settings {
        worker: worker_settings(config, mode),
        mode,
        login_rates: login_rates(config),
        free_seating: connector.user_auto_registration && connector.sync_when_logout,
        preview_timeout: config.routing.preview_timeout.seconds(),
        longest_preview: config.routing.preview_timeout_max.seconds(),
        preview_state: connector.preview_reporting().state().map(|state| state.name),
        page_grace: connector.page_grace,
        notes_key: connector.notes_key.clone(),
        caller_key: connector.caller_key.clone(),
        transfer_note_key: connector.transfer_note_key.clone(),
        outcome: config.outcome.clone(),
        contact_points: config.contact_points.clone(),
        close_statistics_after: config.stat_server.as_ref().map(|link| link.close_after),
        most_statistics: config.stat_server.as_ref().map_or(0, |link| link.max_open),
        user_data: config.user_data.clone(),
        language: connector.language.clone(),
        audio: sounds(connector),
        numbering_plan: config.numbering_plan.clone(),
        // Of a node that hangs, or whose address has moved, a page would know only when it asks.
        alive_seconds: if config.cluster.is_some() { web::ALIVE_SECONDS } else { 0 },
        keeps: false,
    }
}

fn sounds(named: &Connector) -> Sounds {
    Sounds {
        preview: named.audio_on_preview.clone(),
        chat_preview: named.audio_on_chat_preview.clone(),
        call: named.audio_on_call.clone(),
        chat: named.audio_on_chat.clone(),
    }
}

/// Whoever configures ICON needs the pair.
fn name_preview_state(config: &Config) {
    if let Some(PreviewState { name, number }) = config.connector.preview_reporting().state() {
        tracing::info!("previews are reported: ICON needs AgentRecordUserTypes = {number},{name}");
    }
}

/// Every worker's part of it.
fn worker_settings(config: &Config, mode: Mode) -> worker::Settings {
    let connector = &config.connector;
    worker::Settings {
        register_mode: if mode.drives_agents() { RegisterMode::Share } else { RegisterMode::Monitor },
        login_queue: connector.login_queue.clone(),
        publishes: match mode {
            Mode::Normal | Mode::Standalone => Publishes::Nothing,
            Mode::PresencePropagation => Publishes::BeyondPlatforms,
            Mode::PresenceConnector => Publishes::Everything,
        },
        follows_platforms: mode.follows_platforms(),
        reports: mode == Mode::Standalone,
        presence_grace: connector.presence_unknown_grace,
        after_call_work_limit: connector.after_call_work_limit,
        after_missed_previews: connector.after_missed_previews,
        mapping: Mapping::new(config.presence_rules.clone()),
        agent_map: AgentMap::new(config.agent_rules.clone()),
        chats: config.chat.rules(mode == Mode::Standalone),
    }
}
