//! What changed about a way into an account, in a sentence.

use billfold_domain::sign_in::MeansChange;

/// The sentence.
pub(crate) fn sentence(what: MeansChange) -> &'static str {
    match what {
        MeansChange::PasswordReplaced => "Password changed by its owner",
        MeansChange::PasswordReset => "Forgotten password set anew by a code",
        MeansChange::PasswordSet => "Password set for somebody",
        MeansChange::PasswordBroughtAlong => "Password brought along from another system",
        MeansChange::ResetCodeMade => "Code for a forgotten password made",
        MeansChange::SecondStepSetUp => "Second step set up",
        MeansChange::SecondStepRemoved => "Second step taken away",
        MeansChange::SecondStepDropped => "Second step taken away by the operator",
        MeansChange::RecoveryCodesRenewed => "Recovery codes renewed",
        MeansChange::AddressVerified => "Mail address proved",
        MeansChange::PasskeyAdded => "Passkey added",
        MeansChange::PasskeyRemoved => "Passkey removed",
        MeansChange::ProviderLinked => "Identity provider linked",
        MeansChange::ProviderUnlinked => "Identity provider unlinked",
    }
}
