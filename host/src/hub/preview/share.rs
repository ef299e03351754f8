//! A share of a broadcast whose other workers are asked at other nodes. Nobody here knows of the others, so its outcome
//! is told and does not end it: it stays, and with it the refusal of requests for some of its workers, until the node that
//! decides says what became of the whole. An acceptance is a promise until then: its window waits, and nobody is told
//! that they have won before they have.

use super::{PreviewId, Previews, Step, open::Told};
use crate::{
    directory::WorkerId,
    routing::{
        asker::AskerId,
        message::{Outcome, Verdict},
    },
    web::message::PreviewEnd,
};

impl Previews {
    /// What became of a broadcast, for the share that this asker waits for.
    pub(in crate::hub) fn verdict(&mut self, asker: AskerId, verdict: Verdict, steps: &mut Vec<Step>) {
        for id in self.by_asker.of(&asker).to_vec() {
            let promised = self.open.get(&id).is_some_and(super::Preview::is_promised);
            match verdict {
                Verdict::Won if promised => self.end_as_told(id, steps),
                Verdict::Taken if promised => {}
                Verdict::Taken | Verdict::Won | Verdict::Lost => self.end_as_taken(id, steps),
            }
        }
    }

    /// What a preview comes to: its end, or of a share what its askers are told.
    pub(super) fn tell(&mut self, id: PreviewId, outcome: Outcome, winner: Option<&WorkerId>, steps: &mut Vec<Step>) {
        match self.open.get_mut(&id) {
            Some(share) if !share.elsewhere.is_empty() => {
                steps.extend(share.askers.iter().map(|asker| Step::Outcome(*asker, outcome.clone())));
                share.told = Some(Told { outcome, winner: winner.cloned() });
            }
            _ => self.end(id, &outcome, winner, &"".into(), steps),
        }
    }

    /// A share ends with what its askers were told.
    pub(super) fn end_as_told(&mut self, id: PreviewId, steps: &mut Vec<Step>) {
        let told = self.open.get(&id).and_then(|share| share.told.clone());
        if let Some(Told { outcome, winner }) = told {
            self.end(id, &outcome, winner.as_ref(), &"".into(), steps);
        }
    }

    fn end_as_taken(&mut self, id: PreviewId, steps: &mut Vec<Step>) {
        self.end_as(id, &Outcome::Cancelled, |_| PreviewEnd::TakenByAnother, &"".into(), steps);
    }
}
