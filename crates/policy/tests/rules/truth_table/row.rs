//! A row: one person, one workspace, one way of coming in.

use vestibule_model::{MemberStatus, Phase, Plan, Role, TwoFactorRule};
use vestibule_policy::Requirement;

/// How somebody comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    /// A password that an internal service has checked.
    Vouched,
    /// A password that Vestibule keeps.
    Password,
    /// The same, and a second factor.
    PasswordAndFactor,
    /// A passkey of Vestibule's own.
    Passkey,
    /// An assertion of the identity provider.
    Saml,
}

impl Method {
    pub(crate) const ALL: [Self; 5] = [
        Self::Vouched,
        Self::Password,
        Self::PasswordAndFactor,
        Self::Passkey,
        Self::Saml,
    ];

    const fn knows_newcomers(self) -> bool {
        matches!(self, Self::Vouched | Self::Saml)
    }

    const fn asks_the_age(self) -> bool {
        matches!(self, Self::Password | Self::PasswordAndFactor)
    }
}

/// How the person's subject is known on the connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Link {
    /// By the address alone.
    None,
    /// It is linked, and nobody has proven that.
    Unproven,
    /// It is linked, and that is proven for the key that signs.
    Proven,
}

#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) method: Method,
    /// Whether a session that came in so goes on, instead.
    pub(crate) renewal: bool,
    pub(crate) plan: Plan,
    /// None: there is no connection.
    pub(crate) phase: Option<Phase>,
    /// None: nobody is a member yet, or for a renewal any more.
    pub(crate) role: Option<Role>,
    pub(crate) status: MemberStatus,
    pub(crate) two_factor: TwoFactorRule,
    /// Whether they have enrolled a second factor here.
    pub(crate) enrolled: bool,
    /// Whether the password is from before SSO was last enabled.
    pub(crate) old: bool,
    pub(crate) link: Link,
    /// Whether the connection lists AuthnContext classes; none of them is asserted.
    pub(crate) listed: bool,
}

/// How it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// They come in.
    Enters,
    /// They would, with this.
    Needs(Vec<Requirement>),
    /// They do not.
    Refused(&'static str),
}

/// Every combination.
pub(crate) fn every_row() -> Vec<Row> {
    let mut rows = Vec::new();
    for method in Method::ALL {
        for renewal in [false, true] {
            people(method, renewal, &mut rows);
        }
    }
    rows
}

fn people(method: Method, renewal: bool, rows: &mut Vec<Row>) {
    let roles = Role::ALL.iter().copied().map(Some);
    for role in roles.chain([None]) {
        if role.is_none() && !renewal && !method.knows_newcomers() {
            continue;
        }
        for status in MemberStatus::ALL.iter().copied() {
            // Nobody has no status; they stand beside those who are not deactivated.
            if role.is_none() && status == MemberStatus::Deactivated {
                continue;
            }
            for old in [false, true] {
                if old && !method.asks_the_age() {
                    continue;
                }
                let of = Row {
                    method,
                    renewal,
                    plan: Plan::Free,
                    phase: None,
                    role,
                    status,
                    two_factor: TwoFactorRule::Off,
                    enrolled: false,
                    old,
                    link: Link::None,
                    listed: false,
                };
                workspaces(&of, rows);
            }
        }
    }
}

fn workspaces(of: &Row, rows: &mut Vec<Row>) {
    let phases = Phase::ALL.iter().copied().map(Some);
    let links = [Link::None, Link::Unproven, Link::Proven];
    for phase in [None].into_iter().chain(phases) {
        for plan in Plan::ALL.iter().copied() {
            for two_factor in TwoFactorRule::ALL.iter().copied() {
                for link in links
                    .into_iter()
                    .filter(|link| of.role.is_some() || *link == Link::None)
                {
                    for (enrolled, listed) in
                        [(false, false), (false, true), (true, false), (true, true)]
                    {
                        rows.push(Row {
                            plan,
                            phase,
                            two_factor,
                            enrolled,
                            link,
                            listed,
                            ..of.clone()
                        });
                    }
                }
            }
        }
    }
}
