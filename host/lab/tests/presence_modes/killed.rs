//! The product is killed in each step of After Call Work, again and again; platform and T-Server end as the person left
//! them.

use crate::{
    front_end::{PASSWORD, client::Client, desk::Desk},
    product::Service,
    site::{CONNECTOR, DN, KIM, PROPAGATION, Site, users},
};
use uc_connector::{
    agent_link::AgentStatus,
    wire::{ConnId, KvList},
};
use uc_lab::{
    front_end::{Config, Fault, FrontEnd, Presence, Publication},
    t_server::Entry,
};

/// What Kim chose before, and what Kim chooses while nobody watches.
const BEFORE: u32 = 3500;
const MEANWHILE: u32 = 9500;
/// What colleagues see in After Call Work.
const WRAP_UP: (u32, &str) = (15_500, "After call work");

/// How far it has come when the process dies, in the order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Ready,
    OnCall,
    /// The T-Server has just told of it.
    Begins,
    /// Its publication is under way and is never served.
    Asked,
    /// It is published, and the answer is lost.
    Unanswered,
    Shown,
    /// The T-Server has just told of its end.
    Ends,
    /// Its withdrawal is under way and is never served.
    Withdrawing,
    /// It is withdrawn, and the answer is lost.
    Unconfirmed,
    Over,
}

const STEPS: [Step; 10] = [
    Step::Ready,
    Step::OnCall,
    Step::Begins,
    Step::Asked,
    Step::Unanswered,
    Step::Shown,
    Step::Ends,
    Step::Withdrawing,
    Step::Unconfirmed,
    Step::Over,
];

/// What Kim does while it is dead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Nothing,
    /// Ends After Call Work at the telephone.
    Ready,
    /// Chooses something else at the platform.
    Chooses,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Connector,
    Propagation,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connector_killed_during_automatic_after_call_work() {
    every_step(Mode::Connector, "automatic").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_connector_killed_during_manual_after_call_work() {
    every_step(Mode::Connector, "manual").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn propagation_killed_during_automatic_after_call_work() {
    every_step(Mode::Propagation, "automatic").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn propagation_killed_during_manual_after_call_work() {
    every_step(Mode::Propagation, "manual").await;
}

/// 30 deaths of the connector, 30 in propagation, each with both ways to publish: 120.
async fn every_step(mode: Mode, publish: &'static str) {
    let mut day = Day::begin(mode, publish).await;
    for step in STEPS {
        for deed in [Deed::Nothing, Deed::Ready, Deed::Chooses] {
            day.with(step, deed).await;
        }
    }
}

/// Kim's day.
struct Day {
    mode: Mode,
    publish: &'static str,
    site: Site<Service>,
    kim: Desk,
    call: Option<ConnId>,
}

impl Day {
    async fn begin(mode: Mode, publish: &'static str) -> Self {
        let front_end = FrontEnd::start(Config::for_tests(users())).await.unwrap();
        let client = Client::connect(front_end.addr(), "kim", PASSWORD).await;
        let mut kim = Desk::sign_in(client, "kim", &front_end).await;
        kim.device(3500).await;
        kim.choose(BEFORE).await;
        let site = Site::of_process(front_end, &settings(mode, publish)).await;
        match mode {
            Mode::Connector => {
                site.desktop("RequestAgentLogin", None, None);
                site.desktop("RequestAgentReady", None, None);
            }
            Mode::Propagation => site.asked(0, "RequestAgentReady", None).await,
        }
        Self { mode, publish, site, kim, call: None }
    }

    /// One death and what comes of it.
    async fn with(&mut self, step: Step, deed: Deed) {
        println!("{:?}: {step:?}, {deed:?}", self.mode);
        self.reaches(step).await;
        let died = self.site.t_server.mark();
        self.site.product.kill().await;
        self.site.front_end.heal();
        match deed {
            Deed::Nothing => {}
            Deed::Ready => self.is_ready_again(),
            Deed::Chooses => self.kim.choose(MEANWHILE).await,
        }
        self.site.product.start_again();
        self.is_as_kim_left_it(step, deed, died).await;
        self.wraps_up_again().await;
    }

    async fn reaches(&mut self, step: Step) {
        if step >= Step::OnCall {
            self.takes_a_call().await;
        }
        if step >= Step::Begins {
            self.comes_to(step, [Step::Begins, Step::Asked, Step::Unanswered], WRAP_UP, Self::wraps_up).await;
        }
        if step >= Step::Ends {
            self.comes_to(step, [Step::Ends, Step::Withdrawing, Step::Unconfirmed], (BEFORE, ""), Self::is_ready_again)
                .await;
        }
    }

    /// Something happens at the telephone that changes what is published, up to this step.
    async fn comes_to(
        &mut self,
        step: Step,
        [told, asked, unanswered]: [Step; 3],
        shown: (u32, &str),
        happens: fn(&mut Self),
    ) {
        let before = self.site.front_end.counts().services;
        if step == asked {
            self.site.front_end.fault(Fault::Ignore { method: "SERVICE".into(), count: 1000 });
        }
        if step == unanswered {
            self.site.front_end.fault(Fault::LoseAnswer { method: "SERVICE".into(), count: 1000 });
        }
        happens(self);
        if step == asked {
            self.site.front_end.wait_for_counts("asked", |counts| counts.services > before).await.unwrap();
        } else if step != told {
            self.shows(shown).await;
        }
    }

    /// The product works again, and nothing but what Kim did counts.
    async fn is_as_kim_left_it(&mut self, step: Step, deed: Deed, died: usize) {
        // An agent of a person who wants no disturbance is not ready.
        let follows = self.mode == Mode::Propagation && deed == Deed::Chooses;
        let chosen = if deed == Deed::Chooses { MEANWHILE } else { BEFORE };
        let fits = |entry: &Entry| entry.message.name == "RequestRegisterAddress";
        self.site.t_server.wait_for(died, "a registration", fits).await.unwrap();
        if (Step::Begins..Step::Ends).contains(&step) && deed != Deed::Ready {
            self.wraps_up_still(deed).await;
        }
        if follows {
            self.site.asked(died, "RequestAgentNotReady", Some("do-not-disturb")).await;
        } else {
            self.is_ready_again();
        }
        self.has_chosen(chosen).await;
        self.agent_is(if follows { AgentStatus::NotReady } else { AgentStatus::Ready }).await;
        self.asked_little(follows, died);
    }

    /// After Call Work goes on until Kim ends it at the telephone.
    async fn wraps_up_still(&mut self, deed: Deed) {
        if deed == Deed::Nothing {
            self.shows(WRAP_UP).await;
        }
        assert_eq!(self.site.t_server.agent(DN).unwrap().1, AgentStatus::NotReady);
        self.is_ready_again();
    }

    /// The next After Call Work goes as ever, and nothing is under way behind it.
    async fn wraps_up_again(&mut self) {
        self.kim.choose(BEFORE).await;
        self.agent_is(AgentStatus::Ready).await;
        self.takes_a_call().await;
        self.wraps_up();
        self.shows(WRAP_UP).await;
        self.is_ready_again();
        self.has_chosen(BEFORE).await;
    }

    /// The agent is asked for nothing but what Kim chose. What a manual publication of the life before left is taken for
    /// Kim's own until it is put back: nobody can tell them apart, and in doubt nobody is ready.
    fn asked_little(&self, follows: bool, died: usize) {
        let asked = self.site.agent_requests(died);
        let fits = match &asked[..] {
            [] => !follows,
            [away, ready] if away == "RequestAgentNotReady" && ready == "RequestAgentReady" => {
                !follows && (self.mode, self.publish) == (Mode::Propagation, "manual")
            }
            all => follows && all.iter().all(|name| name == "RequestAgentNotReady"),
        };
        if !fits {
            self.fails(&format!("{asked:?}"));
        }
    }

    async fn takes_a_call(&mut self) {
        if self.call.is_none() {
            let call = self.site.t_server.make_call("+49301", DN, KvList::default()).unwrap();
            self.site.t_server.answer(call, DN).unwrap();
            self.call = Some(call);
        }
        // With the platform's own presence before the agent's, calls are left to the platform.
        if self.mode == Mode::Connector {
            self.publishes("a call", |all| all.iter().any(is_call)).await;
        }
    }

    fn wraps_up(&mut self) {
        self.site.desktop("RequestAgentNotReady", Some("AfterCallWork"), None);
        self.hangs_up();
    }

    fn hangs_up(&mut self) {
        if let Some(call) = self.call.take() {
            self.site.t_server.release(call, DN).unwrap();
        }
    }

    fn is_ready_again(&mut self) {
        self.hangs_up();
        self.site.desktop("RequestAgentReady", None, None);
    }

    /// Waits until the server has this choice of Kim's, in one pair, no note and no call.
    async fn has_chosen(&self, number: u32) {
        let own = |all: &[Publication]| {
            let choices = all.iter().filter(|known| known.value.contains("userState"));
            let numbers: Vec<_> = choices.map(|known| known.state.as_ref().unwrap().availability).collect();
            numbers.len() == 2
                && numbers[0] == number
                && !all.iter().any(|known| is_call(known) || &*known.category == "note")
        };
        self.publishes(&format!("{number} chosen and nothing else"), own).await;
    }

    /// Waits until colleagues see Kim so: number and note.
    async fn shows(&self, (number, note): (u32, &str)) {
        let fits = |seen: &Presence| seen.availability == number && seen.note.as_deref().unwrap_or_default() == note;
        let shown = |server: &FrontEnd| Some(server.presence(KIM).unwrap()).filter(fits);
        if let Err(error) = self.site.front_end.wait_for(&format!("{number} {note}"), shown).await {
            self.fails(&error.to_string());
        }
    }

    async fn publishes(&self, wanted: &str, fits: impl Fn(&[Publication]) -> bool) {
        let there = |server: &FrontEnd| fits(&server.publications(KIM).unwrap()).then_some(());
        if let Err(error) = self.site.front_end.wait_for(wanted, there).await {
            self.fails(&error.to_string());
        }
    }

    async fn agent_is(&self, status: AgentStatus) {
        let log = self
            .site
            .t_server
            .wait_for(0, "a state", |_| self.site.t_server.agent(DN).is_some_and(|(_, now, _)| now == status));
        if let Err(error) = log.await {
            self.fails(&error.to_string());
        }
    }

    fn fails(&self, why: &str) -> ! {
        let published = self.site.front_end.publications(KIM);
        panic!("{why}\n{published:#?}\n{}\n{:#?}", self.site.product.log(), self.site.t_server.log());
    }
}

fn is_call(known: &Publication) -> bool {
    known.instance >> 28 == 8
}

/// Both plug-ins, or the one that pushes; it may publish as often as it likes.
fn settings(mode: Mode, publish: &str) -> String {
    let rule = format!(
        "[[agent-rule]]\nwork-mode = ['after-call-work']\npublish = '{publish}'\navailability = 'away'\n\
         note = 'After call work'\n"
    );
    let plugins = match mode {
        Mode::Connector => CONNECTOR.to_owned(),
        Mode::Propagation => PROPAGATION.to_owned(),
    };
    let push = "file = 'libuc_lync_push.so'\n[plugin.settings]\n";
    format!("{rule}{}", plugins.replace(push, &format!("{push}publications-per-minute = 600\n")))
}
