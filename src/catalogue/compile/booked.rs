//! Indicators that are read from books.

use super::{Compiler, Dimensions};
use crate::catalogue::document::{
    Aggregation, Booked, CatalogueDocument, Indicator, LabelValues, Policy, Scalar, Table,
};
use crate::platform::error::ViolationCode;
use crate::say;

impl Compiler {
    pub(super) fn booked(&mut self, document: &CatalogueDocument, dimensions: &Dimensions) {
        for (i, indicator) in document.indicators.iter().enumerate() {
            let Some(booked) = &indicator.booked else { continue };
            let place = format!("/indicators/{i}");
            if indicator.formula.is_some() || indicator.counted.is_some() {
                self.report(
                    format!("{place}/booked"),
                    ViolationCode::Inconsistent,
                    say!(
                        "formula、counted、booked 只能有一个",
                        "It has a formula, is counted, or is booked: one of them"
                    ),
                );
            }
            if indicator.aggregation != Aggregation::Sum {
                self.report(
                    format!("{place}/aggregation"),
                    ViolationCode::Inconsistent,
                    say!("取自账簿的指标汇总方式为 sum", "What is read from a book is a sum"),
                );
            }
            self.book_measure(&format!("{place}/booked"), indicator, booked);
            for (label, values) in &booked.conditions {
                let place = format!("{place}/booked/where/{label}");
                self.labelled(&place, (label, values), booked, &document.policies, dimensions);
            }
            for (j, dimension) in indicator.dimensions.iter().enumerate() {
                let label = booked.book.label_of_dimension(dimension, &document.policies);
                if label.is_none_or(|label| !booked.measure.has_label(label)) {
                    self.report(
                        format!("{place}/dimensions/{j}"),
                        ViolationCode::WrongDimension,
                        say!(
                            "政策没有把维度“{dimension}”定为此账簿的代码表",
                            "No policy makes the dimension “{dimension}” a code table of this book"
                        ),
                    );
                }
            }
        }
    }

    fn book_measure(&mut self, place: &str, indicator: &Indicator, booked: &Booked) {
        let Booked { book, measure, when, .. } = booked;
        if !measure.is_of(*book, *when) {
            self.report(
                format!("{place}/measure"),
                ViolationCode::Inconsistent,
                say!(
                    "此账簿没有这一数值，或不能这样按期间取数",
                    "The book has no such measure, or not of that moment of a period"
                ),
            );
        } else if measure.value_type() != indicator.value_type {
            self.report(
                format!("{place}/measure"),
                ViolationCode::Inconsistent,
                say!("账簿的数值与指标的值类型不符", "What is read does not fit the indicator's type of value"),
            );
        }
    }

    fn labelled(
        &mut self,
        place: &str,
        (label, values): (&str, &[Scalar]),
        booked: &Booked,
        policies: &[Policy],
        dimensions: &Dimensions,
    ) {
        if values.is_empty() {
            self.report(place, ViolationCode::WrongLength, say!("至少要有一个值", "There must be at least one value"));
        }
        let Some(allowed) = booked.book.label(label).filter(|_| booked.measure.has_label(label)) else {
            self.refer(place, label);
            return;
        };
        let table = match allowed {
            LabelValues::Table(table) => options(table, policies, dimensions),
            LabelValues::Codes(codes) => Some(codes.to_vec()),
            LabelValues::Flag | LabelValues::Any => None,
        };
        for (i, value) in values.iter().enumerate() {
            let can_be = match (allowed, value) {
                (LabelValues::Flag, value) => matches!(value, Scalar::Boolean(_)),
                (_, Scalar::Boolean(_)) => false,
                (_, Scalar::Text(text)) => {
                    !text.is_empty() && table.as_ref().is_none_or(|codes| codes.iter().any(|code| is_like(code, text)))
                }
            };
            if !can_be {
                self.report(
                    format!("{place}/{i}"),
                    ViolationCode::NotAllowed,
                    say!("标签“{label}”不会有这个值", "The label “{label}” never has this value"),
                );
            }
        }
    }
}

/// The codes of the tables that policies name; none where none names one.
fn options<'d>(table: Table, policies: &[Policy], dimensions: &'d Dimensions) -> Option<Vec<&'d str>> {
    let tables: Vec<_> = policies.iter().filter_map(|policy| dimensions.get(table(policy)?)).collect();
    let codes = || tables.iter().flat_map(|table| &table.options).map(|option| option.code.as_str());
    (!tables.is_empty()).then(|| codes().collect())
}

fn is_like(code: &str, text: &str) -> bool {
    match text.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => code == text,
    }
}
