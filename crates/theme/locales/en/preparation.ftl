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
preparation-voters = { $voters ->
    [one] { $voters } person in all, { $without } without a mailbox.
   *[other] { $voters } persons in all, { $without } of them without a mailbox.
  }
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

# What the deployment was measured to hold
capacity-title = Measured capacity
capacity-missing = The capacity was not measured
capacity-missing-text = Operator: put the deployment under load (isoloir load), then record the report (isoloir capacity record).
capacity-build = The measure is that of another program
capacity-build-text = Operator: the program has changed since. Measure again with the one that is in service.
capacity-machine = The measure is that of another machine
capacity-machine-text = Operator: the processor, the number of cores or the database engine has changed. Measure again.
capacity-insufficient = The measured capacity does not cover the expected peak
capacity-insufficient-text = Operator: measure higher, or add machines. Beyond it, voters wait for their turn in the waiting room.
capacity-good = The measured capacity covers the expected peak
capacity-good-text = This program, on this machine, has held more than what is expected.
capacity-expected = Expected peak
capacity-peak = { $peak ->
    [one] { $peak } ballot a minute
   *[other] { $peak } ballots a minute
  }, for { $ballots ->
    [one] { $ballots } possible ballot
   *[other] { $ballots } possible ballots
  } in { $hours } hours of vote
capacity-held = Held when measured
capacity-per-minute = { $n } ballots a minute, every receipt checked
capacity-margin = that is { $percent } of the expected peak
capacity-margin-times = that is { $n } times the expected peak
capacity-sign-ins = Sign-ins
capacity-sign-ins-are = { $n } a minute; { $waited } people stood in the waiting room, { $overtaken } were overtaken
capacity-cast = Casting a ballot
capacity-latency = median { $p50 } ms, 95% in less than { $p95 } ms, 99% in less than { $p99 } ms
capacity-when = Measured on
capacity-where = Machine
capacity-machine-is = { $nodes } node(s), { $cores } cores ({ $processor }), { $memory } GiB, { $database }
capacity-program = Program
capacity-note = A warning, never an obstacle. The peak is that of the Education elections of 2022 (2,500 ballots a minute in ordinary hours, ten times that in a rush), scaled to your rolls and hours of vote.
