//! The public archive of an election (urne publique, file `.bel`): everything that anybody needs
//! to verify the result, in the order in which it happened.
//!
//! An archive is an old-style tar of three sorts of records: a header, data records named by their
//! SHA-256, and event records that form a hash chain and refer to data. The format leaves no
//! freedom: the same events give the same bytes, and a reader refuses every other byte.
//!
//! - [`tar`]: the blocks;
//! - [`reader`], [`writer`]: records out of and into blocks;
//! - [`event`]: the hash chain's links; [`payload`]: the small records that events refer to;
//! - [`grammar`]: which event may follow which;
//! - [`chain`]: whole entries, an event with the data it refers to, checked against all of the above.

pub mod chain;
pub mod digest;
pub mod event;
pub mod grammar;
pub mod payload;
pub mod reader;
pub mod tar;
pub mod writer;

pub use chain::{ArchiveError, ChainReader, Entry};
pub use digest::{EventHash, PayloadHash};
pub use event::{Event, EventKind, event};
pub use grammar::Phase;
pub use payload::{Owned, Setup, TallyRecord};
pub use reader::{ArchiveReader, ReadError, Record, RecordName};
pub use writer::ArchiveWriter;
