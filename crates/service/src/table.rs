//! Reads the CSV files that organisers export from their tools: `;` or `,`, UTF-8 with or without BOM, or Windows-1252.
