//! Reads the CSV files that organisers export from their tools: `;` or `,`, UTF-8 with or without BOM, or Windows-1252.
//!
//! Nothing is repaired in silence: the reader reports what it cannot make out, with the line.

use sha2::{Digest as _, Sha256};

use crate::import_roll::{Anomaly, AnomalyKind};

/// Longest field accepted, in characters.
const MAX_FIELD: usize = 500;

/// A file read: its rows, and what was wrong.
pub(crate) struct Table<const N: usize> {
    pub(crate) rows: Vec<Row<N>>,
    pub(crate) anomalies: Vec<Anomaly>,
    pub(crate) encoding: &'static str,
    pub(crate) digest: String,
}

/// A row: its line in the file, and its fields, trimmed and, unless optional, not empty.
pub(crate) struct Row<const N: usize> {
    pub(crate) line: u64,
    pub(crate) fields: [String; N],
}

/// A column that a file may have. Columns stand in any order: they are known by their names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column {
    name: &'static str,
    presence: Presence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Presence {
    Filled,
    MayBeEmpty,
    MayBeAbsent,
}

impl Column {
    /// A column of every file, filled in every row.
    pub(crate) const fn filled(name: &'static str) -> Self {
        Self {
            name,
            presence: Presence::Filled,
        }
    }

    /// A column of every file, empty in some rows.
    pub(crate) const fn may_be_empty(name: &'static str) -> Self {
        Self {
            name,
            presence: Presence::MayBeEmpty,
        }
    }

    /// A column that some files do not have: it reads as empty.
    pub(crate) const fn may_be_absent(name: &'static str) -> Self {
        Self {
            name,
            presence: Presence::MayBeAbsent,
        }
    }
}

/// Reads `file`, whose first line names its columns: all of `columns` that may not be absent, none else. `expected` says so, for the report.
pub(crate) fn read<const N: usize>(file: &[u8], columns: &[Column; N], expected: &'static str) -> Table<N> {
    let (text, encoding) = decode(file);
    let mut table = Table {
        rows: Vec::new(),
        anomalies: Vec::new(),
        encoding,
        digest: hex::encode(Sha256::digest(file)),
    };
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let wrong_columns = |line| Anomaly {
        line,
        what: AnomalyKind::WrongColumns {
            expected,
            found: first.chars().take(200).collect(),
        },
    };
    let mut header: Option<Header<N>> = None;
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                if let Some(header) = &header {
                    if record.iter().any(|field| !field.trim().is_empty()) {
                        table.take(line, &record, columns, header);
                    }
                } else {
                    header = Header::read(&record, columns);
                    if header.is_none() {
                        table.anomalies.push(wrong_columns(line));
                        return table;
                    }
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, csv::Position::line);
                table.anomalies.push(Anomaly {
                    line,
                    what: AnomalyKind::Unreadable(error.to_string()),
                });
                break;
            }
        }
    }
    if header.is_none() {
        table.anomalies.push(wrong_columns(1));
    } else if table.rows.is_empty() && table.anomalies.is_empty() {
        table.anomalies.push(Anomaly {
            line: 1,
            what: AnomalyKind::Empty,
        });
    }
    table
}

/// Where each column stands in this file.
struct Header<const N: usize> {
    places: [Option<usize>; N],
    fields: usize,
}

impl<const N: usize> Header<N> {
    /// `None` when a column is missing, unknown or there twice.
    fn read(record: &csv::StringRecord, columns: &[Column; N]) -> Option<Self> {
        let names: Vec<String> = record.iter().map(|name| name.trim().to_lowercase()).collect();
        let places = columns.map(|column| names.iter().position(|name| name == column.name));
        let known = places.iter().flatten().count();
        let complete = columns
            .iter()
            .zip(&places)
            .all(|(column, place)| place.is_some() || column.presence == Presence::MayBeAbsent);
        // As many known columns as names: none is unknown, and none stands there twice.
        (complete && known == names.len()).then_some(Self {
            places,
            fields: names.len(),
        })
    }
}

impl<const N: usize> Table<N> {
    fn take(&mut self, line: u64, record: &csv::StringRecord, columns: &[Column; N], header: &Header<N>) {
        if record.len() != header.fields {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let what = AnomalyKind::WrongFieldCount {
                expected: count(header.fields),
                found: count(record.len()),
            };
            self.anomalies.push(Anomaly { line, what });
            return;
        }
        let field = |place: Option<usize>| place.and_then(|place| record.get(place)).unwrap_or_default();
        let fields = header.places.map(|place| field(place).trim().to_owned());
        let mut sound = true;
        for (column, value) in columns.iter().zip(&fields) {
            let what = if value.is_empty() && column.presence == Presence::Filled {
                AnomalyKind::MissingField(column.name)
            } else if value.chars().any(char::is_control) || value.chars().count() > MAX_FIELD {
                AnomalyKind::BadText(column.name)
            } else {
                continue;
            };
            self.anomalies.push(Anomaly { line, what });
            sound = false;
        }
        if sound {
            self.rows.push(Row { line, fields });
        }
    }
}

/// UTF-8 when it is; otherwise Windows-1252, which spreadsheets in French still write.
fn decode(file: &[u8]) -> (String, &'static str) {
    let file = file.strip_prefix(b"\xef\xbb\xbf").unwrap_or(file);
    match std::str::from_utf8(file) {
        Ok(text) => (text.to_owned(), "UTF-8"),
        Err(_) => (
            encoding_rs::WINDOWS_1252
                .decode_without_bom_handling(file)
                .0
                .into_owned(),
            "windows-1252",
        ),
    }
}
