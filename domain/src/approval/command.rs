//! What may be asked of an approval.

use crate::approval::RequestedApproval;
use crate::kernel::ApiKeyId;
use crate::role::Rights;

/// A request about an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApprovalCommand {
    /// Ask a second person.
    Request(Box<RequestedApproval>),
    /// Say yes.
    Grant(Verdict),
    /// Say no.
    Decline(Verdict),
    /// Take the question back.
    Withdraw {
        /// Why, 1 to 500 characters; no personal data.
        reason: String,
    },
    /// End it once its time is over.
    LetLapse,
    /// Note that what was granted was done.
    CarryOut,
    /// Note that what was granted could not be done.
    Fail {
        /// The code of the rule that said no.
        code: String,
        /// What it said, for a person.
        detail: String,
    },
}

/// What a second person says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Who they are, beside their name.
    pub approver: Approver,
    /// Why, 1 to 500 characters; no personal data.
    pub reason: String,
}

/// What is known of somebody who decides, as an auth check found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// What they may do.
    pub held: Rights,
    /// The keys for programs that they made: what such a key asked for, they asked for.
    pub keys: Vec<ApiKeyId>,
}
