//! Taking away what nobody can use any more.

use diesel::dsl::{count_star, min, sql};
use diesel::prelude::*;
use diesel::sql_types::Bool;
use jiff::{SignedDuration, Timestamp};
use vestibule_model::{AttemptId, AttemptOutcome};

use crate::column::micros;
use crate::engine::on;
use crate::schema::{
    assertion_claims, client_assertions, codes, forward_tokens, kept_answers, mails,
    password_links, refresh_tokens, sessions, setup_links, setup_sessions, sign_in_attempts,
    test_runs, totp_enrolments, webhook_deliveries, webhook_endpoints,
};
use crate::{StoreError, Tx};

/// The most rows of one kind that one call takes away: other writes wait for it.
const BATCH: i64 = 500;

/// How long a code outlives its minute, so that a second use still revokes what the first minted.
const CODES_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long a session can still be looked up when it is over; its tokens go with it.
const SESSIONS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long a mail is tried: whoever waits for one has asked again by then.
const MAILS_KEPT: SignedDuration = SignedDuration::from_hours(3 * 24);

/// How long a call can be sent again.
const ANSWERS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long a link to set a password, or to the setup, is kept when it is used or over.
const LINKS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long an authenticator app waits for the code that confirms it.
const ENROLMENTS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// How long it is known whom a test was about: personal data, and soon of no use.
const CLAIMS_OF_TESTS_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How long an attempt is kept that never came back: whoever could not get in asks within a week.
const PENDING_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

/// How many of them are kept of one connection, the newest: as many as may be under way at a time
/// (design §4.8). Anybody can begin one.
const PENDING_OF_CONNECTION: i64 = 2_000;

/// How long what was sent to webhooks is kept, and what waits for one that is disabled.
const DELIVERIES_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Takes away the rows of a table whose time is before this, at most [`BATCH`]; how many there were. The time is
/// asked once more at the end: somebody may have begun anew this very moment.
macro_rules! prune_before {
    ($tx:expr, $table:ident, $key:ident, $time:ident, $before:expr) => {{
        let before = $before;
        let old = on!($tx, |conn| $table::table
            .filter($table::$time.lt(before))
            .select($table::$key)
            .limit(BATCH)
            .load::<String>(conn))?;
        on!($tx, |conn| diesel::delete(
            $table::table
                .filter($table::$key.eq_any(&old))
                .filter($table::$time.lt(before))
        )
        .execute(conn))?
    }};
}

fn before(now: Timestamp, kept: SignedDuration) -> i64 {
    micros(now.checked_sub(kept).unwrap_or(Timestamp::MIN))
}

impl Tx<'_> {
    /// Takes away claims, kept answers, codes, refresh and forward tokens, sessions with their browsers, signing keys, kept
    /// responses, links and where they are open, mails, what was sent to webhooks and what was set up halfway, whose time is long
    /// over, and sign-in attempts that never came back, and ends overdue test runs, at most 500 of each
    /// kind that is taken away. How many there were; call it again while that is not zero.
    ///
    /// # Errors
    /// [`StoreError`] when they could not be taken away.
    pub fn prune(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let mut pruned = self.expire_overdue_tests(now)?;
        pruned += self.prune_signing_keys(now)?;
        pruned += self.prune_responses(now)?;
        pruned += self.prune_pending_attempts(now)?;
        pruned += self.prune_of_people(now)?;
        pruned += self.prune_setup_links(now)?;
        pruned += self.prune_webhooks(now)?;
        let at = micros(now);
        pruned += prune_before!(self, assertion_claims, assertion_id_hash, keep_until, at);
        pruned += prune_before!(self, client_assertions, jti_hash, keep_until, at);
        pruned += prune_before!(self, refresh_tokens, hash, expires_at, at);
        pruned += prune_before!(self, forward_tokens, hash, expires_at, at);
        let at = before(now, ANSWERS_KEPT);
        pruned += prune_before!(self, kept_answers, id, created_at, at);
        let at = before(now, CODES_KEPT);
        pruned += prune_before!(self, codes, hash, expires_at, at);
        let at = before(now, SESSIONS_KEPT);
        pruned += prune_before!(self, sessions, id, expires_at, at);
        Ok(pruned)
    }

    /// Mails, links, apps that were never confirmed, and whom tests were about; used recovery codes
    /// stay, so that their owner sees them.
    fn prune_of_people(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let at = before(now, MAILS_KEPT);
        let mut pruned = prune_before!(self, mails, id, created_at, at);
        let at = before(now, LINKS_KEPT);
        pruned += prune_before!(self, password_links, id, expires_at, at);
        let at = before(now, ENROLMENTS_KEPT);
        pruned += prune_before!(self, totp_enrolments, member_id, created_at, at);
        let at = before(now, CLAIMS_OF_TESTS_KEPT);
        let old = on!(self, |conn| test_runs::table
            .filter(test_runs::claim.is_not_null())
            .filter(test_runs::finished_at.lt(at))
            .select(test_runs::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::update(
            test_runs::table.filter(test_runs::id.eq_any(&old))
        )
        .set((
            test_runs::claim.eq(None::<String>),
            test_runs::browser.eq(None::<String>),
        ))
        .execute(conn))?;
        Ok(pruned)
    }

    /// Setup links whose time is long over, and where links are open no more.
    fn prune_setup_links(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let mut pruned = prune_before!(self, setup_sessions, token_hash, expires_at, micros(now));
        let at = before(now, LINKS_KEPT);
        pruned += prune_before!(self, setup_links, id, expires_at, at);
        Ok(pruned)
    }

    /// Deliveries of a month ago, whatever has become of them: what is still pending then belongs to an
    /// endpoint that was disabled for weeks. And secrets that sign no more.
    fn prune_webhooks(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let at = before(now, DELIVERIES_KEPT);
        let old = on!(self, |conn| webhook_deliveries::table
            .filter(webhook_deliveries::created_at.lt(at))
            .select(webhook_deliveries::seq)
            .limit(BATCH)
            .load::<i64>(conn))?;
        let pruned = on!(self, |conn| diesel::delete(
            webhook_deliveries::table.filter(webhook_deliveries::seq.eq_any(&old))
        )
        .execute(conn))?;
        let forgotten = on!(self, |conn| diesel::update(
            webhook_endpoints::table
                .filter(webhook_endpoints::previous_secret_until.le(Some(micros(now))))
        )
        .set((
            webhook_endpoints::previous_secret.eq(None::<String>),
            webhook_endpoints::previous_secret_until.eq(None::<i64>),
        ))
        .execute(conn))?;
        Ok(pruned + forgotten)
    }

    /// Kept responses whose time is over; the attempts stay.
    fn prune_responses(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let at = micros(now);
        let old = on!(self, |conn| sign_in_attempts::table
            .filter(sign_in_attempts::response_until.le(Some(at)))
            .select(sign_in_attempts::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        on!(self, |conn| diesel::update(
            sign_in_attempts::table.filter(sign_in_attempts::id.eq_any(&old))
        )
        .set((
            sign_in_attempts::response.eq(None::<String>),
            sign_in_attempts::response_until.eq(None::<i64>),
        ))
        .execute(conn))
    }

    /// Attempts that went to the IdP and never came back: those that are old, and the oldest of a
    /// connection that has too many.
    fn prune_pending_attempts(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let pending = AttemptOutcome::Pending.as_str();
        // In the words of the index of these: what is bound may be another one, and all attempts were looked at.
        let is_pending = || sql::<Bool>("outcome = 'pending'");
        // Ids sort by time.
        let since = now.checked_sub(PENDING_KEPT).unwrap_or(Timestamp::MIN);
        let oldest_kept = AttemptId::new(since).to_string();
        let crowded = on!(self, |conn| sign_in_attempts::table
            .filter(is_pending())
            .group_by(sign_in_attempts::connection_id)
            .having(
                count_star()
                    .gt(PENDING_OF_CONNECTION)
                    .or(min(sign_in_attempts::id).lt(Some(&oldest_kept)))
            )
            .select((sign_in_attempts::connection_id, count_star()))
            .load::<(String, i64)>(conn))?;
        let mut pruned = 0;
        for (connection_id, count) in crowded {
            let surplus = (count - PENDING_OF_CONNECTION).max(0);
            let oldest: Vec<String> = on!(self, |conn| sign_in_attempts::table
                .filter(is_pending())
                .filter(sign_in_attempts::connection_id.eq(&connection_id))
                .order(sign_in_attempts::id.asc())
                .select(sign_in_attempts::id)
                .limit(BATCH)
                .load(conn))?;
            let surplus = usize::try_from(surplus).unwrap_or(usize::MAX);
            let gone: Vec<_> = oldest
                .into_iter()
                .enumerate()
                .filter(|(index, id)| *index < surplus || *id < oldest_kept)
                .map(|(_, id)| id)
                .collect();
            pruned += on!(self, |conn| diesel::delete(
                sign_in_attempts::table
                    .filter(sign_in_attempts::id.eq_any(&gone))
                    // Somebody may have come back this very moment.
                    .filter(sign_in_attempts::outcome.eq(pending))
            )
            .execute(conn))?;
        }
        Ok(pruned)
    }
}
