//! Forms, and what they ask for.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Compiler, Indicators, PartVersions, is_simple_code};
use crate::catalogue::compiled::{CompiledForm, CompiledIndicator};
use crate::catalogue::document::{Dimension, Form, ValueType};
use crate::catalogue::period::Period;
use crate::catalogue::window::{WindowDates, WindowRule};
use crate::platform::error::ViolationCode;
use crate::rules::{FieldType, Type};
use crate::say;

impl Compiler {
    pub(super) fn forms(
        &mut self,
        place: &str,
        forms: &[Form],
        indicators: &Indicators,
        versions: &PartVersions,
    ) -> HashMap<String, CompiledForm> {
        self.unique(place, "/code", forms.iter().map(|form| form.code.as_str()));
        let mut compiled = HashMap::new();
        for (i, form) in forms.iter().enumerate() {
            let place = format!("{place}/{i}");
            self.code(&place, &form.code, is_simple_code);
            self.addressees(&place, form);
            let fields = self.fields(&place, form, indicators);
            let rules = self.rules_over(&place, &form.rules, &fields);
            if let Some(window) = self.window(&place, form) {
                let version = versions.get(&form.code).copied().unwrap_or(1);
                compiled.insert(form.code.clone(), CompiledForm { definition: form.clone(), version, window, rules });
            }
        }
        compiled
    }

    fn window(&mut self, place: &str, form: &Form) -> Option<WindowRule> {
        let place = format!("{place}/window");
        let window =
            WindowRule::of(&form.window, &place).map_err(|violations| self.violations.extend(violations)).ok()?;
        let WindowDates { opens_on, due_on, closes_on } = window.dates(Period::shortest(form.period_type));
        for (name, in_order) in [("due_on", opens_on <= due_on), ("closes_on", due_on <= closes_on)] {
            if !in_order {
                self.report(
                    format!("{place}/{name}"),
                    ViolationCode::Inconsistent,
                    say!("开始、截止、关闭应依次不早于前者", "It opens, is due and closes in this order"),
                );
            }
        }
        Some(window)
    }

    fn addressees(&mut self, place: &str, form: &Form) {
        if form.stages.is_empty() == form.schools.is_empty() {
            self.report(
                format!("{place}/stages"),
                ViolationCode::Inconsistent,
                say!("用 stages 或 schools 之一指明填报学校", "Name the schools by either stages or schools"),
            );
        }
        self.unique(&format!("{place}/schools"), "", form.schools.iter().map(String::as_str));
    }

    fn fields(&mut self, place: &str, form: &Form, indicators: &Indicators) -> BTreeMap<String, FieldType> {
        let place = format!("{place}/fields");
        if form.fields.is_empty() {
            self.report(
                &place,
                ViolationCode::WrongLength,
                say!("表单至少要有一个指标", "A form asks for at least one indicator"),
            );
        }
        self.unique(&place, "/indicator", form.fields.iter().map(|field| field.indicator.as_str()));
        let mut types = BTreeMap::new();
        for (i, field) in form.fields.iter().enumerate() {
            let place = format!("{place}/{i}/indicator");
            match indicators.get(&field.indicator) {
                None => self.report(place, ViolationCode::UnknownIndicator, {
                    let code = &field.indicator;
                    say!("没有指标“{code}”", "There is no indicator “{code}”")
                }),
                Some(CompiledIndicator { definition, .. }) if !definition.is_collected() => {
                    self.report(
                        place,
                        ViolationCode::Inconsistent,
                        say!(
                            "由公式、登记簿或账簿得出的指标不能填报",
                            "An indicator with a formula, or that is counted or booked, is not collected"
                        ),
                    );
                }
                Some(indicator) => {
                    types.insert(field.indicator.clone(), field_type(indicator));
                }
            }
        }
        types
    }

    /// An indicator may stand on several forms only where no school fills in two of them: or its
    /// figure would count that school twice.
    pub(super) fn one_source_each(&mut self, forms: &[Form], indicators: &mut Indicators) {
        for (i, form) in forms.iter().enumerate() {
            for (j, field) in form.fields.iter().enumerate() {
                let Some(indicator) = indicators.get_mut(&field.indicator) else { continue };
                let rival = forms.iter().take(i).find(|other| {
                    indicator.forms.contains(&other.code)
                        && (other.period_type != form.period_type || may_share_a_school(other, form))
                });
                if let Some(Form { code, .. }) = rival {
                    self.report(format!("/forms/{i}/fields/{j}/indicator"), ViolationCode::Inconsistent, say!(
                        "该指标已由表单“{code}”收集，且两表的学校可能重叠或期间类型不同",
                        "The form “{code}” collects this indicator, from schools that may be the same or for another kind of period"
                    ));
                }
                if !indicator.forms.contains(&form.code) {
                    indicator.forms.push(form.code.clone());
                }
            }
        }
    }
}

fn may_share_a_school(one: &Form, other: &Form) -> bool {
    match (one.schools.is_empty(), other.schools.is_empty()) {
        (true, true) => one.stages.iter().any(|stage| other.stages.contains(stage)),
        (false, false) => one.schools.iter().any(|school| other.schools.contains(school)),
        _ => true,
    }
}

fn field_type(indicator: &CompiledIndicator) -> FieldType {
    let value = match indicator.definition.value_type {
        ValueType::Count | ValueType::Quantity | ValueType::Amount | ValueType::Ratio => Type::Number,
        ValueType::Boolean => Type::Boolean,
        ValueType::Choice | ValueType::Text => Type::Text,
        ValueType::Date => Type::Date,
    };
    let options = |dimension: &Arc<Dimension>| dimension.options.iter().map(|option| option.code.clone()).collect();
    let dimensions =
        indicator.dimensions.iter().map(|dimension| (dimension.code.clone(), options(dimension))).collect();
    FieldType { value, dimensions }
}
