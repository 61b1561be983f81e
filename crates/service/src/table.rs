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

/// Reads `file`, whose first line must name `columns`, of which `optional` may be empty. `expected` is that line, for the report.
pub(crate) fn read<const N: usize>(
    file: &[u8],
    columns: [&'static str; N],
    optional: &[&str],
    expected: &'static str,
) -> Table<N> {
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
    let mut header = true;
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let line = record.position().map_or(0, csv::Position::line);
                if header {
                    header = false;
                    if !record.iter().map(|name| name.trim().to_lowercase()).eq(columns) {
                        let found = first.chars().take(200).collect();
                        table.anomalies.push(Anomaly {
                            line,
                            what: AnomalyKind::WrongColumns { expected, found },
                        });
                        return table;
                    }
                } else if record.iter().any(|field| !field.trim().is_empty()) {
                    table.take(line, &record, columns, optional);
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
    if header {
        table.anomalies.push(Anomaly {
            line: 1,
            what: AnomalyKind::WrongColumns {
                expected,
                found: String::new(),
            },
        });
    } else if table.rows.is_empty() && table.anomalies.is_empty() {
        table.anomalies.push(Anomaly {
            line: 1,
            what: AnomalyKind::Empty,
        });
    }
    table
}

impl<const N: usize> Table<N> {
    fn take(&mut self, line: u64, record: &csv::StringRecord, columns: [&'static str; N], optional: &[&str]) {
        let fields: Vec<String> = record.iter().map(|field| field.trim().to_owned()).collect();
        let found = fields.len();
        let Ok(fields) = <[String; N]>::try_from(fields) else {
            let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
            let what = AnomalyKind::WrongFieldCount {
                expected: count(N),
                found: count(found),
            };
            self.anomalies.push(Anomaly { line, what });
            return;
        };
        let mut sound = true;
        for (name, value) in columns.iter().zip(&fields) {
            let what = if value.is_empty() && optional.contains(name) {
                continue;
            } else if value.is_empty() {
                AnomalyKind::MissingField(name)
            } else if value.chars().any(char::is_control) || value.chars().count() > MAX_FIELD {
                AnomalyKind::BadText(name)
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

/// A cell that a spreadsheet shows and never computes (CSV injection): what begins like a formula gets an apostrophe in front.
pub(crate) fn safe_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
