use vestibule_model::Member;
use vestibule_policy::LocalProof;

pub fn forge(member: &Member) -> LocalProof {
    LocalProof::Password((member.workspace_id, member.id), None)
}
