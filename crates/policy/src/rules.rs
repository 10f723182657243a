//! What the deployment settles for every workspace.

use vestibule_model::{Plan, WorkspaceId};

/// The deployment's settings that the rules depend on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// The plans that include SSO (P1).
    pub sso_plans: Vec<Plan>,
    /// Whom to talk to about an upgrade.
    pub upgrade_contact: Option<String>,
    /// Where this deployment is reached, without a slash at its end.
    pub public_url: String,
}

impl Rules {
    /// The rules as the design has them: SSO from `pro` on.
    #[must_use]
    pub fn new(public_url: &str) -> Self {
        Self {
            sso_plans: vec![Plan::Pro, Plan::Premier],
            upgrade_contact: None,
            public_url: public_url.trim_end_matches('/').to_owned(),
        }
    }

    /// Whether a plan includes SSO (P1).
    #[must_use]
    pub fn includes_sso(&self, plan: Plan) -> bool {
        self.sso_plans.contains(&plan)
    }

    /// Where SSO of a workspace starts (design §5).
    #[must_use]
    pub fn sign_in_url(&self, workspace: WorkspaceId) -> String {
        let base = self.public_url.trim_end_matches('/');
        format!("{base}/oauth2/authorize?workspace={workspace}")
    }
}
