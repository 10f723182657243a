//! Taking away what nobody can use any more.

use diesel::dsl::{count_star, min};
use diesel::prelude::*;
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
        let old = on!(self, |conn| assertion_claims::table
            .filter(assertion_claims::keep_until.lt(at))
            .select(assertion_claims::assertion_id_hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            assertion_claims::table
                .filter(assertion_claims::assertion_id_hash.eq_any(&old))
                .filter(assertion_claims::keep_until.lt(at))
        )
        .execute(conn))?;
        let old = on!(self, |conn| client_assertions::table
            .filter(client_assertions::keep_until.lt(at))
            .select(client_assertions::jti_hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            client_assertions::table
                .filter(client_assertions::jti_hash.eq_any(&old))
                // Another client may have used the same word later.
                .filter(client_assertions::keep_until.lt(at))
        )
        .execute(conn))?;
        let old = on!(self, |conn| refresh_tokens::table
            .filter(refresh_tokens::expires_at.lt(at))
            .select(refresh_tokens::hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            refresh_tokens::table.filter(refresh_tokens::hash.eq_any(&old))
        )
        .execute(conn))?;
        let old = on!(self, |conn| forward_tokens::table
            .filter(forward_tokens::expires_at.lt(at))
            .select(forward_tokens::hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            forward_tokens::table.filter(forward_tokens::hash.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, ANSWERS_KEPT);
        let old = on!(self, |conn| kept_answers::table
            .filter(kept_answers::created_at.lt(at))
            .select(kept_answers::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            kept_answers::table.filter(kept_answers::id.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, CODES_KEPT);
        let old = on!(self, |conn| codes::table
            .filter(codes::expires_at.lt(at))
            .select(codes::hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            codes::table.filter(codes::hash.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, SESSIONS_KEPT);
        let old = on!(self, |conn| sessions::table
            .filter(sessions::expires_at.lt(at))
            .select(sessions::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            sessions::table.filter(sessions::id.eq_any(&old))
        )
        .execute(conn))?;
        Ok(pruned)
    }

    /// Mails, links, apps that were never confirmed, and whom tests were about; used recovery codes
    /// stay, so that their owner sees them.
    fn prune_of_people(&mut self, now: Timestamp) -> Result<usize, StoreError> {
        let at = before(now, MAILS_KEPT);
        let old = on!(self, |conn| mails::table
            .filter(mails::created_at.lt(at))
            .select(mails::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        let mut pruned = on!(self, |conn| diesel::delete(
            mails::table.filter(mails::id.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, LINKS_KEPT);
        let old = on!(self, |conn| password_links::table
            .filter(password_links::expires_at.lt(at))
            .select(password_links::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            password_links::table.filter(password_links::id.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, ENROLMENTS_KEPT);
        let old = on!(self, |conn| totp_enrolments::table
            .filter(totp_enrolments::created_at.lt(at))
            .select(totp_enrolments::member_id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            totp_enrolments::table
                .filter(totp_enrolments::member_id.eq_any(&old))
                // Somebody may have begun anew this very moment.
                .filter(totp_enrolments::created_at.lt(at))
        )
        .execute(conn))?;
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
        let old = on!(self, |conn| setup_sessions::table
            .filter(setup_sessions::expires_at.lt(micros(now)))
            .select(setup_sessions::token_hash)
            .limit(BATCH)
            .load::<String>(conn))?;
        let mut pruned = on!(self, |conn| diesel::delete(
            setup_sessions::table.filter(setup_sessions::token_hash.eq_any(&old))
        )
        .execute(conn))?;
        let at = before(now, LINKS_KEPT);
        let old = on!(self, |conn| setup_links::table
            .filter(setup_links::expires_at.lt(at))
            .select(setup_links::id)
            .limit(BATCH)
            .load::<String>(conn))?;
        pruned += on!(self, |conn| diesel::delete(
            setup_links::table.filter(setup_links::id.eq_any(&old))
        )
        .execute(conn))?;
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
        // Ids sort by time.
        let since = now.checked_sub(PENDING_KEPT).unwrap_or(Timestamp::MIN);
        let oldest_kept = AttemptId::new(since).to_string();
        let crowded = on!(self, |conn| sign_in_attempts::table
            .filter(sign_in_attempts::outcome.eq(pending))
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
                .filter(sign_in_attempts::outcome.eq(pending))
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
