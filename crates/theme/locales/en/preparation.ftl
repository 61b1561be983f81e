console-tab-preparation = Preparation
console-done-gate = The decision is recorded, in the journal too
preparation-title = Preparation
preparation-lede = What is ready, what is missing and who must act. No election is opened while a gate stands.
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
preparation-elections = Where each election stands
preparation-lists = Candidate lists
preparation-list = List
preparation-candidates = Candidates
preparation-filed = Filed
preparation-to-do = To do
preparation-sealed = Ready: lists fixed, box set up
preparation-calendar = Electoral calendar
preparation-calendar-note = Delays are counted in days of Paris. One that ends on a day off is not put off.
preparation-date = Date
preparation-what = What
preparation-state = State
preparation-planned = Planned: { $when }
preparation-too-late = Planned too late
preparation-past = Past
preparation-today = Today
preparation-soon = { $n ->
    [one] Tomorrow
   *[other] In { $n } days
 }
preparation-later = In { $n } days
preparation-facts = The election
preparation-seats = Seats
preparation-logos = Logos
preparation-manifestos = Manifestos
preparation-board = Election board
preparation-no-board = None in the folder
preparation-keys = Keys
preparation-made = Made
preparation-not-made = Not made yet
preparation-no-list = No candidate list.
