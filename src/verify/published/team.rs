//! The team of a receipt against the one that is published, or while that is closed against the inspectors of the draw.

use super::{Bundle, Published};
use crate::base::finding::Finding;
use crate::pairing::slots::VisitSlot;
use crate::record::bundle::{ASSIGNMENT, HANDICAPS, INSPECTORS, MANIFEST, SHORTAGE};
use crate::record::ids::Iid;
use crate::record::receipt::{Code, Receipt, Team};
use crate::say;

impl Bundle<'_> {
    /// The published team.
    pub(super) fn open_team(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        found: &mut Published,
    ) -> Result<(), Finding> {
        let handicaps = self.contents.handicaps.as_deref().unwrap_or_default();
        let last =
            handicaps.last().map(|row| row.round).filter(|_| self.contents.shortage.is_none());
        let seats = self.contents.assignment.iter().flatten();
        let seats = seats.filter(|row| Some(row.round) == last && row.sid == code.sid);
        let team: Vec<&str> = seats.map(|row| row.iid.as_str()).collect();
        let published = team.join(" ");
        if !team.iter().copied().eq(code.team.iter().map(Iid::as_str)) {
            let cause = if team.is_empty() {
                say!("公布的结果中没有小组", "no team is published")
            } else {
                say!("公布的小组是 {published}", "the published team is {published}")
            };
            return Err(Finding::new("Q07", cause).file(ASSIGNMENT).id(code.sid.as_str()));
        }
        if let Some(team) = receipt.and_then(|receipt| receipt.team.as_ref()) {
            if Some(team.round) != last {
                let cause = say!("不是最后一轮的小组", "it is not the team of the last round");
                return Err(Finding::new("Q07", cause).file(ASSIGNMENT).column("team.round"));
            }
            for (iid, handicap) in team.slots.iter().flat_map(|slot| &slot.eligible) {
                let at =
                    handicaps.binary_search_by(|row| (row.round, &row.iid).cmp(&(team.round, iid)));
                if at.map(|at| handicaps[at].handicap) != Ok(*handicap) {
                    let cause = say!(
                        "{iid} 的让分不是公布的",
                        "the handicap of {iid} is not the published one"
                    );
                    return Err(Finding::new("Q07", cause).file(HANDICAPS).id(iid.as_str()));
                }
            }
        }
        if !team.is_empty() {
            found.shown.push(say!(
                "小组就是公布的：{published}",
                "the team is the published one: {published}"
            ));
        }
        Ok(())
    }

    /// While the assignment is closed: everybody named is an inspector of the draw whose tags fit.
    pub(super) fn closed_team(
        &self,
        code: &Code,
        receipt: Option<&Receipt>,
        found: &mut Published,
    ) -> Result<(), Finding> {
        if code.team.is_empty() && self.is_drawn(code) && !self.is_short() {
            let cause = say!(
                "已抽中却没有小组，清单中也没有人员不足的证明",
                "drawn, yet without a team, and the manifest has no proof of shortage"
            );
            return Err(Finding::new("Q07", cause).file(MANIFEST).id(code.sid.as_str()));
        }
        if !code.team.is_empty() && self.is_short() {
            let cause = say!("人员不足却有小组", "there is a team in spite of a shortage");
            return Err(Finding::new("Q07", cause).file(MANIFEST).id(code.sid.as_str()));
        }
        let inspectors = self.contents.inspectors.as_deref().unwrap_or_default();
        let stranger = |iid: &str| {
            let cause = say!("{iid} 不在封存的人员名录中", "{iid} is no inspector of the draw");
            Finding::new("Q07", cause).file(INSPECTORS).id(iid)
        };
        for iid in &code.team {
            let known = inspectors.binary_search_by(|row| row.iid.cmp(iid)).is_ok();
            known.then_some(()).ok_or_else(|| stranger(iid.as_str()))?;
        }
        if let Some(team) = receipt.and_then(|receipt| receipt.team.as_ref()) {
            self.check_fitting(team)?;
        }
        if !code.team.is_empty() {
            found.shown.push(say!(
                "小组成员都在封存的人员名录中",
                "everybody of the team is an inspector of the draw"
            ));
            found.not_shown.push(say!(
                "分组名册未公开：小组本身待公开后核对",
                "the assignment is closed: the team is compared after the opening"
            ));
        }
        Ok(())
    }

    fn check_fitting(&self, team: &Team) -> Result<(), Finding> {
        let inspectors = self.contents.inspectors.as_deref().unwrap_or_default();
        for slot in &team.slots {
            // The receipt's own check compares it with the commitment.
            let demand = VisitSlot::of_text(&slot.slot);
            for (iid, _) in &slot.eligible {
                let at = inspectors.binary_search_by(|row| row.iid.cmp(iid));
                let demand = demand.as_ref();
                let fits = at.is_ok_and(|at| demand.is_some_and(|slot| slot.fits(&inspectors[at])));
                if !fits {
                    let cause = say!(
                        "{iid} 不在名录中，或标签不合岗位",
                        "{iid} is no inspector of the draw, or his tags do not fit the slot"
                    );
                    return Err(Finding::new("Q07", cause).file(INSPECTORS).id(iid.as_str()));
                }
            }
        }
        Ok(())
    }

    fn is_short(&self) -> bool {
        self.contents.manifest.iter().flatten().any(|row| row.path == SHORTAGE)
    }
}
