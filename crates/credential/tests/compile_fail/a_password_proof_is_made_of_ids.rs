use jiff::Timestamp;
use vestibule_credential::PasswordProof;
use vestibule_model::{MemberId, WorkspaceId};

pub fn forge(member: MemberId, workspace: WorkspaceId, now: Timestamp) -> PasswordProof {
    PasswordProof::new(member, workspace, now, now)
}
