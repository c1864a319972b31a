//! The texts that a commitment names by their digest: its plan and its rules.

use super::{Store, stored};
use crate::base::digest::Digest;
use crate::base::finding::Finding;

impl Store {
    /// Keeps a plan under its digest; one that is kept already is left as it is.
    ///
    /// # Errors
    /// W19, W09.
    pub fn save_plan(&self, digest: &Digest, text: &str, at_s: u64) -> Result<(), Finding> {
        self.save(
            "insert into plan (digest, text, at_s) values ($1, $2, $3) on conflict do nothing",
            digest,
            text,
            at_s,
        )
    }

    /// The plan with that digest, and when it was kept, in seconds of UTC.
    ///
    /// # Errors
    /// W09.
    pub fn plan(&self, digest: &Digest) -> Result<Option<(String, u64)>, Finding> {
        self.kept("select text, at_s from plan where digest = $1", digest)
    }

    /// Keeps rules under their digest; those kept already are left as they are.
    ///
    /// # Errors
    /// W19, W09.
    pub fn save_rules(&self, digest: &Digest, text: &str, at_s: u64) -> Result<(), Finding> {
        self.save(
            "insert into rules (digest, text, at_s) values ($1, $2, $3) on conflict do nothing",
            digest,
            text,
            at_s,
        )
    }

    /// The rules with that digest, and when they were kept, in seconds of UTC.
    ///
    /// # Errors
    /// W09.
    pub fn rules(&self, digest: &Digest) -> Result<Option<(String, u64)>, Finding> {
        self.kept("select text, at_s from rules where digest = $1", digest)
    }

    fn save(
        &self,
        sql: &'static str,
        digest: &Digest,
        text: &str,
        at_s: u64,
    ) -> Result<(), Finding> {
        self.write(async |connection| {
            let hex = digest.hex();
            let values = [hex.as_str().into(), text.into(), stored(at_s).into()];
            connection.run(sql, &values).await?;
            Ok(())
        })
    }

    fn kept(&self, sql: &'static str, digest: &Digest) -> Result<Option<(String, u64)>, Finding> {
        self.run(async |connection| {
            let rows = connection.rows(sql, &[digest.hex().as_str().into()]).await?;
            let first = rows.first();
            Ok(first.map(|row| Ok::<_, sqlx::Error>((row.owned(0)?, row.count(1)?))).transpose()?)
        })
    }
}
