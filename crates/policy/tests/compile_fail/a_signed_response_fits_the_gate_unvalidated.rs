use vestibule_model::RevisionSettings;
use vestibule_policy::{Claim, Refusal, claim};
use vestibule_saml::SignedResponse;

pub fn enter(response: &SignedResponse, settings: &RevisionSettings) -> Result<Claim, Refusal> {
    claim(response, settings)
}
