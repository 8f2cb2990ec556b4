//! Reads the table of `matrix.md`.

use std::collections::{BTreeMap, BTreeSet};

/// Operation → column → cell.
pub struct Matrix(BTreeMap<String, BTreeMap<String, String>>);

/// The last column: scopes of which each alone opens the operation to a machine client.
const MACHINES: &str = "machine with";

impl Matrix {
    pub fn read() -> Self {
        let mut lines = include_str!("matrix.md").lines().filter(|line| line.starts_with('|')).map(cells);
        let header = lines.next().expect("a header");
        let rows = lines.filter(|cells| !cells[0].starts_with('-')).map(|cells| {
            assert_eq!(cells.len(), header.len(), "{cells:?}");
            (cells[0].clone(), header.iter().cloned().zip(cells).skip(1).collect())
        });
        let mut matrix = BTreeMap::new();
        for (operation, row) in rows {
            assert!(matrix.insert(operation.clone(), row).is_none(), "{operation} stands twice");
        }
        Self(matrix)
    }

    pub fn operations(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    pub fn expected(&self, operation: &str, caller: &str) -> &str {
        &self.0[operation][caller]
    }

    pub fn expected_of_machine(&self, operation: &str, scope: &str) -> &'static str {
        match self.0[operation][MACHINES].as_str() {
            "any" => "ok",
            "404" => "404",
            scopes if scopes.split(' ').any(|each| each == scope) => "ok",
            _ => "403",
        }
    }
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
}
