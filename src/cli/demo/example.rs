//! An example county: a folder of files, of which the program knows no more than their format.

mod acts;
mod cycle;
mod registers;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::fs;
use std::path::{Path, PathBuf};

use jixiao::catalogue::document::Text;
use jixiao::identity::Role;
use jixiao::say;
use rust_decimal::Decimal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use self::acts::{Act, Method};
pub(super) use self::cycle::{Cycle, Expected, File, Report, Stage};
pub(super) use self::registers::RecordFile;
use self::registers::Registers;
use crate::cli::failure::Failure;

/// The files of an example.
pub(super) struct Example {
    /// The bureau, its sections and schools, as CSV.
    pub(super) organisations: Vec<u8>,
    /// The bureau among them.
    pub(super) bureau: Bureau,
    /// The catalogue, as YAML.
    pub(super) catalogue: Vec<u8>,
    /// The bureau's accounts.
    pub(super) accounts: Vec<Account>,
    /// What is submitted, period by period.
    pub(super) rounds: BTreeMap<String, Round>,
    /// What is entered in registers.
    pub(super) registers: Registers,
    /// The budget performance cycle, where the county has one.
    pub(super) cycle: Option<Cycle>,
    /// What the report says.
    pub(super) statements: Vec<Statement>,
}

/// A bureau as it stands in the file of organisations.
#[derive(Deserialize)]
pub(super) struct Bureau {
    pub(super) code: String,
    pub(super) name: String,
    kind: String,
}

/// An account of the bureau.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) organisation: String,
    pub(super) roles: Vec<Role>,
}

/// What is submitted for a period.
#[derive(Default)]
pub(super) struct Round {
    /// First attempts that are refused, and mended by one of the submissions.
    pub(super) mistakes: Vec<Told<Explained>>,
    /// First attempts that the bureau returns, and that are mended by one of the submissions.
    pub(super) returned: Vec<Told<Noted>>,
    /// What the schools submit in the end.
    pub(super) submissions: Vec<Submission>,
    /// What is imported as CSV.
    pub(super) files: Vec<CsvFile>,
}

/// What one school says on one form for one period.
#[derive(Deserialize)]
pub(super) struct Submission {
    pub(super) form: String,
    pub(super) period: String,
    pub(super) school: String,
    values: Vec<Value>,
    #[serde(default)]
    explanations: Vec<Value>,
}

/// A submission, and what is to be told about it.
pub(super) struct Told<T> {
    pub(super) submission: Submission,
    pub(super) about: T,
}

/// Why a submission is refused.
#[derive(Deserialize)]
pub(super) struct Explained {
    pub(super) why: Text,
}

/// Why a submission is returned.
#[derive(Deserialize)]
pub(super) struct Noted {
    pub(super) note: String,
}

/// Submissions as a CSV file.
pub(super) struct CsvFile {
    pub(super) name: String,
    pub(super) content: Vec<u8>,
    /// The forms and periods that it is about.
    pub(super) sheets: BTreeSet<Sheet>,
}

/// A form for a period.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub(super) struct Sheet {
    pub(super) form: String,
    pub(super) period: String,
}

/// A statement of the report that the figures should bear out.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Statement {
    /// Where in the report it stands.
    pub(super) section: String,
    /// What is counted.
    pub(super) text: Text,
    pub(super) indicator: String,
    pub(super) period: String,
    /// The part of the figure, by dimension; all of it where none is named.
    #[serde(default)]
    pub(super) group: BTreeMap<String, String>,
    /// The organisation that is looked at; the whole bureau where none is named.
    #[serde(default)]
    pub(super) within: Option<String>,
    pub(super) show: Show,
    /// The report's own words.
    pub(super) printed: String,
    /// So much, to the digits given.
    #[serde(default)]
    pub(super) equals: Option<Decimal>,
    /// So much or more.
    #[serde(default)]
    pub(super) at_least: Option<Decimal>,
    /// Why the report is known to differ from the figure.
    #[serde(default)]
    pub(super) differs: Option<Text>,
    /// Whether to show where the figure comes from.
    #[serde(default)]
    pub(super) trace: bool,
}

/// What of a figure a statement is about.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Show {
    /// The value, with its unit.
    Value,
    /// The value, as a percentage.
    Share,
    /// The growth over the period before, as a percentage.
    Growth,
    /// The reports that are in, of those expected.
    Coverage,
}

impl Submission {
    /// Where it is found.
    pub(super) fn path(&self) -> String {
        let Self { form, period, school, .. } = self;
        format!("/v1/forms/{form}/periods/{period}/submissions/{school}")
    }

    /// As it is sent.
    pub(super) fn body(&self) -> Value {
        json!({ "values": self.values, "explanations": self.explanations })
    }

    pub(super) fn sheet(&self) -> Sheet {
        Sheet { form: self.form.clone(), period: self.period.clone() }
    }
}

impl Round {
    /// All that is submitted by schools themselves, first attempts included.
    pub(super) fn all(&self) -> impl Iterator<Item = &Submission> {
        let mistakes = self.mistakes.iter().map(|each| &each.submission);
        let returned = self.returned.iter().map(|each| &each.submission);
        mistakes.chain(returned).chain(&self.submissions)
    }

    /// The forms that are filled in.
    pub(super) fn sheets(&self) -> BTreeSet<Sheet> {
        let imported = self.files.iter().flat_map(|file| file.sheets.iter().cloned());
        self.submissions.iter().map(Submission::sheet).chain(imported).collect()
    }
}

impl Example {
    /// Reads the files.
    ///
    /// # Errors
    /// Where one is missing, or not what it should be; it is named.
    pub(super) fn read(folder: &Path) -> Result<Self, Failure> {
        let organisations = bytes(&folder.join("organisations.csv"))?;
        let bureau =
            find_bureau(&organisations).ok_or_else(|| wrong(&folder.join("organisations.csv"), &"kind = bureau?"))?;
        Ok(Self {
            bureau,
            organisations,
            catalogue: bytes(&folder.join("catalogue.yaml"))?,
            accounts: yaml(&folder.join("accounts.yaml"))?,
            rounds: read_rounds(folder)?,
            registers: registers::read(folder)?,
            cycle: cycle::read(folder)?,
            statements: yaml(&folder.join("statements.yaml"))?,
        })
    }

    /// The name of the account that sets everything up.
    pub(super) fn administrator(&self) -> Result<&Account, Failure> {
        let found = self.accounts.iter().find(|account| account.roles.contains(&Role::Administrator));
        found.ok_or_else(|| Failure::new(&say!("示例没有管理员账号", "the example has no administrator")))
    }

    /// The schools that submit something themselves.
    pub(super) fn schools(&self) -> BTreeSet<&str> {
        self.rounds.values().flat_map(Round::all).map(|submission| submission.school.as_str()).collect()
    }
}

fn find_bureau(organisations: &[u8]) -> Option<Bureau> {
    let mut reader = csv::Reader::from_reader(organisations);
    reader.deserialize().filter_map(Result::ok).find(|each: &Bureau| each.kind == "bureau")
}

fn read_rounds(folder: &Path) -> Result<BTreeMap<String, Round>, Failure> {
    let mut rounds: BTreeMap<String, Round> = BTreeMap::new();
    for told in told(&folder.join("mistakes.ndjson"))? {
        rounds.entry(told.submission.period.clone()).or_default().mistakes.push(told);
    }
    for told in told(&folder.join("returned.ndjson"))? {
        rounds.entry(told.submission.period.clone()).or_default().returned.push(told);
    }
    for path in files(&folder.join("submissions"))? {
        if path.extension().is_some_and(|extension| extension == "csv") {
            let (period, file) = csv_file(&path)?;
            rounds.entry(period).or_default().files.push(file);
        } else {
            for submission in lines::<Submission>(&path)? {
                rounds.entry(submission.period.clone()).or_default().submissions.push(submission);
            }
        }
    }
    Ok(rounds)
}

/// A CSV file of submissions, and the last period that it is about.
fn csv_file(path: &Path) -> Result<(String, CsvFile), Failure> {
    let content = bytes(path)?;
    let rows = csv::Reader::from_reader(content.as_slice()).into_deserialize();
    let sheets = rows.collect::<Result<BTreeSet<Sheet>, _>>().map_err(|error| wrong(path, &error))?;
    let period = sheets.iter().map(|sheet| sheet.period.clone()).max().unwrap_or_default();
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok((period, CsvFile { name, content, sheets }))
}

fn told<T: DeserializeOwned>(path: &Path) -> Result<Vec<Told<T>>, Failure> {
    let about = lines(path)?.into_iter();
    Ok(lines(path)?.into_iter().zip(about).map(|(submission, about)| Told { submission, about }).collect())
}

/// The lines of a file, as what `T` reads of each.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, Failure> {
    let content = bytes(path)?;
    let lines = content.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| serde_json::from_slice(line).map_err(|error| wrong(path, &error))).collect()
}

fn yaml<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    serde_saphyr::from_slice(&bytes(path)?).map_err(|error| wrong(path, &error))
}

/// The files of a folder, in the order of their names.
fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries = fs::read_dir(folder).map_err(|error| wrong(folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    fs::read(path).map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, reason: &impl Display) -> Failure {
    let path = path.display();
    Failure::new(&say!("示例文件 {path} 不可用：{reason}", "the example's file {path} cannot be used: {reason}"))
}
