//! Domains: when one is verified, and when it is no longer.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{Domain, DomainCheck, DomainOutcome, Member, MemberStatus, Provisioned};

use crate::WorkspaceFacts;

/// How often a verified domain is looked at.
const EVERY: SignedDuration = SignedDuration::from_hours(24);
/// How soon it is looked at again when it was not found, or nobody could say.
const AGAIN: SignedDuration = SignedDuration::from_hours(12);
/// How far apart two absences have to lie to count as two: one bad hour is one.
const APART: SignedDuration = SignedDuration::from_hours(6);
/// How many times a record has to be authoritatively absent…
const ABSENCES: usize = 3;
/// … and within how long, before the domain is verified no longer.
const WITHIN: SignedDuration = SignedDuration::from_hours(72);

/// What a look-up changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DomainVerdict {
    /// It is verified now, and was not before.
    Verified,
    /// It is verified no longer.
    Unverified,
    /// It stays as it was.
    Unchanged,
}

/// Notes what a look-up of its TXT record found. A time-out or a failing server never un-verifies a
/// domain; only its own servers' word does, three times within 72 hours and
/// not all at once.
pub fn note_domain_check(
    domain: &mut Domain,
    outcome: DomainOutcome,
    now: Timestamp,
) -> DomainVerdict {
    domain.last_check = Some(DomainCheck { at: now, outcome });
    let was_verified = domain.verified_at.is_some();
    match outcome {
        DomainOutcome::Found => {
            domain.absences.clear();
            domain.verified_at = domain.verified_at.or(Some(now));
        }
        DomainOutcome::Absent if was_verified => {
            domain
                .absences
                .retain(|at| now.duration_since(*at) < WITHIN);
            let last = domain.absences.last();
            if last.is_none_or(|last| now.duration_since(*last) >= APART) {
                domain.absences.push(now);
            }
            if domain.absences.len() >= ABSENCES {
                domain.verified_at = None;
                domain.absences.clear();
            }
        }
        DomainOutcome::Absent | DomainOutcome::Unknown => {}
    }
    let wait = if outcome == DomainOutcome::Found {
        EVERY
    } else {
        AGAIN
    };
    domain.next_check_at = domain.verified_at.and_then(|_| now.checked_add(wait).ok());
    match (was_verified, domain.verified_at.is_some()) {
        (false, true) => DomainVerdict::Verified,
        (true, false) => DomainVerdict::Unverified,
        _ => DomainVerdict::Unchanged,
    }
}

/// Whether the first verified domain of a workspace would shut a member out (P7): they came just in
/// time, nothing but their address names them, and it lies elsewhere.
#[must_use]
pub fn shut_out_by_domain(
    facts: &WorkspaceFacts,
    domain: &str,
    member: &Member,
    linked: bool,
) -> bool {
    facts.verified_domains.is_empty()
        && member.status != MemberStatus::Deactivated
        && member.provisioned == Provisioned::JustInTime
        && !linked
        && !member.email.domain().eq_ignore_ascii_case(domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use vestibule_model::{DomainId, WorkspaceId};

    fn at(hours: i64) -> Timestamp {
        let start: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap_or_default();
        start + SignedDuration::from_hours(hours)
    }

    fn claimed() -> Domain {
        Domain {
            id: DomainId::new(at(0)),
            workspace_id: WorkspaceId::new(at(0)),
            domain: "acme.example".into(),
            connection_id: None,
            token: "t".into(),
            verified_at: None,
            last_check: None,
            next_check_at: None,
            absences: Vec::new(),
            created_at: at(0),
        }
    }

    #[test]
    fn only_three_authoritative_absences_within_72_hours_end_it() {
        use DomainOutcome::{Absent, Found, Unknown};
        use DomainVerdict::{Unchanged, Unverified, Verified};
        for (story, expected) in [
            (&[(1, Absent)][..], &[Unchanged][..]),
            (&[(1, Unknown)], &[Unchanged]),
            (&[(1, Found), (2, Found)], &[Verified, Unchanged]),
            (
                &[
                    (0, Found),
                    (24, Unknown),
                    (36, Unknown),
                    (48, Unknown),
                    (60, Unknown),
                ],
                &[Verified, Unchanged, Unchanged, Unchanged, Unchanged],
            ),
            (
                &[(0, Found), (24, Absent), (36, Absent), (48, Absent)],
                &[Verified, Unchanged, Unchanged, Unverified],
            ),
            // Three questions within an hour are one absence.
            (
                &[
                    (0, Found),
                    (24, Absent),
                    (25, Absent),
                    (26, Absent),
                    (27, Absent),
                ],
                &[Verified, Unchanged, Unchanged, Unchanged, Unchanged],
            ),
            (
                &[
                    (0, Found),
                    (24, Absent),
                    (36, Absent),
                    (48, Found),
                    (60, Absent),
                ],
                &[Verified, Unchanged, Unchanged, Unchanged, Unchanged],
            ),
            (
                &[
                    (0, Found),
                    (24, Absent),
                    (36, Unknown),
                    (95, Absent),
                    (96, Absent),
                ],
                &[Verified, Unchanged, Unchanged, Unchanged, Unchanged],
            ),
            (
                &[
                    (0, Found),
                    (24, Absent),
                    (36, Absent),
                    (48, Absent),
                    (60, Found),
                ],
                &[Verified, Unchanged, Unchanged, Unverified, Verified],
            ),
        ] {
            let mut domain = claimed();
            let found: Vec<_> = story
                .iter()
                .map(|(hour, outcome)| note_domain_check(&mut domain, *outcome, at(*hour)))
                .collect();
            assert_eq!(found, expected, "{story:?}");
            assert_eq!(domain.next_check_at.is_some(), domain.verified_at.is_some());
        }
    }
}
