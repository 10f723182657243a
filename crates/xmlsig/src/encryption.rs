//! The algorithms that something encrypted may use, and no others.

use std::fmt;

use openssl::md::{Md, MdRef};

/// The namespace of XML encryption.
pub(crate) const XENC_NS: &str = "http://www.w3.org/2001/04/xmlenc#";
/// The namespace of XML encryption 1.1.
pub(crate) const XENC11_NS: &str = "http://www.w3.org/2009/xmlenc11#";
/// RSA-OAEP with MGF1 and SHA-1.
pub(crate) const RSA_OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
/// RSA-OAEP with a mask generation function of its own.
pub(crate) const RSA_OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $( $(#[$variant_doc:meta])* $variant:ident = $word:literal, $uri:literal; )* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $( $(#[$variant_doc])* $variant, )* }

        impl $name {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// Its identifier.
            #[must_use]
            pub const fn uri(self) -> &'static str {
                match self { $( Self::$variant => $uri, )* }
            }

            pub(crate) fn from_uri(uri: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|algorithm| algorithm.uri() == uri)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $( Self::$variant => $word, )* })
            }
        }
    };
}

named! {
    /// A cipher for content (IIP-ALG04, IIP-ALG05; XML Encryption 1.1 §5.2). 3DES is not among them.
    ContentCipher {
        /// AES with 128 bits, authenticated.
        Aes128Gcm = "AES-128-GCM", "http://www.w3.org/2009/xmlenc11#aes128-gcm";
        /// AES with 256 bits, authenticated.
        Aes256Gcm = "AES-256-GCM", "http://www.w3.org/2009/xmlenc11#aes256-gcm";
        /// AES with 128 bits. Nothing tells whether the content was changed.
        Aes128Cbc = "AES-128-CBC", "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
        /// AES with 256 bits. Nothing tells whether the content was changed.
        Aes256Cbc = "AES-256-CBC", "http://www.w3.org/2001/04/xmlenc#aes256-cbc";
    }
}

impl ContentCipher {
    /// Whether it is one of those that do not tell whether the content was changed.
    #[must_use]
    pub const fn is_cbc(self) -> bool {
        matches!(self, Self::Aes128Cbc | Self::Aes256Cbc)
    }

    pub(crate) const fn key_bytes(self) -> usize {
        match self {
            Self::Aes128Gcm | Self::Aes128Cbc => 16,
            Self::Aes256Gcm | Self::Aes256Cbc => 32,
        }
    }
}

named! {
    /// The digest of RSA-OAEP (IIP-ALG06). SHA-1 does no harm there: nothing depends on its
    /// resisting collisions.
    OaepDigest {
        /// SHA-1, also where none is named.
        Sha1 = "SHA-1", "http://www.w3.org/2000/09/xmldsig#sha1";
        /// SHA-256.
        Sha256 = "SHA-256", "http://www.w3.org/2001/04/xmlenc#sha256";
        /// SHA-384.
        Sha384 = "SHA-384", "http://www.w3.org/2001/04/xmldsig-more#sha384";
        /// SHA-512.
        Sha512 = "SHA-512", "http://www.w3.org/2001/04/xmlenc#sha512";
    }
}

impl OaepDigest {
    pub(crate) fn md(self) -> &'static MdRef {
        match self {
            Self::Sha1 => Md::sha1(),
            Self::Sha256 => Md::sha256(),
            Self::Sha384 => Md::sha384(),
            Self::Sha512 => Md::sha512(),
        }
    }
}

named! {
    /// The mask generation function of RSA-OAEP: MGF1 with a digest (XML Encryption 1.1 §5.5.2).
    OaepMask {
        /// MGF1 with SHA-1, also where none is named.
        Sha1 = "MGF1-SHA-1", "http://www.w3.org/2009/xmlenc11#mgf1sha1";
        /// MGF1 with SHA-256.
        Sha256 = "MGF1-SHA-256", "http://www.w3.org/2009/xmlenc11#mgf1sha256";
        /// MGF1 with SHA-384.
        Sha384 = "MGF1-SHA-384", "http://www.w3.org/2009/xmlenc11#mgf1sha384";
        /// MGF1 with SHA-512.
        Sha512 = "MGF1-SHA-512", "http://www.w3.org/2009/xmlenc11#mgf1sha512";
    }
}

impl OaepMask {
    pub(crate) fn md(self) -> &'static MdRef {
        match self {
            Self::Sha1 => Md::sha1(),
            Self::Sha256 => Md::sha256(),
            Self::Sha384 => Md::sha384(),
            Self::Sha512 => Md::sha512(),
        }
    }
}

/// How the key of the content was encrypted: RSA-OAEP (IIP-ALG06). RSA-1_5 is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyTransport {
    /// Its digest.
    pub digest: OaepDigest,
    /// Its mask generation function.
    pub mask: OaepMask,
}

impl KeyTransport {
    /// What `rsa-oaep-mgf1p` is where nothing else is said.
    pub const OAEP_SHA1: Self = Self {
        digest: OaepDigest::Sha1,
        mask: OaepMask::Sha1,
    };
}

impl fmt::Display for KeyTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RSA-OAEP with {} and {}", self.digest, self.mask)
    }
}

/// Which ciphers are accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ciphers {
    /// Those that tell whether the content was changed.
    Authenticated,
    /// AES-CBC too (IIP-ALG05).
    WithCbc,
}
