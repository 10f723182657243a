//! `docs/policy.md`.

use std::fmt::Write as _;

use vestibule_policy::Requirement;

use crate::truth_table::{
    COMMAND,
    condense::{Dimension, Line, condense},
    row::{Method, Outcome, Row},
};

const HEAD: &str = "\
# Who gets in

The rules in short, and what follows from them for everybody who wants to come in. The tables are made from the rules themselves:
a test asks the real code about every combination of plan, connection, person, method and setting, compares each answer with an
independent reading of the rules, and condenses what it heard into this page.

## The rules

| rule | |
|---|---|
| P1 plan | Saving, testing, enabling and signing in by SAML need a plan with SSO: `pro` or `premier`, unless the deployment lists others. |
| P2 test | Settings go live only after they have passed a test of their own. |
| P3 mandatory SSO | While a connection is live, everybody but admins signs in through it. An admin may use a password or a passkey too. |
| P4 second factor | `two_factor` asks `admins`, or `everyone`, for a second factor beside a password; whoever has enrolled one is always asked for it. A passkey counts as both. SAML leaves it to the identity provider, unless the connection lists AuthnContext classes. |
| P5 downgrade | When the plan falls below SSO, a live connection is suspended at once: it serves nobody and enforces nothing. It comes back with the plan, without a new test. A password of a non-admin that is older than the last time SSO was enabled needs a reset first. |
| P6 no lock-out | The last active admin cannot be demoted, removed, deactivated or left without a way in, by anybody or anything. Enabling SSO with nobody left who could get in without it needs an acknowledgement. |
| P7 who may enter | A newcomer whom the identity provider vouches for becomes a member, unless the connection is by invitation only. Their address has to lie in a verified domain of the workspace, if it has any, and never in another workspace's. Deactivated members stay out. |
| P8 roles | Groups may become roles. A mapping to `admin` does nothing until a proven admin has enabled it on those very settings. |
| P9 identity | A person is their subject at the identity provider. An address may link further subjects to a non-admin, and must be the member's but for upper and lower case. |
| P10 no ladder to admin | An admin comes in by SAML only through a link that was proven, by password and second factor, by the application itself or by \"this is me\" on a test; under the entity ID, and for the keys, that were trusted when it was. |
";

const BEFORE_TABLES: &str = "
## What follows

A column that a table lacks does not matter there, nor does what stands as `any`. *live* means enabled under a plan with SSO; *not
live* is everything else: no connection at all, a draft, one that is ready, suspended or disabled. What is *needed* is said before the
attempt (`required` of a sign-in decision) and refuses until it is given; what is *refused* is refused whatever else is given.
";

const RENEWAL: &str = "A session of this kind at each refresh, unless somebody has removed the member since (`member-removed`, P7):";

const DIMENSIONS_OF_SAML: &[Dimension] = &[
    Dimension::Connection,
    Dimension::Status,
    Dimension::Who,
    Dimension::Link,
    Dimension::AuthnContext,
    Dimension::TwoFactor,
    Dimension::Enrolled,
    Dimension::Password,
];
const DIMENSIONS_OF_PASSWORDS: &[Dimension] = &[
    Dimension::Status,
    Dimension::Connection,
    Dimension::Who,
    Dimension::Password,
    Dimension::TwoFactor,
    Dimension::Enrolled,
    Dimension::Link,
    Dimension::AuthnContext,
];

/// Every word that a refusal can have, and what helps.
const WAYS: &[(&str, &str)] = &[
    (
        "amr-refused",
        "the internal service names the methods that it has checked itself (RFC 8176), and neither `saml` nor `fed`",
    ),
    (
        "authn-context-required",
        "sign in at the identity provider by one of the methods that the connection lists; the refusal names them",
    ),
    (
        "domain-not-verified",
        "an admin adds the person, or verifies the domain of their address",
    ),
    (
        "email-ambiguous",
        "the identity provider sends the address as it is written here, or an admin corrects the member's",
    ),
    (
        "email-invalid",
        "the identity provider sends a valid address; the report shows what it sent",
    ),
    (
        "email-missing",
        "the identity provider sends an address, or the subject is linked through the API",
    ),
    (
        "identity-conflict",
        "an admin deletes the old link; the refusal names it",
    ),
    (
        "last-admin",
        "make somebody else an admin, or give the last one another way in, first",
    ),
    (
        "local-proof-required",
        "sign in by password and second factor, which proves the link; or an application proves it through the API",
    ),
    (
        "lockout-risk",
        "make somebody an admin, or send `acknowledge_lockout_risk: true`",
    ),
    ("member-deactivated", "an admin activates the member again"),
    (
        "member-removed",
        "an admin adds or invites the person again",
    ),
    ("not-invited", "an admin invites the person"),
    (
        "not-of-this-workspace",
        "begin again from the application, with the workspace's own address",
    ),
    (
        "password-reset-required",
        "set the password anew by a reset link",
    ),
    (
        "plan-upgrade-required",
        "upgrade; the refusal names the plans and the contact. Until then everybody uses a password",
    ),
    (
        "revision-superseded",
        "begin again; it happens by itself, once",
    ),
    (
        "second-factor-required",
        "give the second factor; whoever has none enrols one on the way in",
    ),
    ("session-ended", "sign in again"),
    (
        "sso-not-live",
        "use a password, or an admin enables the connection",
    ),
    ("sso-required", "go to `sign_in_url`"),
    ("test-required", "run a test of the draft"),
];

/// What helps somebody who was refused with this word.
pub(crate) fn way_forward(code: &str) -> Option<&'static str> {
    let found = WAYS.iter().find(|(word, _)| *word == code);
    found.map(|(_, way)| *way)
}

pub(crate) fn write(judged: &[(Row, Outcome)]) -> String {
    let mut page = String::new();
    writeln!(page, "<!-- Generated: {COMMAND} -->\n").unwrap();
    page.push_str(HEAD);
    page.push_str(BEFORE_TABLES);
    for method in Method::ALL {
        let (title, about) = titles(method);
        writeln!(page, "\n### {title}\n\n{about}\n").unwrap();
        table(&mut page, judged, method, false);
        writeln!(page, "\n{RENEWAL}\n").unwrap();
        table(&mut page, judged, method, true);
    }
    page.push_str("\n## Where to go from there\n\nNo answer is a dead end.\n\n| refused with | what helps |\n|---|---|\n");
    for (code, way) in WAYS {
        writeln!(page, "| `{code}` | {way} |").unwrap();
    }
    writeln!(
        page,
        "\nThe tables condense {} combinations.",
        grouped(judged.len())
    )
    .unwrap();
    page
}

fn titles(method: Method) -> (&'static str, &'static str) {
    match method {
        Method::Vouched => (
            "A password that the application checks itself",
            "`POST /v1/sessions` with `amr: [\"pwd\"]`, and the decision by `password` before it. With a second factor in `amr`, \
             what the table asks for is given. Somebody who is no member yet can only be asked about.",
        ),
        Method::Password => (
            "A password that Vestibule keeps",
            "On Vestibule's own pages, with nothing beside it.",
        ),
        Method::PasswordAndFactor => (
            "A password that Vestibule keeps, and a second factor",
            "A code of an authenticator app, a recovery code, or a passkey beside the password. For an admin the operator's code of \
             last resort does as well.",
        ),
        Method::Passkey => (
            "A passkey",
            "On Vestibule's own pages; it verifies its owner, so it counts as two factors.",
        ),
        Method::Saml => (
            "SAML",
            "An assertion that names the person's address, no group that a mapping knows, and no AuthnContext class that the \
             connection lists; once it names one, the table asks for nothing of the kind. The connection provisions just in time, and \
             the workspace has verified no domain.",
        ),
    }
}

fn table(page: &mut String, judged: &[(Row, Outcome)], method: Method, renewal: bool) {
    let rows: Vec<_> = judged
        .iter()
        .filter(|(row, _)| (row.method, row.renewal) == (method, renewal))
        .filter(|(row, outcome)| {
            // The sentence before the table says it once.
            let removed = renewal && row.role.is_none();
            assert!(!removed || *outcome == Outcome::Refused("member-removed"));
            !removed
        })
        .collect();
    let dimensions = match method {
        Method::Saml => DIMENSIONS_OF_SAML,
        _ => DIMENSIONS_OF_PASSWORDS,
    };
    let lines = condense(&rows, dimensions);
    // A column that says nothing is left out.
    let said: Vec<usize> = (0..dimensions.len())
        .filter(|index| lines.iter().any(|line| line.cells[*index].is_some()))
        .collect();
    for index in &said {
        write!(page, "| {} ", dimensions[*index].title()).unwrap();
    }
    page.push_str("| |\n");
    page.push_str(&"|---".repeat(said.len() + 1));
    page.push_str("|\n");
    for line in &lines {
        for index in &said {
            let cell = line.cells[*index].as_deref().unwrap_or("any");
            write!(page, "| {cell} ").unwrap();
        }
        writeln!(page, "| {} |", ending(line, renewal)).unwrap();
    }
}

fn ending(line: &Line, renewal: bool) -> String {
    match &line.outcome {
        Outcome::Enters if renewal => "**goes on**".to_owned(),
        Outcome::Enters => "**comes in**".to_owned(),
        Outcome::Needs(needs) => {
            let needs: Vec<_> = needs.iter().map(|need| needed(*need)).collect();
            format!("needs {}", needs.join(" and "))
        }
        Outcome::Refused(code) => format!("refused: `{code}` ({})", rule_of(code)),
    }
}

const fn needed(need: Requirement) -> &'static str {
    match need {
        Requirement::SecondFactor => "a `second_factor` (P4)",
        Requirement::LocalProof => "a `local_proof` (P10)",
        Requirement::AuthnContext => "an `authn_context` (P4)",
        Requirement::PasswordReset => "a `password_reset` (P5)",
    }
}

fn rule_of(code: &str) -> &'static str {
    match code {
        "plan-upgrade-required" => "P1",
        "sso-required" => "P3",
        "sso-not-live" => "P5",
        "member-deactivated" => "P7",
        other => panic!("{other} is in no table yet"),
    }
}

/// A number with a space before each three digits.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(' ');
        }
        grouped.push(digit);
    }
    grouped
}
