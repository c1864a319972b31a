//! The draws of a workspace: one live commitment per agency, shared matter and overlapping window.

use super::database::{Connection, Row};
use super::holder::machine;
use super::{Store, stored};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::base::text::plain;
use crate::record::commitment::Commitment;
use crate::registry::Register;

/// The columns of a draw, in the order of [`DrawRecord::read`].
const COLUMNS: &str = "commitment, agency, draw, attempt, matters, window_from, window_to, frozen_s, \
    earliest_s, host, bundle, state, rehearsal";

/// How far a recorded draw has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Recorded; its bundle may not be published yet.
    Pending,
    /// Published.
    Live,
    /// Drawn.
    Drawn,
    /// Voided before its beacon.
    Void,
}

impl State {
    const ALL: [State; 4] = [State::Pending, State::Live, State::Drawn, State::Void];

    fn name(self) -> &'static str {
        match self {
            State::Pending => "pending",
            State::Live => "live",
            State::Drawn => "drawn",
            State::Void => "void",
        }
    }
}

/// A recorded draw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawRecord {
    /// C.
    pub commitment: Digest,
    /// The committing office.
    pub agency: String,
    /// The draw's name.
    pub draw: String,
    /// From 1.
    pub attempt: u64,
    /// The matters of all lists.
    pub matters: Vec<String>,
    /// First and last day, `YYYY-MM-DD`.
    pub window: (String, String),
    /// When it was recorded, seconds of UTC.
    pub frozen_s: u64,
    /// The earliest source's time, seconds of UTC.
    pub earliest_s: u64,
    /// The machine that froze it: only there its folder can be looked at.
    pub host: String,
    /// The bundle's folder.
    pub bundle: String,
    /// How far it has come.
    pub state: State,
    /// Rehearsals bind, and are counted, among themselves alone.
    pub rehearsal: bool,
}

impl DrawRecord {
    /// The record of a commitment about to be published.
    pub fn new(commitment: &Commitment, digest: Digest, bundle: String, now_s: u64) -> Self {
        let mut matters: Vec<String> =
            commitment.lists.iter().flat_map(|list| list.matters.clone()).collect();
        matters.sort();
        matters.dedup();
        DrawRecord {
            commitment: digest,
            agency: commitment.agency.clone(),
            draw: commitment.draw.clone(),
            attempt: commitment.attempt,
            matters,
            window: commitment.window.clone(),
            frozen_s: now_s,
            earliest_s: commitment.earliest_source_at(),
            host: machine(),
            bundle,
            state: State::Pending,
            rehearsal: commitment.rehearsal,
        }
    }

    /// Whether two commitments may not live at the same time: one agency and the same name, or a shared matter
    /// in overlapping windows, both in earnest or both rehearsed. Names of lists, slots and titles are of no account: whoever draws again under another name
    /// draws again. Nor is a blank or a full-width letter another agency or another matter.
    fn excludes(&self, other: &DrawRecord) -> bool {
        // Dates in this form are ordered like their texts.
        let overlap = self.window.0 <= other.window.1 && other.window.0 <= self.window.1;
        let same = |a: &str, b: &str| plain(a) == plain(b);
        let shared = || self.matters.iter().any(|a| other.matters.iter().any(|b| same(a, b)));
        self.rehearsal == other.rehearsal
            && same(&self.agency, &other.agency)
            && (self.draw == other.draw || overlap && shared())
    }

    fn read(row: &Row) -> Result<Self, sqlx::Error> {
        let (digest, state) = (row.text(0)?, row.text(11)?);
        Ok(DrawRecord {
            commitment: Digest::from_hex(digest)
                .expect("bug: the store keeps digests as they are printed"),
            agency: row.owned(1)?,
            draw: row.owned(2)?,
            attempt: row.count(3)?,
            matters: row.text(4)?.split('\n').map(str::to_owned).collect(),
            window: (row.owned(5)?, row.owned(6)?),
            frozen_s: row.count(7)?,
            earliest_s: row.count(8)?,
            host: row.owned(9)?,
            bundle: row.owned(10)?,
            state: State::ALL
                .into_iter()
                .find(|s| s.name() == state)
                .expect("bug: the table checks states"),
            rehearsal: row.integer(12)? != 0,
        })
    }

    /// Those that may not live beside it: what gives way, and what stands.
    fn rivals<'a>(
        &self,
        others: &'a [DrawRecord],
        published: &impl Fn(&DrawRecord) -> bool,
    ) -> (Vec<&'a DrawRecord>, Vec<&'a DrawRecord>) {
        let rivals = others.iter().filter(|o| o.state != State::Void && o.excludes(self));
        rivals.partition(|other| other.gives_way(published))
    }

    /// Whether it never appeared and may give way. What another machine is about to publish cannot be seen from
    /// here, so it stands.
    fn gives_way(&self, published: &impl Fn(&DrawRecord) -> bool) -> bool {
        self.state == State::Pending && self.host == machine() && !published(self)
    }
}

impl Store {
    /// All recorded draws, oldest first.
    ///
    /// # Errors
    /// W09.
    pub fn draws(&self) -> Result<Vec<DrawRecord>, Finding> {
        self.run(async |connection| Ok(draws(connection).await?))
    }

    /// The record of a commitment.
    ///
    /// # Errors
    /// W09.
    pub fn draw(&self, commitment: &Digest) -> Result<Option<DrawRecord>, Finding> {
        Ok(self.draws()?.into_iter().find(|record| record.commitment == *commitment))
    }

    /// Records a commitment before it is published, with the versions of the registers that it was frozen from,
    /// unless another one is in its way. A record of the same commitment is left as it is. `published` tells
    /// whether a pending record's bundle exists: what never appeared binds nobody and gives way.
    ///
    /// # Errors
    /// `Ok(Err(record))` with the live commitment in the way; W19, W09.
    pub fn record_draw(
        &self,
        new: &DrawRecord,
        versions: &[(Register, i64)],
        published: impl Fn(&DrawRecord) -> bool,
    ) -> Result<Result<(), Box<DrawRecord>>, Finding> {
        self.write(async |connection| {
            let others = draws(connection).await?;
            if let Some(known) = others.iter().find(|other| other.commitment == new.commitment) {
                if known.gives_way(&published) {
                    // What never appeared there may appear elsewhere.
                    let sql = "update draw set bundle = $1, frozen_s = $2 where commitment = $3";
                    let (bundle, commitment) = (new.bundle.as_str(), new.commitment.hex());
                    let values =
                        [bundle.into(), stored(new.frozen_s).into(), commitment.as_str().into()];
                    connection.run(sql, &values).await?;
                }
                return Ok(Ok(()));
            }
            let (gone, live) = new.rivals(&others, &published);
            if let Some(live) = live.first() {
                return Ok(Err(Box::new(DrawRecord::clone(live))));
            }
            for record in gone {
                forget(connection, &record.commitment).await?;
            }
            insert(connection, new, versions).await?;
            Ok(Ok(()))
        })
    }

    /// The commitments that stand in the way of `new` unless they are the same, as its digest need not be known yet: to
    /// be asked before long work. [`Store::record_draw`] decides.
    ///
    /// # Errors
    /// W09.
    pub fn rivals(
        &self,
        new: &DrawRecord,
        published: impl Fn(&DrawRecord) -> bool,
    ) -> Result<Vec<DrawRecord>, Finding> {
        let others = self.draws()?;
        let (_, live) = new.rivals(&others, &published);
        Ok(live.into_iter().cloned().collect())
    }

    /// The versions of the registers that a draw was frozen from.
    ///
    /// # Errors
    /// W09.
    pub fn draw_versions(&self, commitment: &Digest) -> Result<Vec<(Register, i64)>, Finding> {
        self.run(async |connection| {
            let sql = "select register, version from draw_version where commitment = $1";
            let rows = connection.rows(sql, &[commitment.hex().as_str().into()]).await?;
            let mut versions = Vec::new();
            for row in &rows {
                let register = Register::from_name(row.text(0)?);
                versions.extend(register.zip(Some(row.integer(1)?)));
            }
            versions.sort_unstable();
            Ok(versions)
        })
    }

    /// Sets how far a draw has come.
    ///
    /// # Errors
    /// W19, W09.
    pub fn set_state(&self, commitment: &Digest, state: State) -> Result<(), Finding> {
        self.write(async |connection| {
            let sql = "update draw set state = $1 where commitment = $2";
            connection.run(sql, &[state.name().into(), commitment.hex().as_str().into()]).await?;
            Ok(())
        })
    }
}

async fn draws(connection: &mut Connection) -> Result<Vec<DrawRecord>, sqlx::Error> {
    let sql = format!("select {COLUMNS} from draw order by frozen_s, attempt, commitment");
    let rows = connection.rows(sqlx::AssertSqlSafe(sql), &[]).await?;
    rows.iter().map(DrawRecord::read).collect()
}

/// Removes a record that never became a bundle.
async fn forget(connection: &mut Connection, commitment: &Digest) -> Result<(), sqlx::Error> {
    let hex = commitment.hex();
    for sql in
        ["delete from draw_version where commitment = $1", "delete from draw where commitment = $1"]
    {
        connection.run(sql, &[hex.as_str().into()]).await?;
    }
    Ok(())
}

async fn insert(
    connection: &mut Connection,
    new: &DrawRecord,
    versions: &[(Register, i64)],
) -> Result<(), sqlx::Error> {
    let (hex, matters) = (new.commitment.hex(), new.matters.join("\n"));
    let sql = format!(
        "insert into draw ({COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
    );
    let values = [
        hex.as_str().into(),
        new.agency.as_str().into(),
        new.draw.as_str().into(),
        stored(new.attempt).into(),
        matters.as_str().into(),
        new.window.0.as_str().into(),
        new.window.1.as_str().into(),
        stored(new.frozen_s).into(),
        stored(new.earliest_s).into(),
        new.host.as_str().into(),
        new.bundle.as_str().into(),
        new.state.name().into(),
        i64::from(new.rehearsal).into(),
    ];
    connection.run(sqlx::AssertSqlSafe(sql), &values).await?;
    for (register, version) in versions {
        let sql = "insert into draw_version (commitment, register, version) values ($1, $2, $3)";
        let values = [hex.as_str().into(), register.name().into(), (*version).into()];
        connection.run(sql, &values).await?;
    }
    Ok(())
}
