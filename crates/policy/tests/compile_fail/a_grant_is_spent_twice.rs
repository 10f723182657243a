use vestibule_policy::{Grant, GrantParts};

pub fn spend(grant: Grant) -> (GrantParts, GrantParts) {
    (grant.into_parts(), grant.into_parts())
}
