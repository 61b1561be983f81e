//! The drill (*exercice de panne*): a real cluster on one machine, a vote on it, and faults while people vote.
//!
//! Three PostgreSQL servers with synchronous replication under Patroni, etcd and HAProxy, each with a disk and a network of its own; two portal nodes
//! behind one address, each with a clock of its own; a registrar; a mail server; an SMS gateway. What a run does follows from its seed: which faults, when, for how long. Afterwards nothing may be lost or doubled.
//!
//! - `network`: a network namespace and a small disk per database host, which can be cut off and filled
//! - `cluster`: etcd, Patroni, PostgreSQL, HAProxy: started, asked who is primary, and mended
//! - `deployment`: portal nodes, registrar and mail server over the cluster
//! - `gateway`: the SMS gateway, with its own fake operator
//! - `fault`: what can go wrong, how it is done, how it ends
//! - `crowd`: voters who arrive one after the other and ask until there is an answer; `forgetful`: those who lost their code and ask for a link by SMS
//! - `verdict`: what must hold in the end
//! - [`run`]: one run from its seed, and many in a row

mod cluster;
mod crowd;
mod deployment;
mod fault;
mod forgetful;
mod gateway;
mod network;
mod run;
mod tool;
mod verdict;

pub use fault::Fault;
pub use run::{Options, Outage, RunReport, gaps, run};
