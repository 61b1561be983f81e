console-tab-preparation = Preparation
console-done-gate = The decision is recorded, in the journal too
preparation-title = Preparation
preparation-lede = The electoral rolls, compared with what they should be. No election is opened while a gate stands.
preparation-standing = { $n ->
    [one] One gate stops the preparation
   *[other] { $n } gates stop the preparation
 }
preparation-standing-text = Mend the roll at its source and import it again, or pass the gate by a decision with its reason.
preparation-clear = No gate stops the preparation
preparation-clear-text = The rolls are what the organiser announced, or what was accepted by a decision with its reason.
preparation-rolls = Electoral rolls
preparation-election = Election
preparation-registered = On the roll
preparation-expected = Expected
preparation-without = Without a mailbox
preparation-voters = { $voters } persons in all, { $without } of them without a mailbox.
preparation-gates = Gates
preparation-passed-by = Passed by
preparation-reason = Reason
preparation-when = On
preparation-reason-hint = It goes into the journal and the minutes, with your name.
preparation-pass = Pass this gate
preparation-never = This gate cannot be passed: the roll is to be mended.
