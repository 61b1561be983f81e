//! Which figures there are, what each says, and in which steps durations are counted.

use isoloir_registrar::measured as registrar;
use isoloir_service::measured as service;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, histogram};

pub(super) const HTTP_REQUESTS: &str = "isoloir_http_requests_total";
pub(super) const HTTP_SECONDS: &str = "isoloir_http_request_seconds";
pub(super) const BUILD: &str = "isoloir_build_info";
pub(super) const DATABASE_UP: &str = "isoloir_database_up";
pub(super) const DATABASE_CONNECTIONS: &str = "isoloir_database_connections";
pub(super) const PASSWORDS_WAITING: &str = "isoloir_passwords_waiting";
pub(super) const ROOM_OPEN: &str = "isoloir_waiting_room_open";
pub(super) const ROOM_PEOPLE: &str = "isoloir_waiting_room_people";
pub(super) const ROOM_CALLED: &str = "isoloir_waiting_room_called_total";
pub(super) const SESSIONS: &str = "isoloir_sessions";
pub(super) const ELECTIONS: &str = "isoloir_elections";
pub(super) const MESSAGES_WAITING: &str = "isoloir_messages_waiting";
pub(super) const MESSAGES_OLDEST: &str = "isoloir_messages_oldest_seconds";
pub(super) const MEMORY: &str = "process_resident_memory_bytes";
pub(super) const STARTED: &str = "process_start_time_seconds";

/// Upper ends of the steps of durations, in seconds.
pub(super) const SECONDS: [f64; 13] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];
/// Upper ends of the steps of the ballots in a commit.
pub(super) const BALLOTS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];
/// What is counted in [`SECONDS`].
pub(super) const DURATIONS: [&str; 3] = [HTTP_SECONDS, service::COMMIT_SECONDS, service::PASSWORD_SECONDS];

/// Says what figures of every server mean, and begins those that count from nothing: an alert sees the first of a thing only when it saw none before.
pub(super) fn describe() {
    describe_counter!(HTTP_REQUESTS, "Requests, by method, route and class of status.");
    describe_histogram!(HTTP_SECONDS, "Seconds from a request to the head of its answer.");
    describe_gauge!(BUILD, "Version of the program, and which server it is.");
    describe_gauge!(DATABASE_UP, "Whether the database answers.");
    describe_gauge!(DATABASE_CONNECTIONS, "Connections to the database.");
    describe_gauge!(MESSAGES_WAITING, "Messages that wait to leave.");
    describe_gauge!(
        MESSAGES_OLDEST,
        "Seconds since the oldest message that waits was queued."
    );
    describe_counter!(isoloir_carriers::MESSAGES, "Attempts to hand a message over.");
    describe_gauge!(MEMORY, "Resident memory in bytes.");
    describe_gauge!(STARTED, "Start of the server, in seconds since 1970.");
    for channel in isoloir_domain::delivery::Channel::ALL {
        for outcome in ["sent", "held", "later", "refused"] {
            counter!(isoloir_carriers::MESSAGES, "channel" => channel.as_str(), "outcome" => outcome).increment(0);
        }
    }
}

/// The same for the voting server.
pub(super) fn describe_server() {
    describe_counter!(service::CASTS_RECORDED, "Ballots recorded, all elections together.");
    describe_counter!(
        service::CASTS_REPEATED,
        "Retries answered with the receipt of the first time."
    );
    describe_counter!(service::CASTS_REFUSED, "Ballots refused, by stable code.");
    describe_histogram!(service::COMMIT_BALLOTS, "Ballots in one commit.");
    describe_histogram!(service::COMMIT_SECONDS, "Seconds of a commit.");
    describe_counter!(service::COMMITS_FAILED, "Commits that failed.");
    describe_gauge!(PASSWORDS_WAITING, "Passwords being hashed or waiting for it.");
    describe_histogram!(
        service::PASSWORD_SECONDS,
        "Seconds of a password on its thread, the wait for a pause of the casts included."
    );
    describe_counter!(service::SIGN_INS, "Sign-ins of voters, by outcome.");
    describe_counter!(service::STAFF_SIGN_INS, "Sign-ins of the staff, by outcome.");
    describe_gauge!(ROOM_OPEN, "Whether newcomers need a place in the waiting room.");
    describe_gauge!(ROOM_PEOPLE, "People who stand in the waiting room of this node.");
    describe_counter!(ROOM_CALLED, "People whom the waiting room of this node called.");
    describe_gauge!(SESSIONS, "Sessions of voters that are not over.");
    describe_gauge!(ELECTIONS, "Elections, by where they stand.");
    for name in [
        service::CASTS_RECORDED,
        service::CASTS_REPEATED,
        service::COMMITS_FAILED,
    ] {
        counter!(name).increment(0);
    }
    counter!(service::CASTS_REFUSED, "code" => "store_unavailable").increment(0);
    for name in [service::SIGN_INS, service::STAFF_SIGN_INS] {
        counter!(name, "outcome" => service::ACCEPTED).increment(0);
    }
    for name in [
        service::COMMIT_BALLOTS,
        service::COMMIT_SECONDS,
        service::PASSWORD_SECONDS,
    ] {
        // To be there is enough.
        let _ = histogram!(name);
    }
}

/// The same for the registrar.
pub(super) fn describe_registrar() {
    describe_counter!(registrar::UNLOCKS, "Voting codes that were brought, by outcome.");
    describe_counter!(
        registrar::REISSUES,
        "Links to a new code that were asked for, by outcome."
    );
    describe_counter!(registrar::CODES_REISSUED, "Codes made by such links.");
    describe_counter!(registrar::CODES_CONTESTED, "Reissued codes that their voter contested.");
    for name in [registrar::UNLOCKS, registrar::REISSUES] {
        counter!(name, "outcome" => registrar::ACCEPTED).increment(0);
    }
    for name in [registrar::CODES_REISSUED, registrar::CODES_CONTESTED] {
        counter!(name).increment(0);
    }
}
