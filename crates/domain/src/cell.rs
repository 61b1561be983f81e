//! Cells of tables that people open in a spreadsheet.

/// A cell that a spreadsheet shows and never computes (CSV injection): what begins like a formula gets an apostrophe in front.
#[must_use]
pub fn safe_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// Such a cell as a field of a CSV file between `;`: quoted when needed.
#[must_use]
pub fn safe_field(text: &str) -> String {
    let text = safe_cell(text);
    if text.contains([';', '"', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_a_formula_and_quotes_stand_only_where_needed() {
        assert_eq!(safe_field("=cmd()"), "'=cmd()");
        assert_eq!(safe_field("\tcmd"), "'\tcmd");
        assert_eq!(safe_field("a;\"b\""), "\"a;\"\"b\"\"\"");
        assert_eq!(safe_field("D’Hérouville"), "D’Hérouville");
    }
}
