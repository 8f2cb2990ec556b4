//! Where two books differ. Pure.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::finance::money::Yuan;

/// What one of the books says of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Total {
    /// The budget; none where it is not told.
    pub budget: Option<Decimal>,
    /// What was paid, less reversals.
    pub paid: Decimal,
}

/// An amount as it is in both books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ReconciledAmount)]
pub(super) struct Sides {
    /// Yuan by this service.
    #[schema(value_type = f64, example = 35_800.5)]
    here: Yuan,
    /// Yuan by the finance system.
    #[schema(value_type = f64, example = 35_000)]
    there: Yuan,
}

impl Sides {
    fn of(here: Decimal, there: Decimal) -> Option<Self> {
        (here != there).then_some(Self { here: Yuan(here), there: Yuan(there) })
    }
}

/// An item of which the books say different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ReconciliationDifference)]
pub(super) struct Difference {
    /// Code of the item.
    #[schema(example = "2022-3001")]
    item: String,
    /// The budgets, where they differ.
    #[schema(required)]
    budget: Option<Sides>,
    /// What was paid, where it differs.
    #[schema(required)]
    paid: Option<Sides>,
}

/// An item that stands in one of the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ReconciliationStray)]
pub(super) struct Stray {
    /// Code of the item.
    #[schema(example = "2022-3002")]
    item: String,
    /// Its budget there; null where it was not told.
    #[schema(value_type = Option<f64>, required)]
    budget: Option<Yuan>,
    /// What was paid.
    #[schema(value_type = f64, example = 1_200)]
    paid: Yuan,
}

impl Stray {
    fn of((item, total): (&str, &Total)) -> Self {
        Self { item: item.to_owned(), budget: total.budget.map(Yuan), paid: Yuan(total.paid) }
    }
}

/// Where the books differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Differences {
    /// Items of which both say something else.
    pub different: Vec<Difference>,
    /// Items of this service alone.
    pub only_here: Vec<Stray>,
    /// Items of the finance system alone.
    pub only_there: Vec<Stray>,
}

/// Compares the books. Budgets count only where the other side tells them; an item without any money stands in no book.
pub(super) fn compare(here: &BTreeMap<String, Total>, there: &BTreeMap<String, Total>) -> Differences {
    let tells_budgets = there.values().any(|total| total.budget.is_some());
    let difference = |(item, there): (&String, &Total)| {
        let here = here.get(item)?;
        let budget = there.budget.and_then(|budget| Sides::of(here.budget.unwrap_or_default(), budget));
        let paid = Sides::of(here.paid, there.paid);
        (budget.is_some() || paid.is_some()).then(|| Difference { item: item.clone(), budget, paid })
    };
    let has_money = |total: &Total| {
        !total.paid.is_zero() || (tells_budgets && total.budget.is_some_and(|budget| !budget.is_zero()))
    };
    let known: HashMap<&str, &Total> = there.iter().map(|(item, total)| (item.as_str(), total)).collect();
    let strays = here.iter().filter(|(item, total)| !known.contains_key(item.as_str()) && has_money(total));
    Differences {
        different: there.iter().filter_map(difference).collect(),
        only_here: strays.map(|(item, total)| Stray::of((item, total))).collect(),
        only_there: there
            .iter()
            .filter(|(item, _)| !here.contains_key(*item))
            .map(|(item, total)| Stray::of((item, total)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn book(totals: &[(&str, Option<i64>, i64)]) -> BTreeMap<String, Total> {
        let total = |(item, budget, paid): &(&str, Option<i64>, i64)| {
            ((*item).to_owned(), Total { budget: budget.map(Decimal::from), paid: Decimal::from(*paid) })
        };
        totals.iter().map(total).collect()
    }

    #[test]
    fn what_differs_is_told_and_nothing_else() {
        let here = book(&[("a", Some(100), 50), ("b", Some(100), 60), ("c", Some(5), 0), ("d", Some(0), 0)]);
        assert_eq!(compare(&here, &book(&[("a", None, 50), ("b", None, 60)])), Differences::default());
        let found = compare(&here, &book(&[("a", Some(100), 50), ("b", Some(90), 61), ("e", None, 7)]));
        assert_eq!(
            serde_json::to_string(&found).unwrap(),
            r#"{"different":[{"item":"b","budget":{"here":100,"there":90},"paid":{"here":60,"there":61}}],"only_here":[{"item":"c","budget":5,"paid":0}],"only_there":[{"item":"e","budget":null,"paid":7}]}"#
        );
        let again: Differences = serde_json::from_value(serde_json::to_value(&found).unwrap()).unwrap();
        assert_eq!(again, found);
    }
}
