//! Which role of PostgreSQL may do what to which table (docs/adr/0030). A test compares this with the tables, with the statements of the code, and with what
//! the database says of itself.

use isoloir_rights::{ADVANCE, APPEND, FREE, KEEP, Plan, READ, REPLACE, Right, Table};

/// Reads the ballot box, and nothing of the voters' file: for an expert, or a copy of the box.
const BOX_READER: &str = "isoloir_box_reader";
/// Reads rolls and poll book, and nothing of the ballot box, nor accounts and sessions.
const ROLL_READER: &str = "isoloir_roll_reader";

/// The roles of the voting server's database.
pub static ROLES: Plan = Plan {
    owner: "isoloir_owner",
    serving: "isoloir_portal",
    readers: &[(BOX_READER, "box"), (ROLL_READER, "server")],
    schemas: &["server", "box"],
    tables: &[BOX, ROLLS, VOTERS_FILE],
    command: "isoloir database prepare",
};

const fn boxed(name: &'static str, serving: &'static [Right]) -> Table {
    Table {
        schema: "box",
        name,
        serving,
        reader: Some(BOX_READER),
    }
}

const fn roll(name: &'static str, serving: &'static [Right]) -> Table {
    Table {
        schema: "server",
        name,
        serving,
        reader: Some(ROLL_READER),
    }
}

const fn file(name: &'static str, serving: &'static [Right]) -> Table {
    Table {
        schema: "server",
        name,
        serving,
        reader: None,
    }
}

/// The ballot box (*urne électronique*).
const BOX: &[Table] = &[
    boxed("ballot", APPEND),
    boxed("box_head", KEEP),
    boxed("box_setup", APPEND),
    boxed("box_sidecar", APPEND),
    boxed("tally_record", APPEND),
];

/// Who may vote, who has, and by which decisions: what an expert compares with the box by its numbers.
const ROLLS: &[Table] = &[
    roll("consultation", KEEP),
    roll("election", FREE),
    roll("gate_waiver", APPEND),
    roll("judgment", APPEND),
    roll("poll_book", APPEND),
    roll("roll_change", APPEND),
    roll("roll_entry", FREE),
    roll("roll_import", FREE),
    roll("roll_move", APPEND),
    roll("voter", KEEP),
];

/// The rest of the voters' file (*fichier des électeurs*), and the organiser's work.
const VOTERS_FILE: &[Table] = &[
    file("_sqlx_migrations", READ),
    file("account", KEEP),
    file("activation", FREE),
    file("activation_code", REPLACE),
    file("address_change", KEEP),
    file("api_token", KEEP),
    file("board", FREE),
    file("board_record", APPEND),
    file("candidacy", KEEP),
    file("candidacy_counter", KEEP),
    file("candidacy_file", FREE),
    file("candidacy_step", APPEND),
    file("candidate", REPLACE),
    file("candidate_list", REPLACE),
    file("capacity_certificate", APPEND),
    file("captcha_bypass", FREE),
    file("captcha_spent", REPLACE),
    file("closing_seal", APPEND),
    file("complaint", KEEP),
    file("complaint_counter", KEEP),
    file("complaint_file", APPEND),
    file("connection", REPLACE),
    file("critical_act", KEEP),
    file("deadline_warning", APPEND),
    file("delivery", KEEP),
    file("election_course", KEEP),
    file("identity_outcome", FREE),
    file("identity_visit", REPLACE),
    file("journal", APPEND),
    file("journal_day", APPEND),
    file("journal_head", ADVANCE),
    file("list_file", REPLACE),
    file("mailing", KEEP),
    file("mailing_roll", REPLACE),
    file("order_draw", APPEND),
    file("order_secret", APPEND),
    file("outbox", KEEP),
    file("password_reset", REPLACE),
    file("public_file", REPLACE),
    file("rehearsal", APPEND),
    file("roll_state", ADVANCE),
    file("seat_draw", APPEND),
    file("session", FREE),
    file("sign_in_failure", FREE),
    file("staff", KEEP),
    file("staff_link", REPLACE),
    file("staff_session", FREE),
    file("staged_part", REPLACE),
    file("staged_roll", KEEP),
    file("support_sending", APPEND),
    file("text_version", APPEND),
    file("ticket", KEEP),
    file("ticket_counter", KEEP),
    file("ticket_message", APPEND),
    file("union_delegate", KEEP),
    file("verification", APPEND),
    file("voter_identity", REPLACE),
];
