use vestibule_policy::{Grant, GrantParts};

pub fn forge(parts: GrantParts) -> Grant {
    parts.into()
}
