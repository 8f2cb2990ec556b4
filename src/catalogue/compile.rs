//! Checks a catalogue as a whole, naming everything that is wrong with it.

mod booked;
mod counted;
mod forms;
mod policy;
mod registers;
mod reports;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use super::compiled::{Catalogue, CompiledIndicator, CompiledRule, fits, is_numeric};
use super::document::{Aggregation, CatalogueDocument, Choice, Dimension, Indicator, Rule, ValueType};
use crate::platform::error::{Violation, ViolationCode};
use crate::platform::message::Message;
use crate::rules::{Expression, FieldType, Problem, Type};
use crate::say;

/// Versions of forms, or of registers, by code.
pub type PartVersions = HashMap<String, i32>;

/// The versions of what has versions of its own.
#[derive(Debug, Clone, Default)]
pub struct Versions {
    /// Of the published forms.
    pub forms: PartVersions,
    /// Of the registers.
    pub registers: PartVersions,
}

/// The most cells that one indicator may have.
const MAX_CELLS: usize = 1_000;

/// Checks a document and makes it ready to use.
///
/// # Errors
/// Everything that is wrong with it, with pointers into the document.
pub fn compile(document: CatalogueDocument, version: i32, versions: &Versions) -> Result<Catalogue, Vec<Violation>> {
    let mut compiler = Compiler::default();
    let dimensions = compiler.dimensions(&document.dimensions);
    let mut indicators = compiler.indicators(&document.indicators, &dimensions);
    let forms = compiler.forms("/forms", &document.forms, &indicators, &versions.forms);
    // Drafts may be unfinished in what they say, not in how they are written.
    compiler.forms("/drafts", &document.drafts, &indicators, &versions.forms);
    compiler.one_source_each(&document.forms, &mut indicators);
    let registers = compiler.registers(&document.registers, &dimensions, &versions.registers);
    compiler.counted(&document.indicators, &registers);
    compiler.booked(&document, &dimensions);
    compiler.policies(&document.policies, &dimensions);
    compiler.report_templates(&document.report_templates, &indicators, &registers);
    if compiler.violations.is_empty() {
        Ok(Catalogue { version, document, indicators, forms, registers })
    } else {
        Err(compiler.violations)
    }
}

type Dimensions = HashMap<String, Arc<Dimension>>;
type Indicators = HashMap<String, CompiledIndicator>;

#[derive(Default)]
struct Compiler {
    violations: Vec<Violation>,
}

impl Compiler {
    fn report(&mut self, place: impl Into<String>, code: ViolationCode, message: Message) {
        self.violations.push(Violation::new(place, code, message));
    }

    fn refer(&mut self, place: impl Into<String>, code: &str) {
        self.report(place, ViolationCode::UnknownReference, say!("“{code}”不存在", "There is no “{code}”"));
    }

    fn code(&mut self, place: &str, code: &str, well_formed: fn(&str) -> bool) {
        if !well_formed(code) || code.len() > 100 {
            self.report(
                format!("{place}/code"),
                ViolationCode::WrongFormat,
                say!(
                    "编码“{code}”应由小写字母、数字和下划线组成",
                    "The code “{code}” must be of lower-case letters, digits and underscores"
                ),
            );
        }
    }

    /// Reports each code that stands in the list before.
    fn unique<'a>(&mut self, place: &str, key: &str, codes: impl Iterator<Item = &'a str>) {
        let mut seen = HashSet::new();
        for (i, code) in codes.enumerate() {
            if !seen.insert(code) {
                self.report(
                    format!("{place}/{i}{key}"),
                    ViolationCode::Duplicate,
                    say!("“{code}”重复", "“{code}” stands twice"),
                );
            }
        }
    }

    fn options(&mut self, place: &str, options: &[Choice]) {
        if options.is_empty() {
            self.report(
                place,
                ViolationCode::WrongLength,
                say!("至少要有一个选项", "There must be at least one option"),
            );
        }
        for (i, option) in options.iter().enumerate() {
            self.code(&format!("{place}/{i}"), &option.code, is_option_code);
        }
        self.unique(place, "/code", options.iter().map(|option| option.code.as_str()));
    }

    fn dimensions(&mut self, dimensions: &[Dimension]) -> Dimensions {
        self.unique("/dimensions", "/code", dimensions.iter().map(|dimension| dimension.code.as_str()));
        for (i, dimension) in dimensions.iter().enumerate() {
            let place = format!("/dimensions/{i}");
            self.code(&place, &dimension.code, is_simple_code);
            self.options(&format!("{place}/options"), &dimension.options);
        }
        dimensions.iter().map(|dimension| (dimension.code.clone(), Arc::new(dimension.clone()))).collect()
    }

    fn indicators(&mut self, indicators: &[Indicator], dimensions: &Dimensions) -> Indicators {
        self.unique("/indicators", "/code", indicators.iter().map(|indicator| indicator.code.as_str()));
        let by_code: HashMap<&str, &Indicator> = indicators.iter().map(|each| (each.code.as_str(), each)).collect();
        // A formula sees figures: each a single number, whatever dimensions it was collected by.
        let figures: BTreeMap<String, FieldType> = indicators
            .iter()
            .filter(|indicator| indicator.formula.is_none() && indicator.aggregation != Aggregation::None)
            .map(|indicator| (indicator.code.clone(), FieldType::scalar(Type::Number)))
            .collect();
        indicators
            .iter()
            .enumerate()
            .map(|(i, indicator)| {
                let place = format!("/indicators/{i}");
                self.code(&place, &indicator.code, is_dotted_code);
                self.value(&place, indicator);
                self.weight(&place, indicator, &by_code);
                let formula = self.formula(&place, indicator, &figures);
                let dimensions = self.dimensions_of(&place, indicator, dimensions);
                let compiled =
                    CompiledIndicator { definition: indicator.clone(), dimensions, formula, forms: Vec::new() };
                (indicator.code.clone(), compiled)
            })
            .collect()
    }

    fn value(&mut self, place: &str, indicator: &Indicator) {
        let Indicator { value_type, aggregation, formula, .. } = indicator;
        if formula.is_some() && (*aggregation != Aggregation::None || !is_numeric(*value_type)) {
            self.report(
                format!("{place}/aggregation"),
                ViolationCode::Inconsistent,
                say!(
                    "公式指标是数值型，且不另行汇总（none）",
                    "An indicator with a formula is numeric and has the aggregation none"
                ),
            );
        }
        if !fits(*value_type, *aggregation) {
            self.report(
                format!("{place}/aggregation"),
                ViolationCode::Inconsistent,
                say!("此类值不能这样汇总", "Values of this type cannot be aggregated so"),
            );
        }
        if *value_type == ValueType::Choice {
            self.options(&format!("{place}/options"), &indicator.options);
        } else if !indicator.options.is_empty() {
            self.report(
                format!("{place}/options"),
                ViolationCode::Inconsistent,
                say!("只有选择型指标才有选项", "Only an indicator of type choice has options"),
            );
        }
    }

    fn weight(&mut self, place: &str, indicator: &Indicator, by_code: &HashMap<&str, &Indicator>) {
        let place = format!("{place}/weight");
        match (&indicator.weight, indicator.aggregation == Aggregation::WeightedAverage) {
            (None, true) => self.report(
                place,
                ViolationCode::Missing,
                say!("加权平均需要指明权重指标", "A weighted average needs the indicator that weighs it"),
            ),
            (Some(_), false) => self.report(
                place,
                ViolationCode::Inconsistent,
                say!("只有加权平均才有权重指标", "Only a weighted average has a weight"),
            ),
            (Some(weight), true) => match by_code.get(weight.as_str()) {
                None => self.refer(place, weight),
                Some(weight) => {
                    let same_dimensions = weight.dimensions.is_empty() || weight.dimensions == indicator.dimensions;
                    let is_collected = weight.is_collected();
                    if !is_numeric(weight.value_type) || !is_collected || !same_dimensions {
                        self.report(
                            place,
                            ViolationCode::Inconsistent,
                            say!(
                                "权重应为填报的数值指标，且没有维度或维度与本指标相同",
                                "The weight must be a collected number, without dimensions or with the same ones"
                            ),
                        );
                    }
                }
            },
            (None, false) => {}
        }
    }

    fn formula(
        &mut self,
        place: &str,
        indicator: &Indicator,
        figures: &BTreeMap<String, FieldType>,
    ) -> Option<Expression> {
        let formula =
            self.expression(&format!("{place}/formula"), indicator.formula.as_deref()?, figures, Type::Number)?;
        let looks_back = formula.names().any(|(_, when)| when == crate::rules::When::Previous);
        if looks_back {
            self.report(
                format!("{place}/formula"),
                ViolationCode::Expression,
                say!(
                    "公式不得引用上期；同比由查询时比较得出",
                    "A formula may not look at the previous period; comparing is part of the question"
                ),
            );
        }
        (!looks_back).then_some(formula)
    }

    fn dimensions_of(&mut self, place: &str, indicator: &Indicator, dimensions: &Dimensions) -> Vec<Arc<Dimension>> {
        let place = format!("{place}/dimensions");
        self.unique(&place, "", indicator.dimensions.iter().map(String::as_str));
        if indicator.formula.is_some() && !indicator.dimensions.is_empty() {
            self.report(
                &place,
                ViolationCode::Inconsistent,
                say!("公式指标没有自己的维度", "An indicator with a formula has no dimensions of its own"),
            );
        }
        let mut found = Vec::new();
        for (i, code) in indicator.dimensions.iter().enumerate() {
            match dimensions.get(code) {
                Some(dimension) => found.push(Arc::clone(dimension)),
                None => self.refer(format!("{place}/{i}"), code),
            }
        }
        if found.iter().map(|dimension| dimension.options.len()).product::<usize>() > MAX_CELLS {
            self.report(
                &place,
                ViolationCode::OutOfRange,
                say!("一个指标至多 {MAX_CELLS} 个单元格", "An indicator has at most {MAX_CELLS} cells"),
            );
        }
        found
    }

    /// Checks rules over whatever they may speak of.
    fn rules_over(
        &mut self,
        place: &str,
        rules: &[Rule],
        vocabulary: &BTreeMap<String, FieldType>,
    ) -> Vec<CompiledRule> {
        let place = format!("{place}/rules");
        self.unique(&place, "/code", rules.iter().map(|rule| rule.code.as_str()));
        let mut compiled = Vec::new();
        for (i, rule) in rules.iter().enumerate() {
            let Rule { code, expression, .. } = rule;
            self.code(&format!("{place}/{i}"), code, is_simple_code);
            let expression = self.expression(&format!("{place}/{i}/expression"), expression, vocabulary, Type::Boolean);
            compiled.extend(expression.map(|expression| CompiledRule { definition: rule.clone(), expression }));
        }
        compiled
    }

    fn expression(
        &mut self,
        place: &str,
        source: &str,
        vocabulary: &BTreeMap<String, FieldType>,
        expected: Type,
    ) -> Option<Expression> {
        let checked = Expression::parse(source)
            .map_err(|problem| vec![problem])
            .and_then(|expression| expression.check(vocabulary, expected).map(|()| expression));
        match checked {
            Ok(expression) => Some(expression),
            Err(problems) => {
                self.violations.extend(problems.iter().map(|problem| expression_violation(place, problem)));
                None
            }
        }
    }
}

fn expression_violation(place: &str, problem: &Problem) -> Violation {
    let (line, column) = (problem.place.line, problem.place.column);
    let (zh, en) = (problem.zh(), problem.en());
    Violation::new(
        place,
        ViolationCode::Expression,
        say!("第 {line} 行第 {column} 字：{zh}", "Line {line}, character {column}: {en}"),
    )
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// `[a-z][a-z0-9_]*`
fn is_simple_code(code: &str) -> bool {
    is_word(code) && code.starts_with(|first: char| first.is_ascii_lowercase())
}

/// `[a-z0-9][a-z0-9_]*`
fn is_option_code(code: &str) -> bool {
    is_word(code) && !code.starts_with('_')
}

/// `[a-z][a-z0-9_]*(\.[a-z0-9_]+)*`
fn is_dotted_code(code: &str) -> bool {
    code.split('.').all(is_word) && code.starts_with(|first: char| first.is_ascii_lowercase())
}
