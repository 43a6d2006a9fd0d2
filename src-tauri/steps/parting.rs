//! Taking a connection back with what the task has in hand, and letting go of the run where nothing is left to do.

use super::approach::Approach;
use super::paste::OneTime;
use super::withdraw::{Bond, Means, part};
use crate::problem::Problem;
use crate::run::{Cut, Report, cut};
use crate::story::{Broad, Farewell, TruthState, Truths};

impl Approach {
    /// Takes back what a run made or was about, on all three sides; then ends the pasted token, where one was pasted.
    pub(crate) async fn take_back(
        &mut self,
        cut: &Cut,
        farewell: &Farewell,
        report: &Report,
    ) -> Result<(Truths, Option<Broad>), Problem> {
        let bond = Bond::of(cut).ok_or_else(cut::unknown_run)?;
        let journal = self.hold.journal()?;
        let broad = self.hand.one_time().map(|OneTime { broad, .. }| broad);
        let means = Means {
            link: self.site.link(),
            broad,
            forget: farewell.forget,
            report,
        };
        let truths = part(&self.app, &journal, cut, &bond, &means).await;
        let broad = self.end_pasted(farewell.broad, report).await;
        Ok((truths, broad))
    }

    /// Ends the run where nothing is open or the person insists, and leaves it open otherwise. Tells whether it is.
    pub(crate) fn leave(&mut self, cut: &Cut, truths: &Truths, forget: bool, how: &str) -> bool {
        let forgotten = forget && truths.local.state == TruthState::Forgotten;
        let open = truths.is_open() && !forgotten;
        if !open {
            // First, as the run that ends last is the one that is met again after a crash.
            let rotations = cut.nominated.iter().flat_map(|all| &all.rotations);
            rotations.for_each(|left| self.hold.end_other(&left.run, how));
            self.hold.end(how);
        }
        self.hold.let_go();
        open
    }
}
