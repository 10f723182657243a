//! P8, roles: without a mapping the role is kept, and new members are `member`.

use crate::{person::Person, trail::Verdict};

/// P8: which role the person comes in with; it never refuses.
pub(crate) fn check(person: Person<'_>) -> Verdict {
    let role = person.role();
    match person {
        Person::Member(_) => Verdict::Pass(format!("the role {role} is kept")),
        Person::Newcomer(_) => Verdict::Pass(format!("a new member gets the role {role}")),
    }
}
