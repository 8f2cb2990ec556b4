//! Indicators that are counted from registers.

use std::collections::HashMap;

use super::Compiler;
use crate::catalogue::compiled::CompiledRegister;
use crate::catalogue::document::{
    Aggregation, Concerns, Counted, FieldKind, Indicator, Measure, Moment, RegisterField, Scalar, ValueType,
};
use crate::platform::error::ViolationCode;
use crate::say;

type Registers = HashMap<String, CompiledRegister>;

impl Compiler {
    pub(super) fn counted(&mut self, indicators: &[Indicator], registers: &Registers) {
        for (i, indicator) in indicators.iter().enumerate() {
            let Some(counted) = &indicator.counted else { continue };
            let place = format!("/indicators/{i}");
            if indicator.formula.is_some() {
                self.report(
                    format!("{place}/counted"),
                    ViolationCode::Inconsistent,
                    say!("formula 与 counted 只能有一个", "It has either a formula or is counted"),
                );
            }
            if indicator.aggregation != Aggregation::Sum {
                self.report(
                    format!("{place}/aggregation"),
                    ViolationCode::Inconsistent,
                    say!("由登记簿统计的指标汇总方式为 sum", "What is counted from a register is a sum"),
                );
            }
            let place = format!("{place}/counted");
            match registers.get(&counted.register) {
                Some(register) => self.counted_in(&place, indicator, counted, register),
                None => self.refer(format!("{place}/register"), &counted.register),
            }
        }
    }

    fn counted_in(&mut self, place: &str, indicator: &Indicator, counted: &Counted, register: &CompiledRegister) {
        self.measured(place, indicator, counted, register);
        for (i, state) in counted.states.iter().enumerate() {
            if !register.definition.states.iter().any(|each| each.code == *state) {
                self.refer(format!("{place}/states/{i}"), state);
            }
        }
        for (code, values) in &counted.conditions {
            self.condition(&format!("{place}/where/{code}"), code, values, register);
        }
        match &counted.date {
            Some(code) if register.field(code).is_none_or(|field| field.kind != FieldKind::Date) => {
                self.refer(format!("{place}/date"), code);
            }
            None if counted.when == Moment::InPeriod && counted.states.is_empty() => self.report(
                format!("{place}/date"),
                ViolationCode::Missing,
                say!(
                    "按期间统计要指明日期字段，或所进入的状态",
                    "To count what happened in a period, name a date, or the states that were entered"
                ),
            ),
            _ => {}
        }
        for (i, dimension) in indicator.dimensions.iter().enumerate() {
            if register.field_of_dimension(dimension).is_none() {
                self.report(
                    format!("{place}/register"),
                    ViolationCode::WrongDimension,
                    say!(
                        "登记簿没有取自维度“{dimension}”的选择字段（第 {i} 个维度）",
                        "The register has no choice whose options are those of the dimension “{dimension}”"
                    ),
                );
            }
        }
    }

    fn measured(&mut self, place: &str, indicator: &Indicator, counted: &Counted, register: &CompiledRegister) {
        let is_count = indicator.value_type == ValueType::Count;
        let of_school = register.definition.concerns != Concerns::Bureau;
        let field = counted.field.as_deref();
        let (fits_field, fits_type) = match counted.measure {
            Measure::Records => (field.is_none(), is_count),
            Measure::Distinct => {
                (field.is_some_and(|code| code == "school" && of_school || register.field(code).is_some()), is_count)
            }
            Measure::Sum => {
                let kind = field.and_then(|code| register.field(code)).map(|field| field.kind);
                let fits_type = match kind {
                    Some(FieldKind::Whole) => matches!(indicator.value_type, ValueType::Count | ValueType::Quantity),
                    Some(FieldKind::Amount) => indicator.value_type == ValueType::Amount,
                    _ => indicator.value_type == ValueType::Quantity,
                };
                (kind.is_some_and(FieldKind::is_numeric), fits_type)
            }
        };
        if !fits_field {
            self.report(
                format!("{place}/field"),
                ViolationCode::Inconsistent,
                say!(
                    "records 不指明字段，distinct 指明字段或 school，sum 指明数值字段",
                    "records has no field; distinct has one, or school; sum has one that is a number"
                ),
            );
        }
        if !fits_type {
            self.report(
                format!("{place}/measure"),
                ViolationCode::Inconsistent,
                say!("统计结果与指标的值类型不符", "What is counted does not fit the indicator's type of value"),
            );
        }
    }

    fn condition(&mut self, place: &str, code: &str, values: &[Scalar], register: &CompiledRegister) {
        if values.is_empty() {
            self.report(place, ViolationCode::WrongLength, say!("至少要有一个值", "There must be at least one value"));
        }
        let Some(field) = register.field(code) else {
            self.refer(place, code);
            return;
        };
        for (i, value) in values.iter().enumerate() {
            if !can_be(field, value, register) {
                self.report(
                    format!("{place}/{i}"),
                    ViolationCode::NotAllowed,
                    say!("字段“{code}”不会有这个值", "The field “{code}” never has this value"),
                );
            }
        }
    }
}

/// Whether a field can have a value by which records are chosen.
fn can_be(field: &RegisterField, value: &Scalar, register: &CompiledRegister) -> bool {
    match (field.kind, value) {
        (FieldKind::Choice, Scalar::Text(option)) => register.has_option(&field.code, option),
        (FieldKind::Boolean, Scalar::Boolean(_))
        | (FieldKind::Text | FieldKind::School | FieldKind::Record, Scalar::Text(_)) => true,
        _ => false,
    }
}
