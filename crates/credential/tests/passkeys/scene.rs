//! Anna of Acme, her device, and what is kept of its passkeys.

use jiff::Timestamp;
use vestibule_credential::{NewPasskey, PasskeyOwner, PasskeyUse, Passkeys};
use vestibule_model::{MemberId, PasskeyId, StoredPasskey, WorkspaceId};

use crate::authenticator::Authenticator;

pub(crate) const SITE: &str = "http://localhost:8080";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn site() -> Passkeys {
    Passkeys::new(SITE, "Acme").unwrap()
}

pub(crate) struct Anna {
    pub site: Passkeys,
    pub device: Authenticator,
    pub member_id: MemberId,
    pub workspace_id: WorkspaceId,
    pub passkeys: Vec<StoredPasskey>,
}

impl Anna {
    /// With no passkey yet.
    pub(crate) fn new() -> Self {
        Self {
            site: site(),
            device: Authenticator::new(SITE),
            member_id: MemberId::new(now()),
            workspace_id: WorkspaceId::new(now()),
            passkeys: Vec::new(),
        }
    }

    /// With a passkey that her device has made as it is.
    pub(crate) fn with_passkey(prepare: impl FnOnce(&mut Authenticator)) -> Self {
        let mut anna = Self::new();
        prepare(&mut anna.device);
        let new = anna.register();
        anna.keep(new);
        anna
    }

    pub(crate) fn owner(&self) -> PasskeyOwner<'static> {
        PasskeyOwner {
            member_id: self.member_id,
            email: "anna@acme.example",
            display_name: "Anna",
        }
    }

    pub(crate) fn register(&mut self) -> NewPasskey {
        let challenge = self
            .site
            .begin_registration(self.owner(), &self.passkeys)
            .unwrap();
        let answer = self.device.create(&challenge.options);
        self.site
            .finish_registration(&challenge.state, &answer)
            .unwrap()
    }

    pub(crate) fn keep(&mut self, new: NewPasskey) {
        self.passkeys.push(StoredPasskey {
            id: PasskeyId::new(now()),
            member_id: new.member_id,
            workspace_id: self.workspace_id,
            name: "Laptop".to_owned(),
            credential_id: new.credential_id,
            credential: new.credential,
            created_at: now(),
            last_used_at: None,
        });
    }

    pub(crate) fn note(&mut self, used: PasskeyUse) {
        let passkey = self
            .passkeys
            .iter_mut()
            .find(|passkey| passkey.id == used.id);
        passkey.unwrap().credential = used.credential;
    }
}
