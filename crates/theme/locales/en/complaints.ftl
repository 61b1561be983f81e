# complaints

complaints-title = My complaints
complaints-lede = A mistake on an electoral roll, or in your data? The organising authority answers with a decision and its reasons.
complaints-mine = Complaints filed
complaints-none = None so far.
complaints-until = { $days ->
    [one] Complaints are taken until { $when } (Paris time). Decision within one day.
   *[other] Complaints are taken until { $when } (Paris time). Decision within { $days } days.
}
complaints-before-title = Complaints are not open yet
complaints-before-text = They are taken here from { $when } (Paris time).
complaints-after-title = The time for complaints is over
complaints-after-text = It ended on { $when } (Paris time). A mistake that remains is brought before the court; the help desk tells you which one.
complaint-read = Read
complaint-filed-on = Filed on { $when } (Paris time)
complaint-missing = I should be on a roll and am not
complaint-wrong-election = I am registered in an election that is not mine
complaint-wrong-data = My name or other data of mine is wrong
complaint-other-person = Another person is wrongly registered, or missing
complaint-other = Something else about the roll
complaint-open = Waiting
complaint-accepted = Accepted
complaint-rejected = Rejected
complaint-form-lede = Say what is wrong and what should be. You receive a number, then a decision with its reasons.
complaint-absent-title = Complaint of a person who is on no roll
complaint-absent-lede = You have no account because you are on no roll? Write here. With an account, use your own complaints.
complaint-not-sent = The complaint was not sent
complaint-files-again = Choose the files again: they were not kept.
complaint-last-name = Family name
complaint-first-name = Given name
complaint-contact = E-mail address
complaint-contact-hint = The acknowledgement, then the notice of the decision, are sent to it.
complaint-object = About
complaint-election = Election concerned
complaint-election-hint = Needed when you contest a registration.
complaint-no-election = None in particular
complaint-person = Other person concerned
complaint-person-hint = Family name and given name, only if the complaint is about somebody else.
complaint-body = What you contest, and why
complaint-body-hint = { $n } characters at most. Write neither password nor voting code.
complaint-files = Attachments
complaint-files-hint = { $n } files at most, PDF, PNG or JPEG, of 5 MB each. They are kept encrypted.
complaint-send = File the complaint
complaint-title = Complaint { $number }
complaint-decided-on = Decided on { $when } (Paris time)
complaint-decision-accepted = Your complaint is accepted
complaint-decision-rejected = Your complaint is rejected
complaint-reasons = Reasons
complaint-effect = What changes
complaint-appeal = This decision can be contested before the court.
complaint-content = What you filed
complaint-filed = Filed on
complaint-due = Decision at the latest on
complaint-received-title = Complaint registered
complaint-received-text = Its number is <strong>{ $number }</strong>. The organising authority decides before { $when } (Paris time).
complaint-received-mail = An acknowledgement is sent to { $contact }.
complaint-received-link = Keep the address of this page: it is how you will read the decision.
