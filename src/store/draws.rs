//! The draws of a workspace: one live commitment per agency, shared matter and overlapping window.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::record::commitment::Commitment;
use crate::record::ids::Sid;

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
    /// The bundle's folder.
    pub bundle: String,
    /// How far it has come.
    pub state: State,
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
            bundle,
            state: State::Pending,
        }
    }

    /// Whether two commitments may not live at the same time: one agency and the same name, or a shared matter
    /// in overlapping windows.
    fn excludes(&self, other: &DrawRecord) -> bool {
        // Dates in this form are ordered like their texts.
        let overlap = self.window.0 <= other.window.1 && other.window.0 <= self.window.1;
        let shared = self.matters.iter().any(|matter| other.matters.contains(matter));
        self.agency == other.agency && (self.draw == other.draw || overlap && shared)
    }

    fn read(row: &SqliteRow) -> Self {
        let number = |column: &str| u64::try_from(row.get::<i64, _>(column)).unwrap_or_default();
        let state: String = row.get("state");
        let digest: String = row.get("commitment");
        DrawRecord {
            commitment: Digest::from_hex(&digest)
                .expect("bug: the store keeps digests as they are printed"),
            agency: row.get("agency"),
            draw: row.get("draw"),
            attempt: number("attempt"),
            matters: row.get::<String, _>("matters").split('\n').map(str::to_owned).collect(),
            window: (row.get("window_from"), row.get("window_to")),
            frozen_s: number("frozen_s"),
            earliest_s: number("earliest_s"),
            bundle: row.get("bundle"),
            state: State::ALL
                .into_iter()
                .find(|s| s.name() == state)
                .expect("bug: the table checks states"),
        }
    }
}

impl Store {
    /// All recorded draws, oldest first.
    ///
    /// # Errors
    /// W09.
    pub fn draws(&self) -> Result<Vec<DrawRecord>, Finding> {
        let rows = self.run(async {
            sqlx::query("select * from draw order by frozen_s, attempt, commitment")
                .fetch_all(&self.pool)
                .await
        })?;
        Ok(rows.iter().map(DrawRecord::read).collect())
    }

    /// The record of a commitment.
    ///
    /// # Errors
    /// W09.
    pub fn draw(&self, commitment: &Digest) -> Result<Option<DrawRecord>, Finding> {
        Ok(self.draws()?.into_iter().find(|record| record.commitment == *commitment))
    }

    /// Records a commitment before it is published, unless another one is in its way. A record of the same
    /// commitment is left as it is. `published` tells whether a pending record's bundle exists: what never
    /// appeared binds nobody and gives way.
    ///
    /// # Errors
    /// `Ok(Err(record))` with the live commitment in the way; W09.
    pub fn record_draw(
        &self,
        new: &DrawRecord,
        published: impl Fn(&DrawRecord) -> bool,
    ) -> Result<Result<(), Box<DrawRecord>>, Finding> {
        self.run(async {
            let mut tx = self.pool.begin_with("begin immediate").await?;
            let rows = sqlx::query("select * from draw order by frozen_s").fetch_all(&mut *tx).await?;
            for other in rows.iter().map(DrawRecord::read) {
                if other.commitment == new.commitment {
                    if other.state == State::Pending && !published(&other) {
                        // What never appeared there may appear elsewhere.
                        sqlx::query("update draw set bundle = ?, frozen_s = ? where commitment = ?")
                            .bind(&new.bundle)
                            .bind(i64::try_from(new.frozen_s).unwrap_or(i64::MAX))
                            .bind(new.commitment.hex())
                            .execute(&mut *tx)
                            .await?;
                        tx.commit().await?;
                    }
                    return Ok(Ok(()));
                }
                if other.state == State::Void || !other.excludes(new) {
                    continue;
                }
                if other.state == State::Pending && !published(&other) {
                    let gone = other.commitment.hex();
                    sqlx::query("delete from draw where commitment = ?").bind(gone).execute(&mut *tx).await?;
                    continue;
                }
                return Ok(Err(Box::new(other)));
            }
            sqlx::query(
                "insert into draw (commitment, agency, draw, attempt, matters, window_from, window_to, frozen_s, \
                 earliest_s, bundle, state) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(new.commitment.hex())
            .bind(&new.agency)
            .bind(&new.draw)
            .bind(i64::try_from(new.attempt).unwrap_or(i64::MAX))
            .bind(new.matters.join("\n"))
            .bind(&new.window.0)
            .bind(&new.window.1)
            .bind(i64::try_from(new.frozen_s).unwrap_or(i64::MAX))
            .bind(i64::try_from(new.earliest_s).unwrap_or(i64::MAX))
            .bind(&new.bundle)
            .bind(new.state.name())
            .execute(&mut *tx)
            .await?;
            tx.commit().await?;
            Ok(Ok(()))
        })
    }

    /// Sets how far a draw has come.
    ///
    /// # Errors
    /// W09.
    pub fn set_state(&self, commitment: &Digest, state: State) -> Result<(), Finding> {
        self.run(async {
            let update = sqlx::query("update draw set state = ? where commitment = ?");
            update.bind(state.name()).bind(commitment.hex()).execute(&self.pool).await.map(drop)
        })
    }

    /// Records who was drawn, and that the draw is done.
    ///
    /// # Errors
    /// W09; nothing is recorded then.
    pub fn record_drawn<'a>(
        &self,
        commitment: &Digest,
        sids: impl Iterator<Item = &'a Sid>,
        day: &str,
    ) -> Result<(), Finding> {
        self.run(async {
            let mut tx = self.pool.begin_with("begin immediate").await?;
            for sid in sids {
                sqlx::query("insert or ignore into drawn_subject (commitment, sid, drawn_on) values (?, ?, ?)")
                    .bind(commitment.hex())
                    .bind(sid.as_str())
                    .bind(day)
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query("update draw set state = 'drawn' where commitment = ? and state <> 'void'")
                .bind(commitment.hex())
                .execute(&mut *tx)
                .await?;
            tx.commit().await
        })
    }

    /// When each subject was last drawn in a draw of this workspace, `YYYY-MM-DD`; the draw of `except`
    /// itself is left out.
    ///
    /// # Errors
    /// W09.
    pub fn last_drawn(&self, except: &str) -> Result<BTreeMap<Sid, String>, Finding> {
        let rows = self.run(async {
            sqlx::query(
                "select sid, max(drawn_on) from drawn_subject join draw using (commitment) \
                 where draw <> ? group by sid",
            )
            .bind(except)
            .fetch_all(&self.pool)
            .await
        })?;
        Ok(rows.iter().filter_map(|row| Some((Sid::parse(row.get(0)).ok()?, row.get(1)))).collect())
    }
}
