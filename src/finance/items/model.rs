//! What a budget item is. Pure.

use rust_decimal::Decimal;

/// A budget item: what classifies it for ever, and how much of it there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::finance) struct Item {
    pub code: String,
    pub year: i32,
    /// The lump out of which it was detailed.
    pub parent: Option<String>,
    pub is_lump: bool,
    pub organisation: String,
    /// The organisation, where it is a school.
    pub school: Option<String>,
    pub project: Option<String>,
    pub name: String,
    pub codes: Codes,
    pub totals: Totals,
}

/// How an item is classified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::finance) struct Codes {
    /// 区划.
    pub division: Option<String>,
    /// 单位.
    pub agency: Option<String>,
    /// 功能科目.
    pub function: Option<String>,
    /// 部门预算支出经济分类.
    pub economic: Option<String>,
    /// 政府预算支出经济分类.
    pub government_economic: Option<String>,
    /// 资金性质.
    pub fund: Option<String>,
    /// 指标来源.
    pub source: Option<String>,
    /// 政府采购.
    pub is_procurement: bool,
}

/// The running totals of an item.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::finance) struct Totals {
    pub original: Decimal,
    pub adjusted: Decimal,
    pub received: Decimal,
    pub detailed: Decimal,
    pub paid: Decimal,
}

impl Totals {
    /// What may be spent in the year.
    pub(in crate::finance) fn budget(&self) -> Decimal {
        self.original + self.adjusted + self.received - self.detailed
    }

    /// What is left of it.
    pub(in crate::finance) fn available(&self) -> Decimal {
        self.budget() - self.paid
    }
}

impl Item {
    /// In which fields it differs from another of the same code, amounts that changed since apart.
    pub(super) fn differs_from(&self, other: &Self) -> Vec<&'static str> {
        let differences = [
            ("/year", self.year != other.year),
            ("/is_lump", self.is_lump != other.is_lump),
            ("/organisation", self.organisation != other.organisation),
            ("/project", self.project != other.project),
            ("/name", self.name != other.name),
            ("/division_code", self.codes.division != other.codes.division),
            ("/agency_code", self.codes.agency != other.codes.agency),
            ("/function", self.codes.function != other.codes.function),
            ("/economic", self.codes.economic != other.codes.economic),
            ("/government_economic", self.codes.government_economic != other.codes.government_economic),
            ("/fund", self.codes.fund != other.codes.fund),
            ("/source", self.codes.source != other.codes.source),
            ("/is_procurement", self.codes.is_procurement != other.codes.is_procurement),
            ("/original", self.totals.original != other.totals.original),
        ];
        differences.into_iter().filter(|(_, differs)| *differs).map(|(pointer, _)| pointer).collect()
    }
}

/// What was executed as a share of what was budgeted, rounded half up to 4 decimals; none where nothing was budgeted.
pub(in crate::finance) fn rate(executed: Decimal, budget: Decimal) -> Option<Decimal> {
    const DECIMALS: u32 = 4;
    if budget <= Decimal::ZERO {
        return None;
    }
    executed.checked_div(budget).map(|rate| crate::platform::decimal::round(rate, DECIMALS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_rounded_half_up_and_none_without_a_budget() {
        let rate = |executed: i64, budget: i64| rate(Decimal::from(executed), Decimal::from(budget));
        assert_eq!(rate(73, 87), Some(Decimal::new(8391, 4)));
        assert_eq!(rate(1, 20_000), Some(Decimal::new(1, 4)));
        assert_eq!(rate(0, 20_000), Some(Decimal::ZERO));
        assert_eq!(rate(100, 0), None);
    }

    #[test]
    fn what_is_available_is_the_budget_less_what_was_paid() {
        let [original, adjusted, received, detailed, paid] = [100, -10, 5, 20, 30].map(Decimal::from);
        let totals = Totals { original, adjusted, received, detailed, paid };
        assert_eq!((totals.budget(), totals.available()), (Decimal::from(75), Decimal::from(45)));
    }
}
