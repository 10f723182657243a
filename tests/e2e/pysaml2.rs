//! The whole story with another real third party: an IdP around pysaml2, which insists on signed
//! requests.

use serde_json::json;

use crate::{
    support::{
        http::{form, send},
        pysaml2::Pysaml2,
    },
    third_party::{Fault, ThirdParty, stories},
};

impl ThirdParty for Pysaml2 {
    fn base_url(&self) -> &str {
        Self::base_url(self)
    }

    fn metadata_xml(&self) -> String {
        let url = format!("{}/metadata", self.base_url());
        send("GET", &url, &[], "").expect(200).body
    }

    fn trust(&self, entity_id: &str, our_metadata: &str, cipher: Option<&str>) {
        let told = json!({
            "entity_id": entity_id, "metadata": our_metadata, "encrypt_with": cipher,
        });
        let url = format!("{}/service-providers", self.base_url());
        send("PUT", &url, &[], told.to_string()).expect(200);
    }

    fn unsolicited_url(&self, entity_id: &str, relay_state: &str) -> String {
        let query = form(&[("sp", entity_id), ("RelayState", relay_state)]);
        format!("{}/sso/unsolicited?{query}", self.base_url())
    }

    fn complaints(&self, fault: Fault) -> &'static [&'static str] {
        match fault {
            Fault::Unsigned => &["IncorrectlySigned"],
            Fault::ForeignKey => &[
                "IncorrectlySigned",
                "SignatureError",
                "not signed by its sender",
            ],
        }
    }

    fn sign_out(&self, binding: &str) -> (String, &'static str) {
        let url = format!("{}/logout?binding={binding}", self.base_url());
        (url, "You are signed out everywhere")
    }
}

stories! {
    Pysaml2::shared();
    it_signs_in: signs_in();
    it_encrypts_by_gcm: encrypts("aes256-gcm", &json!({}));
    it_encrypts_by_cbc: encrypts("aes128-cbc", &json!({"encryption_cbc": "with_signed_response"}));
    it_insists_on_signed_requests_by_redirect: insists_on_signed_requests("redirect");
    it_insists_on_signed_requests_by_post: insists_on_signed_requests("post");
    it_is_signed_out_by_redirect: signs_out_from_the_application("redirect");
    it_is_signed_out_by_post: signs_out_from_the_application("post");
    it_signs_out_by_redirect: signs_out_from_the_idp("redirect");
    it_signs_out_by_post: signs_out_from_the_idp("post");
    it_signs_in_unasked: begins_by_itself();
}
