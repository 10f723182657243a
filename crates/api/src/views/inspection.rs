//! Inspections, as they are shown.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;
use vestibule_policy::Refusal;

use crate::{
    inspection::{Inspection, Judgement},
    views::{ReasonView, ReportRowView, report_rows},
};

/// What the policy would say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = InspectionPolicy)]
pub(crate) struct JudgementView {
    /// Whether it would let the person in.
    allowed: bool,
    /// The problem's slug where it would not.
    #[schema(example = "member-deactivated")]
    code: Option<&'static str>,
    /// Every rule it went through.
    reasons: Vec<ReasonView>,
}

impl From<Judgement> for JudgementView {
    fn from(policy: Judgement) -> Self {
        Self {
            allowed: policy.refusal.is_none(),
            code: policy.refusal.as_ref().map(Refusal::code),
            reasons: policy.reasons.into_iter().map(ReasonView::from).collect(),
        }
    }
}

/// What would come of a response.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Inspection)]
pub(crate) struct InspectionView {
    /// The connection.
    connection_id: String,
    /// The revision it was held against.
    revision_id: String,
    /// The time it was held against.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Whether the revision was judged as if it were live, because it is not.
    as_if_live: bool,
    /// Whether a sign-in would succeed.
    accepted: bool,
    /// Every check.
    report: Vec<ReportRowView>,
    /// What the policy would say; null where a check failed already.
    policy: Option<JudgementView>,
    /// Whether it answers no request and could still have been used for a sign-in: now it cannot.
    burned: bool,
}

impl From<Inspection> for InspectionView {
    fn from(inspection: Inspection) -> Self {
        Self {
            connection_id: inspection.connection_id.to_string(),
            revision_id: inspection.revision_id.to_string(),
            at: inspection.at,
            as_if_live: inspection.as_if_live,
            accepted: inspection.accepted(),
            report: report_rows(Some(&inspection.report)),
            policy: inspection.policy.map(JudgementView::from),
            burned: inspection.burned,
        }
    }
}
