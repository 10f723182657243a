//! Names that come back from browsers and IdPs.

use vestibule_state::{BrowserToken, ParkedId, TripId};

#[test]
fn reads_only_what_it_could_have_made() {
    let trip = TripId::generate().unwrap();
    assert_eq!(TripId::parse(trip.as_str()), Some(trip.clone()));
    for text in [
        "",
        "_",
        "x",
        &trip.as_str().to_uppercase(),
        &format!("{}0", trip.as_str()),
    ] {
        assert_eq!(TripId::parse(text), None, "{text}");
    }
    assert_eq!(BrowserToken::parse("zz"), None);
    assert_eq!(ParkedId::parse("../../etc/passwd"), None);
}
