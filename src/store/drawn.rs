//! Who was drawn in earlier draws, for which matters, and who came: caps, exclusion windows and rotation look here.

use std::collections::BTreeMap;

use super::database::Row;
use super::loader::Loader;
use super::{Store, stored};
use crate::base::digest::Digest;
use crate::base::finding::Finding;
use crate::record::ids::{Iid, Sid};

/// Joins the values of a column that has several: no name, matter or identifier has a line end.
const JOINT: &str = "\n";
/// Rows per page.
const PAGE: usize = 4096;

/// A subject that was drawn, and the one visit that this led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawnSubject {
    /// The subject.
    pub sid: Sid,
    /// The first day of the draw's window, `YYYY-MM-DD`.
    pub day: String,
    /// The departments that come.
    pub agencies: Vec<String>,
    /// The matters of all lists in which it was drawn.
    pub matters: Vec<String>,
    /// The team; empty if none could be formed.
    pub inspectors: Vec<Iid>,
}

impl Store {
    /// Records who was drawn, and that the draw is done; commanded twice, it changes nothing.
    ///
    /// # Errors
    /// W19, W09; nothing is recorded then.
    pub fn record_drawn(
        &self,
        commitment: &Digest,
        drawn: impl Iterator<Item = DrawnSubject>,
        now_s: u64,
    ) -> Result<(), Finding> {
        const COLUMNS: &[&str] =
            &["commitment", "sid", "drawn_on", "agencies", "matters", "inspectors"];
        self.write(async |connection| {
            let hex = commitment.hex();
            let sql = "select cast(count(*) as bigint) from drawn_subject where commitment = $1";
            let known = connection.rows(sql, &[hex.as_str().into()]).await?;
            if known.first().map(|row| row.count(0)).transpose()?.unwrap_or_default() == 0 {
                let mut loader = Loader::new(connection, "drawn_subject", COLUMNS);
                let by_sid = drawn.map(|subject| (subject.sid.clone(), subject));
                for (sid, subject) in by_sid.collect::<BTreeMap<Sid, DrawnSubject>>() {
                    let people: Vec<&str> = subject.inspectors.iter().map(Iid::as_str).collect();
                    loader.text(hex.clone());
                    loader.text(sid.as_str().to_owned());
                    loader.text(subject.day);
                    loader.text(subject.agencies.join(JOINT));
                    loader.text(subject.matters.join(JOINT));
                    loader.text(people.join(JOINT));
                    if loader.end_row() {
                        loader.send(connection).await?;
                    }
                }
                loader.send(connection).await?;
            }
            let sql = "update draw set state = 'drawn', drawn_s = coalesce(drawn_s, $2) \
                 where commitment = $1 and state <> 'void'";
            connection.run(sql, &[hex.as_str().into(), stored(now_s).into()]).await?;
            Ok(())
        })
    }

    /// Hands out whom a draw of this workspace drew, by sid.
    ///
    /// # Errors
    /// W09.
    pub fn drawn_in(
        &self,
        commitment: &Digest,
        take: &mut dyn FnMut(DrawnSubject),
    ) -> Result<(), Finding> {
        self.run(async |connection| {
            let sql = "select sid, drawn_on, agencies, matters, inspectors from drawn_subject \
                 where commitment = $1 and sid > $2 order by sid limit $3";
            let (hex, mut last) = (commitment.hex(), String::new());
            loop {
                let values = [hex.as_str().into(), last.as_str().into(), (PAGE as i64).into()];
                let rows = connection.rows(sql, &values).await?;
                for row in &rows {
                    if let Some(subject) = read(row)? {
                        take(subject);
                    }
                }
                match rows.last() {
                    Some(row) if rows.len() == PAGE => last = row.owned(0)?,
                    _ => return Ok(()),
                }
            }
        })
    }
}

/// A row; none whose identifier somebody has edited into something else.
fn read(row: &Row) -> Result<Option<DrawnSubject>, sqlx::Error> {
    let several = |at: usize| -> Result<Vec<String>, sqlx::Error> {
        let parts = row.text(at)?.split(JOINT).filter(|part| !part.is_empty());
        Ok(parts.map(str::to_owned).collect())
    };
    let Ok(sid) = Sid::parse(row.text(0)?) else { return Ok(None) };
    let inspectors = several(4)?;
    Ok(Some(DrawnSubject {
        sid,
        day: row.owned(1)?,
        agencies: several(2)?,
        matters: several(3)?,
        inspectors: inspectors.iter().filter_map(|iid| Iid::parse(iid).ok()).collect(),
    }))
}
