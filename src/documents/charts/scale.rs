//! The scale of an axis, in decimals from the value to the place on the paper.

use rust_decimal::{Decimal, RoundingStrategy};

/// Beyond this no chart is drawn to scale; keeps what is computed here within what a decimal holds.
const LIMIT: Decimal = Decimal::from_parts(2_764_472_320, 232_830, 0, false, 0);

/// Between how many lines an axis is divided at most.
const DIVISIONS: u32 = 5;

/// What a length of an axis stands for. Zero is always on it: a bar that begins elsewhere lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    low: Decimal,
    high: Decimal,
    step: Decimal,
}

impl Scale {
    /// A scale on which all values have a place.
    pub(super) fn over(values: impl Iterator<Item = Decimal>) -> Self {
        let (low, high) = values
            .map(limited)
            .fold((Decimal::ZERO, Decimal::ZERO), |(low, high), value| (low.min(value), high.max(value)));
        let high = if low == high { Decimal::ONE } else { high };
        let step = step(high - low);
        let whole = |value: Decimal, strategy| (value / step).round_dp_with_strategy(0, strategy) * step;
        Self {
            low: whole(low, RoundingStrategy::ToNegativeInfinity),
            high: whole(high, RoundingStrategy::ToPositiveInfinity),
            step,
        }
    }

    /// Where a value stands between the ends of the axis, from 0 to 1.
    pub(super) fn place(&self, value: Decimal) -> Decimal {
        (limited(value).clamp(self.low, self.high) - self.low) / (self.high - self.low)
    }

    /// The values at which a line is drawn.
    pub(super) fn ticks(&self) -> Vec<Decimal> {
        std::iter::successors(Some(self.low), |tick| Some(tick + self.step))
            .take_while(|tick| *tick <= self.high)
            .map(|tick| tick.normalize())
            .collect()
    }
}

fn limited(value: Decimal) -> Decimal {
    value.clamp(-LIMIT, LIMIT)
}

/// The least of 1, 2, 2.5, 5, 10 … that divides `span` into few enough parts.
fn step(span: Decimal) -> Decimal {
    let enough = span / Decimal::from(DIVISIONS);
    let powers = std::iter::successors(Some(Decimal::new(1, 6)), |power| Some(power * Decimal::TEN)).take(24);
    let steps = powers.flat_map(|power| [10, 20, 25, 50].map(|part| power * Decimal::new(part, 1)));
    steps.into_iter().find(|step| *step >= enough).unwrap_or(LIMIT)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn ticks(values: &[i64]) -> String {
        let scale = Scale::over(values.iter().map(|value| Decimal::from(*value)));
        scale.ticks().iter().map(Decimal::to_string).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_axis_is_divided_at_round_numbers() {
        assert_eq!(ticks(&[455, 450]), "0 100 200 300 400 500");
        assert_eq!(ticks(&[-3, 9]), "-5 -2.5 0 2.5 5 7.5 10");
        assert_eq!(ticks(&[0]), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(ticks(&[]), "0 0.2 0.4 0.6 0.8 1");
        assert_eq!(LIMIT, Decimal::from(10_u64.pow(15)));
    }

    proptest! {
        #[test]
        fn every_value_has_its_place(values in prop::collection::vec((any::<i64>(), 0_u32..12), 0..9)) {
            let values: Vec<_> = values.into_iter().map(|(digits, scale)| Decimal::new(digits, scale)).collect();
            let scale = Scale::over(values.iter().copied());
            prop_assert!(scale.ticks().len() <= 9, "{:?}", scale.ticks());
            prop_assert!(scale.ticks().contains(&Decimal::ZERO));
            for pair in values.windows(2) {
                let (a, b) = (scale.place(pair[0]), scale.place(pair[1]));
                prop_assert!(a >= Decimal::ZERO && b <= Decimal::ONE);
                prop_assert!((pair[0] <= pair[1]) == (a <= b) || a == b);
            }
        }
    }
}
