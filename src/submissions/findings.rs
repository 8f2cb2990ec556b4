//! What stands between a draft and its submission: missing values, broken rules, warnings that
//! nobody explained.

use std::cell::RefCell;

use crate::catalogue::document::Severity;
use crate::catalogue::{BrokenRule, Catalogue, CompiledForm, CompiledIndicator, broken_rules};
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::rules::{Facts, Reference, Value, When};
use crate::say;

use super::content::{Content, Dimensions};

/// Something that whoever fills in the form should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub kind: Kind,
    /// The rule or indicator that it is about.
    pub about: String,
    pub message: Message,
}

/// What kind of finding, and whether it stands in the way of submitting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    MissingValue,
    BrokenRule,
    UnexplainedWarning,
    ExplainedWarning,
}

impl Kind {
    pub(super) fn blocks(self) -> bool {
        self != Self::ExplainedWarning
    }
}

/// Everything that is to be said about a content. `previous` is what counted in the period before.
pub(super) fn find(
    catalogue: &Catalogue,
    form: &CompiledForm,
    content: &Content,
    previous: Option<&Content>,
) -> Vec<Finding> {
    let mut findings = missing_values(catalogue, form, content);
    findings.extend(broken(form, content, previous));
    findings
}

/// The findings that stand in the way of submitting, as violations.
pub(super) fn blocking(findings: &[Finding]) -> Vec<Violation> {
    findings
        .iter()
        .filter_map(|finding| {
            let (pointer, code) = match finding.kind {
                Kind::MissingValue => ("/values", ViolationCode::RequiredValue),
                Kind::BrokenRule => ("/values", ViolationCode::RuleViolated),
                Kind::UnexplainedWarning => ("/explanations", ViolationCode::UnexplainedWarning),
                Kind::ExplainedWarning => return None,
            };
            let (about, zh, en) = (&finding.about, &finding.message.zh, &finding.message.en);
            Some(Violation::new(pointer, code, say!("{about}：{zh}", "{about}: {en}")))
        })
        .collect()
}

fn missing_values(catalogue: &Catalogue, form: &CompiledForm, content: &Content) -> Vec<Finding> {
    let required = form.definition.fields.iter().filter(|field| field.required);
    required
        .filter_map(|field| {
            let indicator = catalogue.indicator(&field.indicator)?;
            let reported = content.reported(&field.indicator).count();
            (reported < indicator.cells()).then(|| Finding {
                kind: Kind::MissingValue,
                about: field.indicator.clone(),
                message: missing_message(indicator, reported),
            })
        })
        .collect()
}

fn missing_message(indicator: &CompiledIndicator, reported: usize) -> Message {
    let name = &indicator.definition.name;
    let (zh, en) = (&name.zh, name.en.as_ref().unwrap_or(&name.zh));
    match indicator.cells() {
        1 => say!("“{zh}”必填", "“{en}” is required"),
        cells => say!(
            "“{zh}”必填：{cells} 个单元格中只填了 {reported} 个",
            "“{en}” is required: {reported} of {cells} cells have a value"
        ),
    }
}

fn broken(form: &CompiledForm, content: &Content, previous: Option<&Content>) -> Vec<Finding> {
    let facts = Periods { current: content, previous };
    let finding = |BrokenRule { rule, message }: BrokenRule<'_>| {
        let kind = match rule.severity {
            Severity::Error => Kind::BrokenRule,
            Severity::Warning if content.explanation(&rule.code).is_some() => Kind::ExplainedWarning,
            Severity::Warning => Kind::UnexplainedWarning,
        };
        Finding { kind, about: rule.code.clone(), message }
    };
    broken_rules(&form.rules, &facts).into_iter().map(finding).collect()
}

/// The cells of an indicator that have no value.
pub(super) fn missing_cells(catalogue: &Catalogue, content: &Content, indicator: &str) -> Vec<(String, Dimensions)> {
    let combinations = catalogue.indicator(indicator).map(CompiledIndicator::combinations).unwrap_or_default();
    let missing = combinations
        .into_iter()
        .filter(|dimensions| !content.reported(indicator).any(|(reported, _)| reported == dimensions));
    missing.map(|dimensions| (indicator.to_owned(), dimensions)).collect()
}

/// The cells of this period at which a rule looks, in the order of the content.
pub(super) fn cells_of(
    form: &CompiledForm,
    rule: &str,
    content: &Content,
    previous: Option<&Content>,
) -> Vec<(String, Dimensions)> {
    let Some(rule) = form.rules.iter().find(|each| each.definition.code == rule) else { return Vec::new() };
    let seen = RefCell::default();
    let facts = Watched { facts: Periods { current: content, previous }, seen: &seen };
    // Only what it looks at matters here.
    let _ = rule.expression.evaluate(&facts);
    let seen = seen.borrow();
    let looked_at = |indicator: &str, dimensions: &Dimensions| {
        seen.iter().any(|reference| reference.code() == indicator && is_chosen(dimensions, reference))
    };
    let cells = content.values.iter().filter(|cell| looked_at(&cell.indicator, &cell.dimensions));
    cells.map(|cell| (cell.indicator.clone(), cell.dimensions.clone())).collect()
}

/// Facts, and what of the current period was asked of them.
struct Watched<'c> {
    facts: Periods<'c>,
    seen: &'c RefCell<Vec<Reference>>,
}

impl Facts for Watched<'_> {
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>> {
        if reference.when() == When::Current {
            self.seen.borrow_mut().push(reference.clone());
        }
        self.facts.cells(reference)
    }
}

/// The two periods that a rule may look at.
struct Periods<'c> {
    current: &'c Content,
    previous: Option<&'c Content>,
}

impl Facts for Periods<'_> {
    fn cells<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = Value<'a>> {
        let content = match reference.when() {
            When::Current => Some(self.current),
            When::Previous => self.previous,
        };
        content
            .into_iter()
            .flat_map(|content| content.reported(reference.code()))
            .filter(|(dimensions, _)| is_chosen(dimensions, reference))
            .map(|(_, value)| value.as_fact())
    }
}

fn is_chosen(dimensions: &Dimensions, reference: &Reference) -> bool {
    reference.choices().all(|(dimension, option)| dimensions.get(dimension).is_some_and(|own| own == option))
}
