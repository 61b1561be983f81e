//! The kinds of the journal's entries, in the readers' words.

use isoloir_domain::journal::Event;
use isoloir_theme::i18n::key;

/// One line a kind. A kind of the domain without its line does not compile.
macro_rules! kinds {
    ($($variant:ident $name:literal $words:expr),* $(,)?) => {
        /// The kinds that the filter offers: the journal's own name, and the key of its words.
        pub const KINDS: &[(&str, &str)] = &[$(($name, $words)),*];

        /// The key of the words of what happened.
        pub(super) const fn words_of(event: &Event) -> &'static str {
            match event {
                $(Event::$variant { .. } => $words,)*
            }
        }
    };
}

kinds! {
    ConsultationImported "consultation_imported" key("journal-consultation-imported"),
    ConsultationApplied "consultation_applied" key("journal-consultation-applied"),
    CalendarChanged "calendar_changed" key("journal-calendar-changed"),
    RollImported "roll_imported" key("journal-roll-imported"),
    RollStaged "roll_staged" key("journal-roll-staged"),
    RollApproved "roll_approved" key("journal-roll-approved"),
    RollAbandoned "roll_abandoned" key("journal-roll-abandoned"),
    RollApplied "roll_applied" key("journal-roll-applied"),
    RollCorrected "roll_corrected" key("journal-roll-corrected"),
    JudgmentRecorded "judgment_recorded" key("journal-judgment-recorded"),
    GateWaived "gate_waived" key("journal-gate-waived"),
    ListsImported "lists_imported" key("journal-lists-imported"),
    ListFilesImported "list_files_imported" key("journal-list-files-imported"),
    TextPublished "text_published" key("journal-text-published"),
    TextsReplaced "texts_replaced" key("journal-texts-replaced"),
    DelegateNamed "delegate_named" key("journal-delegate-named"),
    CandidacyFiled "candidacy_filed" key("journal-candidacy-filed"),
    CandidacyWithdrawn "candidacy_withdrawn" key("journal-candidacy-withdrawn"),
    CandidacyDecided "candidacy_decided" key("journal-candidacy-decided"),
    OrderCommitted "order_committed" key("journal-order-committed"),
    OrderDrawn "order_drawn" key("journal-order-drawn"),
    CandidaciesPublished "candidacies_published" key("journal-candidacies-published"),
    ComplaintFiled "complaint_filed" key("journal-complaint-filed"),
    ComplaintDecided "complaint_decided" key("journal-complaint-decided"),
    TicketOpened "ticket_opened" key("journal-ticket-opened"),
    TicketReplied "ticket_replied" key("journal-ticket-replied"),
    TicketAssigned "ticket_assigned" key("journal-ticket-assigned"),
    TicketAnswered "ticket_answered" key("journal-ticket-answered"),
    TicketNoted "ticket_noted" key("journal-ticket-noted"),
    TicketClosed "ticket_closed" key("journal-ticket-closed"),
    TicketReopened "ticket_reopened" key("journal-ticket-reopened"),
    VoterSearched "voter_searched" key("journal-voter-searched"),
    VoterViewed "voter_viewed" key("journal-voter-viewed"),
    ActivationResent "activation_resent" key("journal-activation-resent"),
    ActivationLetterMade "activation_letter_made" key("journal-activation-letter-made"),
    CaptchaBypassed "captcha_bypassed" key("journal-captcha-bypassed"),
    AddressChangeProposed "address_change_proposed" key("journal-address-change-proposed"),
    AddressChangeApproved "address_change_approved" key("journal-address-change-approved"),
    AddressChangeRefused "address_change_refused" key("journal-address-change-refused"),
    Mailing "mailing" key("journal-mailing"),
    InvitationsSent "invitations_sent" key("journal-invitations-sent"),
    LettersMade "letters_made" key("journal-letters-made"),
    DeadlineWarned "deadline_warned" key("journal-deadline-warned"),
    ActivationCodeUsed "activation_code_used" key("journal-activation-code-used"),
    AccountActivated "account_activated" key("journal-account-activated"),
    PasswordChanged "password_changed" key("journal-password-changed"),
    PasswordResetAsked "password_reset_asked" key("journal-password-reset-asked"),
    PasswordReset "password_reset" key("journal-password-reset"),
    ChallengeChanged "challenge_changed" key("journal-challenge-changed"),
    SessionsEnded "sessions_ended" key("journal-sessions-ended"),
    ReissueAsked "reissue_asked" key("journal-reissue-asked"),
    ReissueRefused "reissue_refused" key("journal-reissue-refused"),
    IdentityConfirmed "identity_confirmed" key("journal-identity-confirmed"),
    IdentityRefused "identity_refused" key("journal-identity-refused"),
    AccountSuspended "account_suspended" key("journal-account-suspended"),
    AccountRestored "account_restored" key("journal-account-restored"),
    StaffInvited "staff_invited" key("journal-staff-invited"),
    StaffInvitedAgain "staff_invited_again" key("journal-staff-invited-again"),
    StaffActivated "staff_activated" key("journal-staff-activated"),
    StaffSignedIn "staff_signed_in" key("journal-staff-signed-in"),
    StaffSignInFailed "staff_sign_in_failed" key("journal-staff-sign-in-failed"),
    StaffRefused "staff_refused" key("journal-staff-refused"),
    StaffDisabled "staff_disabled" key("journal-staff-disabled"),
    ActProposed "act_proposed" key("journal-act-proposed"),
    ActConfirmed "act_confirmed" key("journal-act-confirmed"),
    ActRefused "act_refused" key("journal-act-refused"),
    TokenCreated "token_created" key("journal-token-created"),
    TokenRevoked "token_revoked" key("journal-token-revoked"),
    TokenUsed "token_used" key("journal-token-used"),
    ElectionSetUp "election_set_up" key("journal-election-set-up"),
    BallotsRecorded "ballots_recorded" key("journal-ballots-recorded"),
    CopyCompleted "copy_completed" key("journal-copy-completed"),
    TakenOver "taken_over" key("journal-taken-over"),
    PollsClosed "polls_closed" key("journal-polls-closed"),
    ClosingSealed "closing_sealed" key("journal-closing-sealed"),
    ArchiveRefused "archive_refused" key("journal-archive-refused"),
    TallyEncrypted "tally_encrypted" key("journal-tally-encrypted"),
    PartialDecryptionRecorded "partial_decryption_recorded" key("journal-partial-decryption-recorded"),
    TallyFinished "tally_finished" key("journal-tally-finished"),
    DrawRecorded "draw_recorded" key("journal-draw-recorded"),
    Board "board" key("journal-board"),
    IntegrityAlarm "integrity_alarm" key("journal-integrity-alarm"),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_name_is_one_that_the_journal_writes() {
        for (name, _) in KINDS {
            let read = serde_json::from_value::<Event>(json!({ "event": name }));
            let unknown = read.is_err_and(|error| error.to_string().contains("unknown variant"));
            assert!(!unknown, "{name}");
        }
    }
}
