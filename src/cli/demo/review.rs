//! What the bureau's sections do: return, and accept.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use jixiao::catalogue::document::CatalogueDocument;
use jixiao::identity::Role;
use jixiao::say;
use serde_json::{Value, json};

use super::AT_ONCE;
use super::answers::text;
use super::example::{Example, Noted, Round, Sheet, Told};
use super::office::Office;
use super::schools::save_and_submit;
use crate::cli::failure::Failure;

/// Who reviews which form.
pub(super) struct Reviewers(HashMap<String, String>);

/// What the boards of a period show.
#[derive(Default)]
pub(super) struct Boards {
    /// Submissions that were accepted.
    pub(super) accepted: usize,
    /// Schools that have not begun.
    pub(super) missing: usize,
}

impl Reviewers {
    /// The officers of the sections to which the forms belong.
    pub(super) fn of(example: &Example, catalogue: &CatalogueDocument) -> Result<Self, Failure> {
        let officer = |section: &str| {
            let mut officers = example.accounts.iter().filter(|account| account.roles.contains(&Role::SectionOfficer));
            officers.find(|account| account.organisation == section).map(|account| account.username.clone())
        };
        let reviewer = |(form, section): (&String, &String)| {
            let officer = officer(section).ok_or_else(|| {
                Failure::new(&say!("示例中科室 {section} 没有审核员", "the section {section} has no officer"))
            })?;
            Ok((form.clone(), officer))
        };
        let forms = catalogue.forms.iter().map(|form| (&form.code, &form.section));
        forms.map(reviewer).collect::<Result<_, Failure>>().map(Self)
    }

    fn of_form(&self, form: &str) -> Result<&str, Failure> {
        let unknown = || Failure::new(&say!("目录中没有表单 {form}", "the catalogue has no form {form}"));
        self.0.get(form).map(String::as_str).ok_or_else(unknown)
    }
}

/// Lets the schools submit what the bureau then returns, to be mended.
pub(super) async fn return_some(office: &Office, reviewers: &Reviewers, round: &Round) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for Told { submission, about: Noted { note } } in &round.returned {
        save_and_submit(office, submission).await?.granted()?;
        let officer = office.session(reviewers.of_form(&submission.form)?).await?;
        let path = format!("{}/return", submission.path());
        let returned = officer.post(&path, &json!({ "note": note })).await?.granted()?;
        names.push(format!("{}（{}）：{note}", text(&returned, "school_name"), submission.form));
    }
    Ok(names)
}

/// Accepts all that was submitted for a period, as the boards show it.
pub(super) async fn accept_all(office: &Office, reviewers: &Reviewers, round: &Round) -> Result<Boards, Failure> {
    let mut boards = Boards::default();
    for sheet in round.sheets() {
        let Sheet { form, period } = &sheet;
        let officer = office.session(reviewers.of_form(form)?).await?;
        let path = format!("/v1/forms/{form}/periods/{period}/submissions");
        let board = officer.list(&path, &[]).await?;
        let in_state = |state: &'static str| board.iter().filter(move |row| text(row, "state") == state);
        let accepted = stream::iter(in_state("submitted")).map(async |row: &Value| {
            officer.post(&format!("{path}/{}/accept", text(row, "school")), &json!({})).await?.granted().map(drop)
        });
        accepted.buffer_unordered(AT_ONCE).try_collect::<()>().await?;
        boards.accepted += in_state("submitted").count();
        boards.missing += in_state("not_begun").count();
    }
    Ok(boards)
}
