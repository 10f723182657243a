//! What stands before `enable`, and what follows from the plan.

use vestibule_model::{ConnectionState, Phase, Plan, TwoFactorRule};
use vestibule_policy::{Advisory, Refusal, connection_state, may_enable, plan_gate};

use crate::scene::{connection, rules, workspace};

#[test]
fn only_plans_with_sso_pass_the_gate_and_the_list_is_configuration() {
    let mut rules = rules();
    for (plan, passes) in [
        (Plan::Free, false),
        (Plan::Growth, false),
        (Plan::Pro, true),
        (Plan::Premier, true),
    ] {
        assert_eq!(plan_gate(plan, &rules).is_ok(), passes, "{plan}");
    }
    rules.sso_plans = vec![Plan::Growth];
    assert!(plan_gate(Plan::Growth, &rules).is_ok() && plan_gate(Plan::Pro, &rules).is_err());
    rules.sso_plans = Vec::new();
    assert!(
        Plan::ALL
            .iter()
            .all(|plan| plan_gate(*plan, &rules).is_err())
    );
}

#[test]
fn a_state_follows_from_phase_and_plan() {
    let facts = workspace(Plan::Pro, TwoFactorRule::Off);
    for (phase, with_sso, without) in [
        (Phase::Draft, ConnectionState::Draft, ConnectionState::Draft),
        (Phase::Ready, ConnectionState::Ready, ConnectionState::Ready),
        (
            Phase::Live,
            ConnectionState::Live,
            ConnectionState::Suspended,
        ),
        (
            Phase::Disabled,
            ConnectionState::Disabled,
            ConnectionState::Disabled,
        ),
    ] {
        let connection = connection(&facts, phase).connection;
        assert_eq!(
            connection_state(&connection, Plan::Premier, &rules()),
            with_sso
        );
        assert_eq!(
            connection_state(&connection, Plan::Growth, &rules()),
            without
        );
    }
}

#[test]
fn a_revision_goes_live_with_the_plan_and_its_own_passed_test() {
    let facts = workspace(Plan::Pro, TwoFactorRule::Off);
    let mut revision = connection(&facts, Phase::Ready).revision.unwrap();
    let enable = |plan, two_factor, revision: &_| {
        may_enable(plan, two_factor, revision, true, false, &rules())
    };
    assert_eq!(
        enable(Plan::Pro, TwoFactorRule::Off, &revision),
        Ok(vec![Advisory::AdminTwoFactorRecommended])
    );
    assert_eq!(
        enable(Plan::Pro, TwoFactorRule::Admins, &revision),
        Ok(Vec::new())
    );
    let refusal = enable(Plan::Growth, TwoFactorRule::Off, &revision).unwrap_err();
    assert_eq!(refusal.code(), "plan-upgrade-required");
    revision.passed_test = None;
    assert_eq!(
        enable(Plan::Pro, TwoFactorRule::Off, &revision),
        Err(Refusal::TestRequired {
            revision_id: revision.id
        })
    );
}
