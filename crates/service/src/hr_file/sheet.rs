//! xlsx, row by row. Before the library opens it, every part is inflated once and counted: a decompression bomb is refused by its name, in no more
//! memory than a block.

use std::io::{Read, SeekFrom};

use calamine::{DataRef, ExcelDateTime, Reader as _, Xlsx};
use zip::ZipArchive;

use super::{Cell, Damage, FileUnread, MAX_COLUMNS, MAX_INFLATED, MAX_PARTS, MAX_RATIO, Source, Take, tidy};

/// A part may be compressed by any ratio up to this size, in bytes.
const SMALL: u64 = 1024 * 1024;

pub(super) fn read(mut source: Box<dyn Source>, take: Take<'_>) -> Result<(), FileUnread> {
    inflate(source.as_mut())?;
    source.seek(SeekFrom::Start(0))?;
    let wrong = |error: calamine::XlsxError| FileUnread::NotAWorkbook(error.to_string());
    let mut workbook = Xlsx::new(source).map_err(wrong)?;
    let names = workbook.sheet_names();
    let first = names
        .first()
        .ok_or_else(|| FileUnread::NotAWorkbook("no sheet".to_owned()))?;
    let mut reader = workbook.worksheet_cells_reader(first).map_err(wrong)?;
    let mut row: Option<u32> = None;
    let mut cells: Vec<Cell> = Vec::new();
    // As many cells in every row as in the first: empty ones are not written.
    let mut width = 0;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(wrong)? {
        let (at, column) = record.pos;
        if row != Some(at) {
            give(row, &mut cells, &mut width, take)?;
            row = Some(at);
        }
        let column = usize::try_from(column).unwrap_or(usize::MAX);
        let cell = if record.formula.is_some() {
            formula(&record.value)
        } else {
            cell(&record.value)
        };
        // Excel writes columns of format alone far to the right.
        if cell.text.is_empty() && cell.damage.is_none() {
            continue;
        }
        if column >= MAX_COLUMNS {
            return Err(FileUnread::RowTooLong {
                line: u64::from(at).saturating_add(1),
            });
        }
        if cells.len() <= column {
            cells.resize(column.saturating_add(1), Cell::default());
        }
        if let Some(place) = cells.get_mut(column) {
            *place = cell;
        }
    }
    give(row, &mut cells, &mut width, take)
}

fn give(row: Option<u32>, cells: &mut Vec<Cell>, width: &mut usize, take: Take<'_>) -> Result<(), FileUnread> {
    if *width == 0 {
        *width = cells.len();
    }
    if cells.len() < *width {
        cells.resize(*width, Cell::default());
    }
    if let Some(row) = row {
        take(u64::from(row).saturating_add(1), cells)?;
    }
    cells.clear();
    Ok(())
}

/// A formula is told, whatever it was worth when the file was saved.
fn formula(value: &DataRef<'_>) -> Cell {
    Cell {
        text: cell(value).text,
        damage: Some(Damage::Formula),
    }
}

fn cell(value: &DataRef<'_>) -> Cell {
    let plain = |text: String| Cell { text, damage: None };
    match value {
        DataRef::Empty => Cell::default(),
        DataRef::String(text) => tidy(text),
        DataRef::SharedString(text) => tidy(text),
        DataRef::Int(number) => plain(number.to_string()),
        DataRef::Float(number) => float(*number),
        DataRef::Bool(true) => plain("VRAI".to_owned()),
        DataRef::Bool(false) => plain("FAUX".to_owned()),
        DataRef::DateTime(at) => plain(date(at)),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => plain(text.get(..10).unwrap_or(text).to_owned()),
        DataRef::Error(error) => Cell {
            text: error.to_string(),
            damage: Some(Damage::SheetError),
        },
    }
}

/// Numbers keep fifteen digits: beyond, some are lost.
fn float(number: f64) -> Cell {
    let text = format!("{number}");
    let lost = number.abs() >= 1e15;
    Cell {
        text,
        damage: lost.then_some(Damage::Scientific),
    }
}

fn date(at: &ExcelDateTime) -> String {
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    format!("{year:04}-{month:02}-{day:02}")
}

/// Inflates every part into nothing, counting.
fn inflate(source: &mut dyn Source) -> Result<(), FileUnread> {
    let wrong = |error: zip::result::ZipError| FileUnread::NotAWorkbook(error.to_string());
    let mut archive = ZipArchive::new(source).map_err(wrong)?;
    if archive.len() > MAX_PARTS {
        return Err(FileUnread::NotAWorkbook(format!("{} parts", archive.len())));
    }
    let mut left = MAX_INFLATED;
    let mut block = vec![0; 64 * 1024];
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).map_err(wrong)?;
        let name = String::from_utf8_lossy(part.name_raw()).into_owned();
        let allowed = part.compressed_size().saturating_mul(MAX_RATIO).max(SMALL).min(left);
        let mut inflated = 0_u64;
        loop {
            let n = part
                .read(&mut block)
                .map_err(|error| FileUnread::NotAWorkbook(error.to_string()))?;
            if n == 0 {
                break;
            }
            inflated = inflated.saturating_add(u64::try_from(n).unwrap_or(u64::MAX));
            if inflated > allowed {
                return Err(FileUnread::Bomb { part: name });
            }
        }
        left = left.saturating_sub(inflated);
    }
    Ok(())
}
