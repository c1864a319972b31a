//! A draw of the size of a district.

use shuangsuiji::record::bundle::Files;
use shuangsuiji::record::commitment::{List, Method, Quota, Role, Slot, Stratum};
use shuangsuiji::record::ids::{Iid, Name, Sid};
use shuangsuiji::record::tables::{FrameRow, InspectorRow};

use crate::support::random::Draft;

/// Visits of a district in a year (嘉定, 2023).
pub const VISITS: u64 = 16_757;
/// A district's subjects that are drawn from.
const SUBJECTS: u64 = 20_000;
/// Counties in which they were registered, and in which inspectors work.
const COUNTIES: [&str; 8] =
    ["330102", "330105", "330106", "330108", "330109", "330110", "330111", "330199"];

/// An open draw of one list, each area with inspectors of its own.
pub fn district() -> Files {
    let mut draft = (0..).map(Draft::of).find(|draft| !draft.commitment.sealed()).unwrap();
    let county = |n: u64| COUNTIES[usize::try_from(n).unwrap() % COUNTIES.len()];
    let areas = 75;
    let row = |n: u64| FrameRow {
        sid: Sid::parse(&format!("91{}{n:09}X", county(n))).unwrap(),
        stratum: Name::parse("stratum", "all").unwrap(),
        weight: 1,
        tags: vec![format!("area:{}", n % areas)],
        salt: None,
    };
    let mut rows: Vec<FrameRow> = (0..SUBJECTS).map(row).collect();
    rows.sort_by(|a, b| a.sid.cmp(&b.sid));
    let slot = |name: &str| Slot {
        slot: name.to_owned(),
        role: Role::Inspector,
        needs: vec!["area:{area}".to_owned()],
        avoids: vec![],
    };
    let first = &draft.commitment.lists[0];
    let list = List {
        list: "330199202607200001".to_owned(),
        title: "食品经营检查".to_owned(),
        method: Method::Fixed,
        strata: vec![Stratum { stratum: "all".to_owned(), size: 0, quota: Quota::Count(VISITS) }],
        reserve: 3,
        slots: vec![slot("lead"), slot("member")],
        ..first.clone()
    };
    draft.frames = [(list.list.clone(), rows)].into();
    draft.commitment.lists = vec![list];
    let person = |n: u64| InspectorRow {
        iid: Iid::parse(&format!("33019900{n:04}")).unwrap(),
        capacity: 200,
        load: 0,
        tags: vec![format!("area:{}", n % areas)],
    };
    draft.inspectors = (0..600).map(person).collect();
    (draft.recusals, draft.incompatible, draft.standby) = (vec![], vec![], None);
    draft.extras.clear();
    draft.complete()
}
