//! Text tables as a plain reader finds them.
#![allow(dead_code)] // each test file uses its part
#![allow(clippy::unwrap_used)]

use serde_json::Value;

/// A table that was read.
pub struct Table {
    /// All of the head: `format`, `table`, `n_samples`, `provenance`, ….
    pub head: Value,
    pub columns: Vec<(String, Vec<f64>)>,
}

impl Table {
    /// Reads CSV or TSV; an empty field is NaN.
    #[track_caller]
    pub fn of_lines(text: &str, separator: char) -> Self {
        assert!(text.ends_with('\n') && !text.contains('\r'));
        let mut lines = text.lines();
        let head = lines.next().unwrap().strip_prefix("# followspot ");
        let head = serde_json::from_str(head.unwrap()).unwrap();
        let names = lines.next().unwrap().split(separator).map(str::to_owned);
        let mut columns: Vec<(String, Vec<f64>)> = names.map(|name| (name, Vec::new())).collect();
        for line in lines {
            let cells: Vec<&str> = line.split(separator).collect();
            assert_eq!(cells.len(), columns.len(), "{line}");
            for (cell, (_, column)) in cells.into_iter().zip(&mut columns) {
                column.push(if cell.is_empty() {
                    f64::NAN
                } else {
                    cell.parse().unwrap()
                });
            }
        }
        Self { head, columns }
    }

    /// Reads JSON; null is NaN.
    #[track_caller]
    pub fn of_json(text: &str) -> Self {
        assert!(text.ends_with('\n') && !text.contains('\r'));
        let mut head: Value = serde_json::from_str(text).unwrap();
        let columns = head.as_object_mut().unwrap().remove("columns").unwrap();
        let mut columns: Vec<(String, Vec<f64>)> = columns
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, values)| {
                let number = |value: &Value| match value {
                    Value::Null => f64::NAN,
                    value => value.as_f64().unwrap(),
                };
                let values = values.as_array().unwrap().iter().map(number).collect();
                (name.clone(), values)
            })
            .collect();
        // In the order of the text.
        columns.sort_by_key(|(name, _)| text.find(&format!("\n\"{name}\":[")).unwrap());
        Self { head, columns }
    }

    /// As the ending of its file has it.
    #[track_caller]
    pub fn of(bytes: Vec<u8>, format: &str) -> Self {
        let text = String::from_utf8(bytes).unwrap();
        match format {
            "csv" => Self::of_lines(&text, ','),
            "tsv" => Self::of_lines(&text, '\t'),
            "json" => Self::of_json(&text),
            _ => panic!("{format}"),
        }
    }

    pub fn names(&self) -> Vec<&str> {
        self.columns.iter().map(|(name, _)| name.as_str()).collect()
    }

    #[track_caller]
    pub fn column(&self, name: &str) -> &[f64] {
        let found = self.columns.iter().find(|(each, _)| each == name);
        &found.unwrap_or_else(|| panic!("no column {name}")).1
    }
}
