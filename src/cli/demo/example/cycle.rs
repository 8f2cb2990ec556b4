//! The budget performance cycle of an example: what is imported and done, stage by stage.

use std::path::Path;

use jixiao::catalogue::document::Text;
use serde::Deserialize;

use super::{Act, bytes, lines, wrong, yaml};
use crate::cli::failure::Failure;

/// A year of budgets and goals.
pub(in crate::cli::demo) struct Cycle {
    /// The year.
    pub(in crate::cli::demo) year: i32,
    /// The monitoring round that is shown.
    pub(in crate::cli::demo) round: String,
    pub(in crate::cli::demo) stages: Vec<Stage>,
    /// The report of the year.
    pub(in crate::cli::demo) report: Option<Report>,
}

/// The report of the year.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::demo) struct Report {
    /// The template by which it is assembled.
    pub(in crate::cli::demo) template: String,
    /// Who assembles and publishes it.
    pub(in crate::cli::demo) assembled_by: String,
    /// Who approves it.
    pub(in crate::cli::demo) approved_by: String,
    /// What is found in it.
    #[serde(default)]
    pub(in crate::cli::demo) expected: Vec<Expected>,
}

/// Something that is found in the report.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::cli::demo) struct Expected {
    /// What kind of finding it is.
    pub(in crate::cli::demo) kind: String,
    /// Words that it is about.
    pub(in crate::cli::demo) quote: String,
    /// Why it stands; empty where nobody has to say so.
    #[serde(default)]
    pub(in crate::cli::demo) reason: String,
}

/// A part of it.
pub(in crate::cli::demo) struct Stage {
    /// What is told of it.
    pub(in crate::cli::demo) told: Text,
    /// What is imported first.
    pub(in crate::cli::demo) files: Vec<File>,
    /// What is done then.
    pub(in crate::cli::demo) acts: Vec<Act>,
}

/// A file that somebody imports.
pub(in crate::cli::demo) struct File {
    pub(in crate::cli::demo) by: String,
    pub(in crate::cli::demo) path: String,
    pub(in crate::cli::demo) media_type: &'static str,
    pub(in crate::cli::demo) content: Vec<u8>,
}

/// `cycle/cycle.yaml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    year: i32,
    round: String,
    stages: Vec<WrittenStage>,
    report: Option<Report>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenStage {
    told: Text,
    #[serde(default)]
    files: Vec<WrittenFile>,
    /// Files of acts, one a line.
    #[serde(default)]
    acts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenFile {
    by: String,
    path: String,
    file: String,
}

/// Reads `cycle/`, where there is one.
pub(super) fn read(folder: &Path) -> Result<Option<Cycle>, Failure> {
    let folder = folder.join("cycle");
    if !folder.is_dir() {
        return Ok(None);
    }
    let Written { year, round, stages, report } = yaml(&folder.join("cycle.yaml"))?;
    let stages = stages.into_iter().map(|stage| stage.read(&folder)).collect::<Result<_, _>>()?;
    Ok(Some(Cycle { year, round, stages, report }))
}

impl WrittenStage {
    fn read(self, folder: &Path) -> Result<Stage, Failure> {
        let files = self.files.into_iter().map(|file| file.read(folder)).collect::<Result<_, _>>()?;
        let acts: Vec<Vec<Act>> = self.acts.iter().map(|file| lines(&folder.join(file))).collect::<Result<_, _>>()?;
        Ok(Stage { told: self.told, files, acts: acts.into_iter().flatten().collect() })
    }
}

impl WrittenFile {
    fn read(self, folder: &Path) -> Result<File, Failure> {
        let Self { by, path, file } = self;
        let found = folder.join(file);
        let media_type = match found.extension().and_then(|extension| extension.to_str()) {
            Some("csv") => "text/csv",
            Some("ndjson") => "application/x-ndjson",
            _ => return Err(wrong(&found, &"csv, ndjson?")),
        };
        Ok(File { by, path, media_type, content: bytes(&found)? })
    }
}
