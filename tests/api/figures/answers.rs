//! What is answered, by example.

use serde_json::{Value, json};

use super::county::{County, JUNIOR, ONE, THREE, TWO};

/// A number exactly as it stands in a document.
fn number(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[tokio::test]
async fn counts_are_added_up_and_compared_with_the_period_before() {
    let county = County::start().await;
    for (period, one, two) in [("2021", 60, 70), ("2022", 63, 72)] {
        county.report("yearly", period, ONE, &[("pupils", one.into())]).await;
        county.report("yearly", period, TWO, &[("pupils", two.into())]).await;
    }
    let figure = county.figure("indicator=pupils&period=2022&compare=previous").await;
    assert_eq!(
        figure,
        json!({
            "indicator": "pupils", "period": "2022", "group": {}, "value": 135, "unit": "人",
            "numerator": null, "denominator": null,
            "previous": { "period": "2021", "value": 130, "change": 5, "growth": number("0.0385") },
            // The closed school is not expected any more, the new one is, and has not reported.
            "coverage": { "expected": 3, "reported": 2 },
        })
    );
}

#[tokio::test]
async fn a_rate_is_weighted_by_what_it_is_a_rate_of() {
    let county = County::start().await;
    for (school, entrants, rate) in [(ONE, 900, "72.5"), (TWO, 10, "40"), (JUNIOR, 300, "65.15")] {
        let values = [("entrants category=arts", entrants.into()), ("pass_rate category=arts", number(rate))];
        let plain = [("plain_rate category=arts", number(rate))];
        county.report("exams", "2022", school, &[values.as_slice(), &plain].concat()).await;
    }
    let weighted = county.figure("indicator=pass_rate&period=2022").await;
    // (900 × 72.5 + 10 × 40 + 300 × 65.15) / 1210
    assert_eq!(weighted["value"], number("70.41"));
    assert_eq!(weighted["numerator"], number("85195"));
    assert_eq!(weighted["denominator"], number("1210"));
    let plain = county.figure("indicator=plain_rate&period=2022").await;
    assert_eq!(plain["value"], number("59.22"), "(72.5 + 40 + 65.15) / 3");
}
