//! The table of floors. ARCHITECTURE.md shows the same table to people; a test compares the two.

/// One crate of the house.
pub(crate) struct Room {
    /// The floor; an arrow goes down to any lower one. `None` stands outside.
    pub floor: Option<u8>,
    /// The folder below `crates/`; the package is `vestibule-<folder>`.
    pub folder: &'static str,
    /// The libraries that no other crate may depend on.
    pub owns: &'static [&'static str],
    /// Neither I/O nor async: the facts come in, the answer goes out.
    pub pure: bool,
}

pub(crate) const HOUSE: &[Room] = &[
    Room {
        floor: Some(8),
        folder: "api",
        owns: &[
            "actix-web",
            "tracing-subscriber",
            "clap",
            "utoipa",
            "prometheus",
            "opentelemetry",
            "opentelemetry-otlp",
            "tikv-jemallocator",
        ],
        pure: false,
    },
    Room {
        floor: Some(7),
        folder: "jobs",
        owns: &[],
        pure: false,
    },
    Room {
        floor: Some(6),
        folder: "store",
        owns: &["diesel", "diesel_migrations", "libsqlite3-sys"],
        pure: false,
    },
    Room {
        floor: Some(5),
        folder: "session",
        owns: &["jsonwebtoken"],
        pure: true,
    },
    Room {
        floor: Some(4),
        folder: "policy",
        owns: &[],
        pure: true,
    },
    Room {
        floor: Some(3),
        folder: "credential",
        owns: &["argon2", "totp-rs", "qrcode", "webauthn-rs"],
        pure: true,
    },
    Room {
        floor: Some(3),
        folder: "state",
        owns: &["redis"],
        pure: false,
    },
    Room {
        floor: Some(3),
        folder: "outbound",
        owns: &["ureq", "lettre", "hickory-resolver"],
        pure: false,
    },
    Room {
        floor: Some(3),
        folder: "pages",
        owns: &["askama", "fluent-bundle"],
        pure: true,
    },
    Room {
        floor: Some(2),
        folder: "model",
        owns: &[],
        pure: true,
    },
    Room {
        floor: Some(1),
        folder: "saml",
        owns: &["flate2"],
        pure: true,
    },
    Room {
        floor: Some(0),
        folder: "xmlsig",
        owns: &["libxml", "xmlsec", "openssl"],
        pure: true,
    },
    Room {
        floor: None,
        folder: "test-idp",
        owns: &[],
        pure: false,
    },
    Room {
        floor: None,
        folder: "verify",
        owns: &[],
        pure: false,
    },
];

/// A library used outside the room that owns it. This list may only shrink: a loan that nobody makes
/// use of any more fails the test.
pub(crate) struct Loan {
    pub library: &'static str,
    pub to: &'static str,
    #[expect(dead_code, reason = "for the reader")]
    pub because: &'static str,
}

pub(crate) const LOANS: &[Loan] = &[
    Loan {
        library: "actix-web",
        to: "test-idp",
        because: "it is a web server of its own",
    },
    Loan {
        library: "clap",
        to: "test-idp",
        because: "it is a program of its own",
    },
    Loan {
        library: "flate2",
        to: "test-idp",
        because: "it inflates what saml deflated",
    },
    Loan {
        library: "openssl",
        to: "test-idp",
        because: "it makes the SHA-1 fault; the vault refuses",
    },
    Loan {
        library: "ureq",
        to: "api",
        because: "the browser of the demo and of the tests, on loopback",
    },
    Loan {
        library: "ureq",
        to: "test-idp",
        because: "its tests visit it",
    },
    Loan {
        library: "jsonwebtoken",
        to: "verify",
        because: "it stands alone in the services of others, where the mint is not",
    },
    Loan {
        library: "ureq",
        to: "verify",
        because: "it asks the one issuer that its service names",
    },
    Loan {
        library: "tikv-jemallocator",
        to: "saml",
        because: "its bench measures as the binary runs",
    },
];

/// What a pure crate does without.
pub(crate) const IMPURE: &[&str] = &[
    "tokio",
    "actix-rt",
    "futures-util",
    "async-trait",
    "reqwest",
    "ureq",
    "hyper",
    "tracing",
];

pub(crate) fn room(folder: &str) -> Option<&'static Room> {
    HOUSE.iter().find(|room| room.folder == folder)
}
