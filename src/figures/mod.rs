//! The one question that everything which shows a number asks: [`ask`].
//!
//! # Moment
//! Everything is read as of one moment: the catalogue and the organisations as they were known at
//! it, and the revisions that stood at it on the [`Basis`] asked for. Where the question names
//! none, it is the first at which nothing earlier can be recorded any more; so every decision that
//! was acknowledged before counts, and asking again as of the moment answered gives the identical
//! answer, for ever.
//!
//! # What counts
//! A form expects one report for each of its periods from every school that fills it in (by stage
//! or by name) and was open on at least one day of the period; on `closed_on` a school is closed. A
//! figure counts exactly the standing revisions of these. What a school reported for a period in
//! which, as it turned out, it was not open does not count.
//!
//! Of an indicator that is counted from a register, the records count as they were known at the moment, and as the
//! indicator says: what stood on the last day of the period, or what happened in it. Fields are those known, so that a
//! correction works backwards; states are dated by the record. Withdrawn records do not count. The period may be any, a
//! record counts whether or not its school was open in it, and the basis makes no difference. A record without a value for
//! a dimension of the indicator does not count. The bureau's own records, which have no school, count in the whole, but not
//! within an organisation, nor where a property of schools is asked for other than none; to a school they do not exist.
//!
//! A question for a longer period than the form's is answered from all of those of which it
//! consists; the others are refused.
//!
//! # Aggregation
//! Over all values, that is over schools × periods × options of dimensions:
//!
//! | | value | none where |
//! |---|---|---|
//! | `sum`, `count_true` | Σ | nothing was reported |
//! | `average` | Σ / number of values, both answered | |
//! | `weighted_average` | Σ(value × weight) / Σ weight, both answered, over the values of which the same school reported the weight for the same period (of the same options, where the weight has the dimensions) | the weights are missing or 0 together |
//! | `min`, `max` | the least, the greatest | |
//! | `last` | that of the latest period, in it that of the report that began to stand last, then that of the higher school code | |
//! | `none` | the value, where it is the only one, and a number | there are several |
//!
//! What is counted is the number of records, the number of different values of a field, or Σ of a field over the records
//! that have it; each is counted for its group by itself, so that different values do not add up. A register is a closed
//! list: no record is 0, not none.
//!
//! A formula is applied to the aggregated values of its operands, so that a ratio is the ratio of
//! the sums; they are not rounded before. Where it divides at last, what was divided is answered.
//! It has no value where no operand has one, whatever it makes of missing ones, nor where it divides
//! by zero. Averages, weighted or not, and formulas are rounded half up to the decimals of the
//! indicator; everything else is exact. Growth is computed from the values as they are answered.
//!
//! # Coverage
//! Expected are all reports on which the figure rests. Reported are those of them with at least one
//! value of the indicator in the group; for a formula those with a value of every operand that is
//! expected of them. Where nothing is in, the value is none: missing is not zero.
//!
//! Of what is counted, expected are the records that count, and reported are those of them that have what is measured. A
//! formula adds the records of its counted operands to the reports of the collected ones.
//!
//! # Groups
//! A breakdown shows every group: of schools those in which a report is expected, in the period or
//! in the one with which is compared; where something is counted, those of schools that were open in either, of records
//! that count, and, where the register has records of the bureau's own, that of no school; of dimensions all options. The group of a figure, as `only`
//! of another question, asks for just that figure, and for its sources.

mod answer;
mod ask;
mod bodies;
mod expected;
mod http;
mod ledger;
mod measures;
mod plan;
mod queries;
mod question;
mod records;
mod request;
mod sources;

use utoipa_actix_web::service_config::ServiceConfig;

pub use answer::{Answer, Comparison, Coverage, Figure};
pub use ask::{MAX_ITEMS, ask};
pub use plan::{MAX_BY, MAX_INDICATORS};
pub use question::{Basis, By, Compare, Question};

/// Mounts the operations of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(http::get_figures).service(http::get_figure_sources);
}
