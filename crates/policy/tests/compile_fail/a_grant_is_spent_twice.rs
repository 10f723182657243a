use vestibule_policy::{Grant, GrantParts};

fn spend(grant: Grant) -> (GrantParts, GrantParts) {
    (grant.into_parts(), grant.into_parts())
}

fn main() {}
