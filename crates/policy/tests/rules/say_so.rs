//! What an admin says on our own pages: "this is me", and that groups may make admins.

use jiff::{SignedDuration, Timestamp};
use vestibule_model::{
    Identity, KeyFingerprint, Member, MemberStatus, Phase, Proof, ProvenBy, Revision, Role,
    RoleMapping, TestClaim, TestId, TestRun, TestState, Unmapped, WorkspaceId,
};
use vestibule_policy::{
    AtTheDesk, Refusal, WorkspaceFacts, may_enable_admin_mapping, may_reset_second_factor,
    may_say_this_is_me,
};

use crate::scene::{connection, email, identity, member, name_id, now, sso_workspace};

const ADA: &str = "ada@acme.example";
const BROWSER: &str = "the hash of a cookie";

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn desk(member: &Member, minutes: i64) -> AtTheDesk<'_> {
    AtTheDesk {
        member,
        authenticated_at: ago(minutes),
    }
}

fn passed_test(facts: &WorkspaceFacts) -> TestRun {
    let link = identity(facts, &member(facts, ADA, Role::Admin), name_id("7", None));
    let revision = facts.sso.connections[0].revision.as_ref().unwrap();
    TestRun {
        id: TestId::new(now()),
        workspace_id: facts.workspace.id,
        connection_id: revision.connection_id,
        revision_id: revision.id,
        state: TestState::Passed,
        report: None,
        name_id: None,
        claim: Some(TestClaim {
            subject: Some(link.subject),
            email: Some(email(ADA)),
        }),
        browser: Some(BROWSER.into()),
        return_path: None,
        created_at: now(),
        expires_at: now(),
        finished_at: Some(now()),
    }
}

fn code<T>(result: Result<T, Refusal>) -> &'static str {
    result.map_or_else(|refusal| refusal.code(), |_| "yes")
}

#[test]
fn only_the_admin_whose_address_was_asserted_says_this_is_me() {
    let facts = sso_workspace();
    let test = passed_test(&facts);
    let ada = member(&facts, "Ada@ACME.example", Role::Admin);
    let said = |who: &Member, test: &TestRun, minutes, browser| {
        code(may_say_this_is_me(desk(who, minutes), test, browser, now()))
    };
    assert_eq!(said(&ada, &test, 10, Some(BROWSER)), "yes");
    assert_eq!(
        said(&ada, &test, 11, Some(BROWSER)),
        "authentication-too-old"
    );

    let mut changed = vec![];
    let mut with = |what, change: &dyn Fn(&mut Member, &mut TestRun)| {
        let (mut ada, mut test) = (ada.clone(), test.clone());
        change(&mut ada, &mut test);
        changed.push((what, said(&ada, &test, 0, Some(BROWSER))));
    };
    with("member", &|ada, _| ada.role = Role::Member);
    with("deactivated", &|ada, _| {
        ada.status = MemberStatus::Deactivated;
    });
    with("invited", &|ada, _| ada.status = MemberStatus::Invited);
    with("another workspace", &|ada, _| {
        ada.workspace_id = WorkspaceId::new(now());
    });
    with("another address", &|ada, _| {
        ada.email = email("grace@acme.example");
    });
    with("look-alike", &|ada, _| {
        ada.email = email("\u{ff41}da@acme.example");
    });
    with("failed", &|_, test| test.state = TestState::Failed);
    with("pending", &|_, test| test.state = TestState::Pending);
    with("no browser known", &|_, test| test.browser = None);
    with("nothing asserted", &|_, test| test.claim = None);
    with("no address", &|_, test| {
        test.claim.as_mut().unwrap().email = None;
    });
    with("transient", &|_, test| {
        test.claim.as_mut().unwrap().subject = None;
    });
    for (what, outcome) in changed {
        assert_eq!(outcome, "not-yours-to-say", "{what}");
    }
    for browser in [None, Some("another"), Some("")] {
        assert_eq!(
            said(&ada, &test, 0, browser),
            "not-yours-to-say",
            "{browser:?}"
        );
    }
}

fn key(digit: char) -> KeyFingerprint {
    digit.to_string().repeat(64).parse().unwrap()
}

fn mapped(facts: &WorkspaceFacts) -> Revision {
    let mut revision = connection(facts, Phase::Ready).revision.unwrap();
    revision.connection_id = facts.sso.connections[0].connection.id;
    revision.settings.role_mapping = Some(RoleMapping {
        attributes: vec!["groups".into()],
        admin: vec!["owners".into()],
        member: Vec::new(),
        otherwise: Unmapped::Keep,
    });
    revision
}

fn proven(facts: &WorkspaceFacts, ada: &Member, keys: &[char]) -> Identity {
    Identity {
        proof: Some(Proof {
            at: now(),
            by: ProvenBy::LocalProof,
            keys: keys.iter().copied().map(key).collect(),
        }),
        ..identity(facts, ada, name_id("7", None))
    }
}

#[test]
fn only_a_proven_admin_enables_a_mapping_to_admin() {
    let facts = sso_workspace();
    let (ada, revision) = (member(&facts, ADA, Role::Admin), mapped(&facts));
    let asked =
        |who: &Member, links: &[Identity], revision: &Revision, trusted: &[char], minutes| {
            let trusted: Vec<_> = trusted.iter().copied().map(key).collect();
            let desk = desk(who, minutes);
            code(may_enable_admin_mapping(
                desk,
                links,
                revision,
                &trusted,
                now(),
            ))
        };
    let link = proven(&facts, &ada, &['a', 'b']);
    let links = std::slice::from_ref(&link);
    for (trusted, expected) in [
        (&['a'][..], "yes"),
        (&['a', 'b'], "yes"),
        (&['a', 'c'], "local-proof-required"),
        (&[], "local-proof-required"),
    ] {
        assert_eq!(
            asked(&ada, links, &revision, trusted, 0),
            expected,
            "{trusted:?}"
        );
    }
    assert_eq!(
        asked(&ada, &[], &revision, &['a'], 0),
        "local-proof-required"
    );
    assert_eq!(
        asked(&ada, links, &revision, &['a'], 11),
        "authentication-too-old"
    );
    let unproven = [identity(&facts, &ada, name_id("7", None))];
    assert_eq!(
        asked(&ada, &unproven, &revision, &['a'], 0),
        "local-proof-required"
    );
    let of_another = [proven(
        &facts,
        &member(&facts, "bob@acme.example", Role::Admin),
        &['a'],
    )];
    assert_eq!(
        asked(&ada, &of_another, &revision, &['a'], 0),
        "local-proof-required"
    );
    let mut elsewhere = link.clone();
    elsewhere.subject.idp_entity_id = "https://other.example".into();
    assert_eq!(
        asked(&ada, &[elsewhere], &revision, &['a'], 0),
        "local-proof-required"
    );

    let bob = member(&facts, ADA, Role::Member);
    assert_eq!(asked(&bob, links, &revision, &['a'], 0), "not-yours-to-say");
    let mut nothing = revision.clone();
    nothing
        .settings
        .role_mapping
        .as_mut()
        .unwrap()
        .admin
        .clear();
    assert_eq!(asked(&ada, links, &nothing, &['a'], 0), "not-yours-to-say");
    let mut foreign = revision;
    foreign.workspace_id = WorkspaceId::new(now());
    assert_eq!(asked(&ada, links, &foreign, &['a'], 0), "not-yours-to-say");
}

#[test]
fn an_admin_resets_the_factors_of_others_and_never_their_own() {
    let facts = sso_workspace();
    let (ada, bob) = (
        member(&facts, ADA, Role::Admin),
        member(&facts, "bob@acme.example", Role::Member),
    );
    let asked = |who: &Member, of: &Member, minutes| {
        code(may_reset_second_factor(desk(who, minutes), of, now()))
    };
    assert_eq!(asked(&ada, &bob, 0), "yes");
    assert_eq!(asked(&ada, &bob, 11), "authentication-too-old");
    assert_eq!(asked(&ada, &ada, 0), "not-yours-to-say");
    assert_eq!(asked(&bob, &ada, 0), "not-yours-to-say");
    let mut foreign = bob;
    foreign.workspace_id = WorkspaceId::new(now());
    assert_eq!(asked(&ada, &foreign, 0), "not-yours-to-say");
}
