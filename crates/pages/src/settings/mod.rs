//! The pages on which an admin sets single sign-on up and watches it.

mod activity;
mod audit;
mod connection;
mod enable;
mod frame;
mod input;
mod links;
mod list;
mod report;

pub use activity::{
    ActivityFilter, ActivityNumbers, AttemptReport, AttemptRow, AttemptState, AttemptStory,
    DayCount, KeptResponse, SignInActivity, refused_because,
};
pub use audit::{AuditLog, AuditRow, audited};
pub use connection::{
    Advanced, CertificateRow, Choices, ConnectionSettings, IdpForm, NextStep, OurValues, SsoState,
    Switch, UpgradeNote,
};
pub use enable::{Disable, Enable, PreflightAdmin};
pub use frame::{Frame, Tab};
pub use input::{Input, Pick};
pub use links::{SetupLinkRow, SetupLinks};
pub use list::{ConnectionRow, Connections};
pub use report::{ReportRow, RowOutcome, TestReport, TestVerdict};
