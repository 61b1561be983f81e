//! The trustees' offline work (*détenteurs de clé*), on files only: a member of the board with a USB stick and a computer that is on no
//! network.
//!
//! - `member`: private files of one member: seed, polynomial held back, decryption key
//! - `key_file`: a decryption key sealed under a passphrase, as the board's pages save it
//! - `item`: the folder through which the members of one threshold item exchange messages
//! - `assemble`: several items into `trustees.json`, and the check of that file
//! - `ceremony`: all steps on one machine, for demonstrations and rehearsals
//! - `stand_in`: members of a board played by this machine, for demonstrations and tests
//! - `decrypt`: partial decryption of an archive's tally

mod assemble;
mod ceremony;
mod decrypt;
mod item;
mod key_file;
mod member;
mod stand_in;

pub use assemble::{MemberLine, assemble, describe, new_single};
pub use ceremony::{Board, ceremony};
pub use decrypt::{DecryptionFile, decrypt};
pub use item::ItemFolder;
pub use stand_in::{StandIn, play_ceremony};

/// Runs `$body` with `$G` as the group of that name.
macro_rules! in_group {
    ($name:expr, $G:ident => $body:expr) => {
        match $name {
            isoloir_protocol::group::GroupName::Ed25519 => {
                type $G = isoloir_protocol::group::Ed25519;
                $body
            }
            isoloir_protocol::group::GroupName::Belenios2048 => {
                type $G = isoloir_protocol::group::Belenios2048;
                $body
            }
            isoloir_protocol::group::GroupName::Rfc3526 => {
                type $G = isoloir_protocol::group::Rfc3526;
                $body
            }
        }
    };
}
pub(crate) use in_group;
