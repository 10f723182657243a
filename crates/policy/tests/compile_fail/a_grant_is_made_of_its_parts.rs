use vestibule_policy::{Grant, GrantParts};

fn forge(parts: GrantParts) -> Grant {
    parts.into()
}

fn main() {}
