//! What enabling would do, as it is shown.

use serde::Serialize;
use utoipa::ToSchema;
use vestibule_model::MemberId;
use vestibule_policy::WaysIn;

use crate::manage::preflight::EnablePreflight;

/// How many of each are named.
const NAMED: usize = 100;

/// Somebody whom a preflight names.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreflightPerson)]
pub(crate) struct PreflightPersonView {
    /// The member.
    member_id: String,
    /// Their address.
    email: String,
    /// What people call them.
    name: Option<String>,
}

/// An admin who can get in without SSO.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreflightAdmin)]
pub(crate) struct PreflightAdminView {
    /// The member.
    member_id: String,
    /// Their address.
    email: String,
    /// What people call them.
    name: Option<String>,
    /// By what: password and passkey are kept here; internal_service alone means that nothing is, and
    /// that only a service of yours with the scope `sessions:mint` can let them in.
    #[schema(example = json!(["password"]))]
    ways: Vec<&'static str>,
}

/// How many there are of each, named or not.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PreflightTotals)]
pub(crate) struct PreflightTotalsView {
    /// Of `affected`.
    affected: usize,
    /// Of `shut_out`.
    shut_out: usize,
    /// Of `without_second_factor`.
    without_second_factor: usize,
    /// Of `keeps_way_in`.
    keeps_way_in: usize,
}

/// What enabling would do to whom (P3, P6). Each list names a hundred people at most; `totals` counts
/// all of them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EnablePreflight)]
pub(crate) struct PreflightView {
    /// The revision that would go live; null while nothing is saved.
    revision_id: Option<String>,
    /// Who has to sign in by SSO from then on: everybody but admins.
    affected: Vec<PreflightPersonView>,
    /// Those of them whom the identity provider probably does not know: not linked, and their address
    /// lies in no verified domain, or, where there is none, not in the domain that the test asserted.
    shut_out: Vec<PreflightPersonView>,
    /// Active admins without a second factor of their own here.
    without_second_factor: Vec<PreflightPersonView>,
    /// Active admins: they may come in without SSO.
    keeps_way_in: Vec<PreflightAdminView>,
    /// How many there are of each.
    totals: PreflightTotalsView,
    /// Whether nobody could get in without SSO.
    lockout_risk: bool,
    /// Whether enabling needs `acknowledge_lockout_risk: true`.
    acknowledge_lockout_risk_needed: bool,
    /// What else is worth saying: admin-two-factor-recommended.
    advisories: Vec<&'static str>,
    /// Whether the workspace has more people than were looked at: the first 10 000 and 500 admins.
    truncated: bool,
}

impl From<&EnablePreflight> for PreflightView {
    fn from(preflight: &EnablePreflight) -> Self {
        let (said, people) = (&preflight.said, &preflight.members);
        let named = |ids: &[MemberId]| -> Vec<PreflightPersonView> {
            let members = ids.iter().filter_map(|id| people.get(id));
            members
                .take(NAMED)
                .map(|member| PreflightPersonView {
                    member_id: member.id.to_string(),
                    email: member.email.to_string(),
                    name: member.name.clone(),
                })
                .collect()
        };
        let admins = said.keeps_way_in.iter().filter_map(|admin| {
            let member = people.get(&admin.member_id)?;
            Some(PreflightAdminView {
                member_id: member.id.to_string(),
                email: member.email.to_string(),
                name: member.name.clone(),
                ways: ways(admin.ways),
            })
        });
        Self {
            revision_id: preflight.revision_id.map(|id| id.to_string()),
            affected: named(&said.affected),
            shut_out: named(&said.shut_out),
            without_second_factor: named(&said.admins_without_second_factor),
            keeps_way_in: admins.take(NAMED).collect(),
            totals: PreflightTotalsView {
                affected: said.affected.len(),
                shut_out: said.shut_out.len(),
                without_second_factor: said.admins_without_second_factor.len(),
                keeps_way_in: said.keeps_way_in.len(),
            },
            lockout_risk: said.lockout_risk,
            acknowledge_lockout_risk_needed: said.lockout_risk,
            advisories: said.advisories.iter().map(|said| said.as_str()).collect(),
            truncated: preflight.truncated,
        }
    }
}

fn ways(ways: WaysIn) -> Vec<&'static str> {
    let kept = [(ways.password, "password"), (ways.passkey, "passkey")];
    let kept: Vec<_> = kept
        .into_iter()
        .filter_map(|(has, word)| has.then_some(word))
        .collect();
    if kept.is_empty() {
        vec!["internal_service"]
    } else {
        kept
    }
}
