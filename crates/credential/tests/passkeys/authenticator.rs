//! A browser with an authenticator in it, in software: it makes P-256 keys and signs with them (Web
//! Authentication §6), and can be told to misbehave.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

const USER_PRESENT: u8 = 0x01;
const USER_VERIFIED: u8 = 0x04;
const BACKUP_ELIGIBLE: u8 = 0x08;
const BACKED_UP: u8 = 0x10;
const ATTESTED_DATA: u8 = 0x40;

pub(crate) struct Authenticator {
    /// The page that it believes to be on.
    pub origin: String,
    /// The RP ID that it hashes; what the page asks for, unless it is told otherwise.
    pub rp_id: Option<String>,
    /// Whether it asks for PIN, finger or face.
    pub verifies: bool,
    /// Whether its keys are copied to other devices.
    pub syncs: bool,
    /// Whether it counts, and how far it is.
    pub counter: Option<u32>,
    /// Whether it says who the owner is.
    pub names_owner: bool,
    keys: Vec<Key>,
}

struct Key {
    id: Vec<u8>,
    pair: EcdsaKeyPair,
    user_handle: String,
}

impl Authenticator {
    /// A well-behaved one, in one device, on this page.
    pub(crate) fn new(origin: &str) -> Self {
        Self {
            origin: origin.to_owned(),
            rp_id: None,
            verifies: true,
            syncs: false,
            counter: None,
            names_owner: true,
            keys: Vec::new(),
        }
    }

    /// `navigator.credentials.create`.
    pub(crate) fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).unwrap();
        let id = digest(&SHA256, pair.public_key().as_ref())
            .as_ref()
            .to_vec();
        let excluded = options["excludeCredentials"].as_array();
        assert!(
            !excluded.is_some_and(|list| self.keys.iter().any(|key| contains(list, &key.id))),
            "InvalidStateError: it holds one of them already"
        );

        let rp_id = options["rp"]["id"].as_str().unwrap();
        let mut data = self.authenticator_data(rp_id, ATTESTED_DATA);
        data.extend([0; 16]);
        data.extend(u16::try_from(id.len()).unwrap().to_be_bytes());
        data.extend(&id);
        data.extend(cose_key(pair.public_key().as_ref()));
        let attestation = attestation_object(&data);
        let client_data = self.client_data("webauthn.create", options);

        self.keys.push(Key {
            id: id.clone(),
            pair,
            user_handle: options["user"]["id"].as_str().unwrap().to_owned(),
        });
        json!({
            "id": encode(&id),
            "rawId": encode(&id),
            "type": "public-key",
            "response": {
                "attestationObject": encode(&attestation),
                "clientDataJSON": encode(&client_data),
                "transports": ["internal"],
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// `navigator.credentials.get`, with the newest key that fits.
    pub(crate) fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).unwrap();
        let options = &options["publicKey"];
        self.counter = self.counter.map(|counter| counter + 1);
        let allowed = options["allowCredentials"]
            .as_array()
            .filter(|list| !list.is_empty());
        let key = self
            .keys
            .iter()
            .rev()
            .find(|key| allowed.is_none_or(|list| contains(list, &key.id)))
            .expect("NotAllowedError: it holds none of them");

        let data = self.authenticator_data(options["rpId"].as_str().unwrap(), 0);
        let client_data = self.client_data("webauthn.get", options);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, &client_data).as_ref());
        let signature = key.pair.sign(&SystemRandom::new(), &signed).unwrap();
        json!({
            "id": encode(&key.id),
            "rawId": encode(&key.id),
            "type": "public-key",
            "response": {
                "authenticatorData": encode(&data),
                "clientDataJSON": encode(&client_data),
                "signature": encode(signature.as_ref()),
                "userHandle": self.names_owner.then_some(&key.user_handle),
            },
            "clientExtensionResults": {},
        })
        .to_string()
    }

    /// §6.1.
    fn authenticator_data(&self, rp_id: &str, more: u8) -> Vec<u8> {
        let rp_id = self.rp_id.as_deref().unwrap_or(rp_id);
        let mut flags = USER_PRESENT | more;
        if self.verifies {
            flags |= USER_VERIFIED;
        }
        if self.syncs {
            flags |= BACKUP_ELIGIBLE | BACKED_UP;
        }
        let mut data = digest(&SHA256, rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.counter.unwrap_or(0).to_be_bytes());
        data
    }

    /// §5.8.1.
    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let data = json!({
            "type": kind,
            "challenge": options["challenge"],
            "origin": self.origin,
            "crossOrigin": false,
        });
        data.to_string().into_bytes()
    }
}

fn contains(list: &[Value], id: &[u8]) -> bool {
    list.iter().any(|entry| entry["id"] == encode(id))
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// RFC 9053 §7.1.1, in CBOR: EC2, ES256, P-256, x and y of the uncompressed point.
fn cose_key(point: &[u8]) -> Vec<u8> {
    let (x, y) = point[1..].split_at(32);
    let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
    key.extend(x);
    key.extend([0x22, 0x58, 0x20]);
    key.extend(y);
    key
}

/// §6.5.4, in CBOR, of the format none (§8.7).
fn attestation_object(data: &[u8]) -> Vec<u8> {
    let mut object = vec![0xa3];
    object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x58");
    object.push(u8::try_from(data.len()).unwrap());
    object.extend(data);
    object
}
