//! What can be asked of a call as it is: one rule for the buttons of the page and for what a pressed button may do. Pure.
//!
//! | Asked | Of a call that | Beside it |
//! |---|---|---|
//! | answer, redirect | rings | |
//! | release | does not ring | |
//! | hold; transfer and conference, in one step or two | is connected | no other of a pair |
//! | retrieve | is held | no other, or a held one |
//! | complete, alternate | is a consult call, connected or held | the original, held or connected |
//! | reconnect | is a consult call and not held | the original, held |
//! | digits | is connected, or has reached the network | |
//! | mute on, off | is connected, and is not muted, is muted | |
//! | other attached data | is connected or held | |

use crate::agent_link::{CallKind, CallKinds, CallStep};

/// The other call of a pair.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Beside {
    /// There is none.
    #[default]
    Nothing,
    /// This one is a consult call: where the call stands that it was made from.
    Original(CallStep),
    /// This one is held or talked to while another is consulted: where that call stands.
    Consult(CallStep),
}

/// A call as it is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    /// Where it stands.
    pub(crate) step: CallStep,
    /// The other call of its pair.
    pub(crate) beside: Beside,
    /// Nobody hears the worker.
    pub(crate) muted: bool,
    /// Something comes of what is asked at its line.
    pub(crate) takes_requests: bool,
    /// What the T-Server has refused as not offered.
    pub(crate) lacking: CallKinds,
}

impl Situation {
    /// Whether this can be asked.
    pub(crate) fn allows(&self, kind: CallKind) -> bool {
        self.takes_requests && !self.lacking.contains(kind) && self.fits(kind)
    }

    fn fits(&self, kind: CallKind) -> bool {
        use CallStep::{Busy, Dialing, Established, Held, NetworkReached, Released, Ringing};
        let talks = self.step == Established;
        let alone = self.beside == Beside::Nothing;
        match kind {
            CallKind::Answer | CallKind::Redirect => self.step == Ringing,
            CallKind::Release => !matches!(self.step, Ringing | Released),
            CallKind::Hold
            | CallKind::SingleStepTransfer
            | CallKind::SingleStepConference
            | CallKind::InitiateTransfer
            | CallKind::InitiateConference => talks && alone,
            CallKind::Retrieve => {
                self.step == Held
                    && matches!(self.beside, Beside::Nothing | Beside::Original(Held) | Beside::Consult(Held))
            }
            CallKind::CompleteTransfer | CallKind::CompleteConference | CallKind::Alternate => matches!(
                (self.step, self.beside),
                (Established, Beside::Original(Held)) | (Held, Beside::Original(Established))
            ),
            CallKind::Reconnect => {
                self.beside == Beside::Original(Held)
                    && matches!(self.step, Dialing | NetworkReached | Busy | Established)
            }
            CallKind::SendDtmf => talks || self.step == NetworkReached,
            CallKind::MuteOn => talks && !self.muted,
            CallKind::MuteOff => talks && self.muted,
            CallKind::AttachUserData | CallKind::UpdateUserData | CallKind::DeletePair => {
                matches!(self.step, Established | Held)
            }
            // Of no call: it is asked of a line.
            CallKind::MakeCall => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use CallKind::*;
    use CallStep::{Busy, Dialing, Established, Held, NetworkReached, Released, Ringing};

    fn situation(step: CallStep, beside: Beside) -> Situation {
        Situation { step, beside, muted: false, takes_requests: true, lacking: CallKinds::default() }
    }

    fn allowed(situation: &Situation) -> Vec<CallKind> {
        CallKind::ALL.into_iter().filter(|kind| !kind.is_of_user_data() && situation.allows(*kind)).collect()
    }

    #[test]
    fn what_can_be_asked_follows_from_both_calls_of_a_pair() {
        const PAIR: [CallKind; 6] = [Release, CompleteTransfer, CompleteConference, Alternate, SendDtmf, MuteOn];
        let alone = Beside::Nothing;
        let rows: &[(CallStep, Beside, &[CallKind])] = &[
            (Ringing, alone, &[Answer, Redirect]),
            (Dialing, alone, &[Release]),
            (NetworkReached, alone, &[Release, SendDtmf]),
            (Busy, alone, &[Release]),
            (
                Established,
                alone,
                &[
                    Release,
                    Hold,
                    SingleStepTransfer,
                    SingleStepConference,
                    InitiateTransfer,
                    InitiateConference,
                    SendDtmf,
                    MuteOn,
                ],
            ),
            (Held, alone, &[Release, Retrieve]),
            (Released, alone, &[]),
            (Dialing, Beside::Original(Held), &[Release, Reconnect]),
            (NetworkReached, Beside::Original(Held), &[Release, Reconnect, SendDtmf]),
            (Busy, Beside::Original(Held), &[Release, Reconnect]),
            (Established, Beside::Original(Held), &[PAIR[0], PAIR[1], PAIR[2], PAIR[3], Reconnect, PAIR[4], PAIR[5]]),
            (Held, Beside::Original(Established), &PAIR[..4]),
            (Held, Beside::Original(Held), &[Release, Retrieve]),
            (Established, Beside::Original(Established), &[Release, SendDtmf, MuteOn]),
            (Held, Beside::Consult(Dialing), &[Release]),
            (Held, Beside::Consult(Established), &[Release]),
            (Held, Beside::Consult(Held), &[Release, Retrieve]),
            (Established, Beside::Consult(Held), &[Release, SendDtmf, MuteOn]),
        ];
        for (step, beside, expected) in rows {
            assert_eq!(allowed(&situation(*step, *beside)), *expected, "{step:?} {beside:?}");
        }
    }

    #[test]
    fn what_the_t_server_does_not_offer_is_never_allowed_and_nothing_where_nothing_comes_of_it() {
        let steps = [Ringing, Dialing, NetworkReached, Busy, Established, Held];
        let besides = steps.into_iter().flat_map(|step| [Beside::Original(step), Beside::Consult(step)]);
        let besides: Vec<_> = besides.chain([Beside::Nothing]).collect();
        for (step, beside) in steps.into_iter().flat_map(|step| besides.iter().map(move |beside| (step, *beside))) {
            let whole = situation(step, beside);
            for lacks in CallKind::ALL {
                let mut lacking = CallKinds::default();
                lacking.insert(lacks);
                let wanted: Vec<_> = allowed(&whole).into_iter().filter(|kind| *kind != lacks).collect();
                assert_eq!(allowed(&Situation { lacking, ..whole }), wanted, "{step:?} {beside:?} {lacks:?}");
            }
            assert_eq!(allowed(&Situation { takes_requests: false, ..whole }), []);
        }
    }

    #[test]
    fn attached_data_changes_while_the_call_is_there_whatever_is_beside_it() {
        for step in [Ringing, Dialing, NetworkReached, Busy, Established, Held, Released] {
            for beside in [Beside::Nothing, Beside::Original(Held), Beside::Consult(Dialing)] {
                for kind in [AttachUserData, UpdateUserData, DeletePair] {
                    assert_eq!(situation(step, beside).allows(kind), matches!(step, Established | Held), "{step:?}");
                }
            }
        }
    }

    #[test]
    fn who_is_muted_can_be_heard_again() {
        let muted = Situation { muted: true, ..situation(Established, Beside::Nothing) };
        assert!(muted.allows(MuteOff) && !muted.allows(MuteOn));
    }
}
