//! A catalogue that was checked, as the other features ask it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use regex::Regex;

use super::document::{
    Aggregation, CatalogueDocument, Choice, Dimension, Form, Indicator, Policy, Register, RegisterField,
    ReportTemplate, Rule, Stage, ValueType,
};
use super::window::WindowRule;
use crate::rules::Expression;

/// One version of a bureau's catalogue, checked and ready to use. Made by [`super::compile`].
#[derive(Debug)]
pub struct Catalogue {
    pub(super) version: i32,
    pub(super) document: CatalogueDocument,
    pub(super) indicators: HashMap<String, CompiledIndicator>,
    pub(super) forms: HashMap<String, CompiledForm>,
    pub(super) registers: HashMap<String, CompiledRegister>,
}

/// An indicator with what its codes refer to.
#[derive(Debug)]
pub struct CompiledIndicator {
    /// As it is written.
    pub definition: Indicator,
    /// Its dimensions, in the order of the definition.
    pub dimensions: Vec<Arc<Dimension>>,
    /// Its formula, where it is computed.
    pub formula: Option<Expression>,
    /// Codes of the forms that collect it.
    pub forms: Vec<String>,
}

impl CompiledIndicator {
    /// Whether its values are numbers, and can be added.
    #[must_use]
    pub fn is_numeric(&self) -> bool {
        is_numeric(self.definition.value_type)
    }

    /// Decimals to which divided figures are rounded.
    #[must_use]
    pub fn decimals(&self) -> u32 {
        const DEFAULT: u32 = 4;
        self.definition.decimals.unwrap_or(DEFAULT)
    }

    /// Whether it has a dimension.
    #[must_use]
    pub fn has_dimension(&self, code: &str) -> bool {
        self.dimensions.iter().any(|dimension| dimension.code == code)
    }

    /// How many cells a report of it has: the product of the numbers of options.
    #[must_use]
    pub fn cells(&self) -> usize {
        self.dimensions.iter().map(|dimension| dimension.options.len()).product()
    }

    /// The dimensions of each of its cells: one option of each, in the order of the options.
    #[must_use]
    pub fn combinations(&self) -> Vec<BTreeMap<String, String>> {
        self.dimensions.iter().fold(vec![BTreeMap::new()], |combinations, dimension| {
            let with = |combination: &BTreeMap<String, String>, option: &Choice| {
                let mut combination = combination.clone();
                combination.insert(dimension.code.clone(), option.code.clone());
                combination
            };
            combinations
                .iter()
                .flat_map(|combination| dimension.options.iter().map(move |option| with(combination, option)))
                .collect()
        })
    }
}

/// A form with what its codes refer to.
#[derive(Debug)]
pub struct CompiledForm {
    /// As it is written.
    pub definition: Form,
    /// The number of the published version.
    pub version: i32,
    /// When it may be filled in.
    pub window: WindowRule,
    /// Its rules, parsed.
    pub rules: Vec<CompiledRule>,
}

impl CompiledForm {
    /// Whether a school fills in the form, by its code or its stage.
    #[must_use]
    pub fn is_for(&self, school: &str, stage: Option<Stage>) -> bool {
        let Form { schools, stages, .. } = &self.definition;
        schools.iter().any(|each| each == school) || stage.is_some_and(|stage| stages.contains(&stage))
    }

    /// Whether the form asks for an indicator.
    #[must_use]
    pub fn asks_for(&self, indicator: &str) -> bool {
        self.definition.fields.iter().any(|field| field.indicator == indicator)
    }

    /// Whether any rule looks at the previous period.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        use crate::rules::When;
        self.rules.iter().any(|rule| rule.expression.names().any(|(_, when)| when == When::Previous))
    }
}

/// A register with what its codes refer to.
#[derive(Debug)]
pub struct CompiledRegister {
    /// As it is written.
    pub definition: Register,
    /// The number of the version.
    pub version: i32,
    /// Its rules, parsed.
    pub rules: Vec<CompiledRule>,
    pub(super) patterns: HashMap<String, Regex>,
    pub(super) choices: HashMap<String, Vec<Choice>>,
}

impl CompiledRegister {
    /// A field by code.
    #[must_use]
    pub fn field(&self, code: &str) -> Option<&RegisterField> {
        self.definition.fields.iter().find(|field| field.code == code)
    }

    /// The choice whose options are those of a dimension.
    #[must_use]
    pub fn field_of_dimension(&self, dimension: &str) -> Option<&RegisterField> {
        self.definition.fields.iter().find(|field| field.dimension.as_deref() == Some(dimension))
    }

    /// What a text must match, where the field says so.
    #[must_use]
    pub fn pattern(&self, field: &str) -> Option<&Regex> {
        self.patterns.get(field)
    }

    /// The options of a choice, its own or those of its dimension; none of what is no choice.
    #[must_use]
    pub fn options(&self, field: &str) -> &[Choice] {
        self.choices.get(field).map_or(&[], Vec::as_slice)
    }

    /// Whether a choice has an option.
    #[must_use]
    pub fn has_option(&self, field: &str, option: &str) -> bool {
        self.options(field).iter().any(|each| each.code == option)
    }
}

/// A rule with its expression.
#[derive(Debug)]
pub struct CompiledRule {
    /// As it is written.
    pub definition: Rule,
    /// Its expression, parsed and checked.
    pub expression: Expression,
}

impl Catalogue {
    /// The number of this version; 0 where the bureau has no catalogue yet.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.version
    }

    /// The document.
    #[must_use]
    pub fn document(&self) -> &CatalogueDocument {
        &self.document
    }

    /// An indicator by code.
    #[must_use]
    pub fn indicator(&self, code: &str) -> Option<&CompiledIndicator> {
        self.indicators.get(code)
    }

    /// A register by code.
    #[must_use]
    pub fn register(&self, code: &str) -> Option<&CompiledRegister> {
        self.registers.get(code)
    }

    /// The policy that is in force on a day.
    #[must_use]
    pub fn policy(&self, on: NaiveDate) -> Option<&Policy> {
        self.document
            .policies
            .iter()
            .filter(|policy| policy.effective_from <= on)
            .max_by_key(|policy| policy.effective_from)
    }

    /// A report template by code.
    #[must_use]
    pub fn report_template(&self, code: &str) -> Option<&ReportTemplate> {
        self.document.report_templates.iter().find(|template| template.code == code)
    }

    /// A dimension by code.
    #[must_use]
    pub fn dimension(&self, code: &str) -> Option<&Dimension> {
        self.document.dimensions.iter().find(|dimension| dimension.code == code)
    }

    /// A published form by code.
    #[must_use]
    pub fn form(&self, code: &str) -> Option<&CompiledForm> {
        self.forms.get(code)
    }
}

/// Whether values of a type are numbers.
pub(super) fn is_numeric(value_type: ValueType) -> bool {
    matches!(value_type, ValueType::Count | ValueType::Quantity | ValueType::Amount | ValueType::Ratio)
}

/// Whether values of a type can be aggregated so.
pub(super) fn fits(value_type: ValueType, aggregation: Aggregation) -> bool {
    match aggregation {
        Aggregation::None => true,
        Aggregation::Last => is_numeric(value_type),
        Aggregation::CountTrue => value_type == ValueType::Boolean,
        // The sum of ratios means nothing.
        Aggregation::Sum => is_numeric(value_type) && value_type != ValueType::Ratio,
        Aggregation::Average | Aggregation::WeightedAverage | Aggregation::Min | Aggregation::Max => {
            is_numeric(value_type)
        }
    }
}
