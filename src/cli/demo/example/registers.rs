//! The registers of an example: files that are imported, and what is done one by one.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Act, bytes, files, lines, wrong};
use crate::cli::failure::Failure;

/// What is done with the registers; nothing, where a county has none.
#[derive(Default)]
pub(in crate::cli::demo) struct Registers {
    /// The files of each register, in the order of their names.
    pub(in crate::cli::demo) files: BTreeMap<String, Vec<RecordFile>>,
    /// What is done one by one, after that.
    pub(in crate::cli::demo) acts: Vec<Act>,
}

/// Records of a register, as they were entered or changed at one time.
pub(in crate::cli::demo) struct RecordFile {
    pub(in crate::cli::demo) media_type: &'static str,
    pub(in crate::cli::demo) content: Vec<u8>,
}

/// Reads `registers/`, where there is one: `REGISTER.ndjson`, `REGISTER-LATER.csv` and so on; and `register_acts.ndjson`.
pub(super) fn read(folder: &Path) -> Result<Registers, Failure> {
    let mut registers = Registers::default();
    let records = folder.join("registers");
    if !records.is_dir() {
        return Ok(registers);
    }
    let mut named = Vec::new();
    for path in files(&records)? {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        named.push((stem, path));
    }
    // By the stem: a register's first file has nothing behind its code.
    named.sort();
    for (stem, path) in named {
        let media_type = match path.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => "text/csv",
            Some("ndjson") => "application/x-ndjson",
            _ => return Err(wrong(&path, &"csv, ndjson?")),
        };
        let register = stem.split('-').next().unwrap_or_default().to_owned();
        registers.files.entry(register).or_default().push(RecordFile { media_type, content: bytes(&path)? });
    }
    let acts = folder.join("register_acts.ndjson");
    if acts.is_file() {
        registers.acts = lines(&acts)?;
    }
    Ok(registers)
}
