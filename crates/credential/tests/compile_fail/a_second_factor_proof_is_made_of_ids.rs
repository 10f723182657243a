use jiff::Timestamp;
use vestibule_credential::{FactorMethod, SecondFactorProof};
use vestibule_model::{MemberId, WorkspaceId};

pub fn forge(member: MemberId, workspace: WorkspaceId, now: Timestamp) -> SecondFactorProof {
    SecondFactorProof::new(member, workspace, FactorMethod::Totp, now)
}
