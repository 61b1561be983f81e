//! Many casts, one commit: a task collects what arrives within five milliseconds, at most 256 ballots, and records them in
//! one set-based transaction. The disk is then not the limit.
