//! What few connections need, folded away below the form.

use vestibule_model::{IdpInitiated, Provisioning, SsoBinding};
use vestibule_pages::{Advanced, Choices, Pick, Switch, text};

use super::form::Filled;

impl Filled {
    /// The part of the form that is folded away, unless something in it is wrong.
    pub(super) fn advanced(&self) -> Advanced {
        let folded = [
            "idp_entity_id",
            "idp_logout_url",
            "email_attribute",
            "name_attribute",
            "required_authn_context",
        ];
        let switch = |posted_as, label, on| Switch {
            posted_as,
            label: text(label),
            on,
        };
        Advanced {
            open: folded
                .into_iter()
                .any(|name| self.input(name).error.is_some()),
            entity_id: self.input("idp_entity_id"),
            logout_url: self.input("idp_logout_url"),
            email_attribute: self.input("email_attribute"),
            name_attribute: self.input("name_attribute"),
            required_authn_context: self.input("required_authn_context"),
            switches: vec![
                switch("sign_requests", "switch-sign-requests", self.sign_requests),
                switch("force_authn", "switch-force-authn", self.force_authn),
                switch(
                    "require_signed_response",
                    "switch-require-signed-response",
                    self.require_signed_response,
                ),
                switch(
                    "refuse_expired_certificates",
                    "switch-refuse-expired",
                    self.refuse_expired_certificates,
                ),
            ],
            choices: self.choices(),
        }
    }

    fn choices(&self) -> Vec<Choices> {
        let pick = |value, label, chosen| Pick {
            value,
            label: text(label),
            chosen,
        };
        let choices = |posted_as, label, picks| Choices {
            posted_as,
            label: text(label),
            picks,
        };
        let (provisioning, binding, begun) = (self.provisioning, self.binding, self.idp_initiated);
        vec![
            choices(
                "provisioning",
                "choice-provisioning",
                vec![
                    pick(
                        Provisioning::JustInTime.as_str(),
                        "provisioning-just-in-time",
                        provisioning == Provisioning::JustInTime,
                    ),
                    pick(
                        Provisioning::InviteOnly.as_str(),
                        "provisioning-invite-only",
                        provisioning == Provisioning::InviteOnly,
                    ),
                ],
            ),
            choices(
                "idp_sso_binding",
                "choice-binding",
                vec![
                    pick(
                        SsoBinding::Redirect.as_str(),
                        "binding-redirect",
                        binding == SsoBinding::Redirect,
                    ),
                    pick(
                        SsoBinding::Post.as_str(),
                        "binding-post",
                        binding == SsoBinding::Post,
                    ),
                ],
            ),
            choices(
                "idp_initiated",
                "choice-idp-initiated",
                vec![
                    pick(
                        IdpInitiated::Refuse.as_str(),
                        "idp-initiated-refuse",
                        begun == IdpInitiated::Refuse,
                    ),
                    pick(
                        IdpInitiated::Restart.as_str(),
                        "idp-initiated-restart",
                        begun == IdpInitiated::Restart,
                    ),
                ],
            ),
        ]
    }
}
