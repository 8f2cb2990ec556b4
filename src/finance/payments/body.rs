//! Payments as they are sent and shown.

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::Number;
use utoipa::ToSchema;

use super::model::{Payment, Posting, What};
use crate::catalogue::Catalogue;
use crate::finance::classification::coded;
use crate::finance::file::Input;
use crate::finance::money::{self, Yuan};
use crate::platform::access::{Caller, Permission};
use crate::platform::error::{AppError, Result, Violation, ViolationCode};
use crate::platform::rows::{Column, Kind};
use crate::say;

/// A payment (支付).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentInput {
    /// 支付凭证号: the same number again is the same payment.
    #[schema(example = "ZF2022000871", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    voucher: String,
    /// Code of the budget item from which it is paid.
    #[schema(example = "2022-3001", min_length = 1, max_length = 64)]
    item: String,
    /// Yuan, above zero.
    #[schema(value_type = f64, example = 35_800.5)]
    amount: Number,
    /// The day of the voucher, within the item's year.
    #[schema(example = "2022-05-18")]
    paid_on: NaiveDate,
    /// 支付方式: an option of the dimension that the policy of the year names.
    #[serde(default)]
    #[schema(example = "treasury", min_length = 1, max_length = 64, nullable = true)]
    payment_type: Option<String>,
    /// Who was paid.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = true)]
    payee: Option<String>,
    /// What for.
    #[serde(default)]
    #[schema(example = "办公设备购置款", min_length = 1, max_length = 2000, nullable = true)]
    purpose: Option<String>,
}

impl PaymentInput {
    pub(super) fn into_posting(self) -> Result<Posting> {
        let Self { voucher, item, amount, paid_on, payment_type, payee, purpose } = self;
        let amount = amount_of(&amount).map_err(AppError::invalid)?;
        Ok(Posting { voucher, amount, paid_on, what: What::Payment { item, payment_type, payee, purpose } })
    }
}

fn amount_of(number: &Number) -> Result<Decimal, Vec<Violation>> {
    let mut violations = Vec::new();
    let amount = money::read_positive(number, "/amount", &mut violations);
    if violations.is_empty() { Ok(amount) } else { Err(violations) }
}

/// A reversal (红冲): all of a payment or a part of it is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReversalInput {
    /// 支付凭证号 of the reversal itself.
    #[schema(example = "HC2022000012", pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    voucher: String,
    /// Yuan, above zero; at most what is left of the payment.
    #[schema(value_type = f64, example = 800.5)]
    amount: Number,
    /// The day of the voucher, not before the payment.
    #[schema(example = "2022-06-02")]
    paid_on: NaiveDate,
    /// Why.
    #[schema(example = "退回多付货款", min_length = 1, max_length = 2000)]
    reason: String,
}

impl ReversalInput {
    /// The reversal of a payment.
    pub(super) fn into_posting(self, of: String) -> Result<Posting> {
        let Self { voucher, amount, paid_on, reason } = self;
        let amount = amount_of(&amount).map_err(AppError::invalid)?;
        Ok(Posting { voucher, amount, paid_on, what: What::Reversal { of, item: None, reason: Some(reason) } })
    }
}

/// A payment or reversal in a file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PaymentRow {
    /// 支付凭证号.
    #[schema(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
    voucher: String,
    /// Code of the budget item; of a reversal it may be absent.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, nullable = true)]
    item: Option<String>,
    /// Yuan, above zero, of a reversal as well.
    #[schema(value_type = f64)]
    amount: Number,
    /// The day of the voucher.
    paid_on: NaiveDate,
    /// 支付方式.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, nullable = true)]
    payment_type: Option<String>,
    /// Who was paid.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200, nullable = true)]
    payee: Option<String>,
    /// What for; of a reversal why.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, nullable = true)]
    purpose: Option<String>,
    /// The voucher that a reversal takes back; absent of a payment.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, nullable = true)]
    reverses: Option<String>,
}

impl Input for PaymentRow {
    type Content = Posting;

    fn columns(catalogue: &Catalogue) -> Vec<Column> {
        let payment_type = Column::text("payment_type", "支付方式").required_of("支付").help("冲销可不填");
        vec![
            Column::text("voucher", "支付凭证号").required().help("同一凭证号是同一笔支付，不会重复登记"),
            Column::text("item", "预算指标").required_of("支付").help("指标编码；冲销可不填"),
            Column::new(Kind::Amount, "amount", "金额（元）").required().help("大于 0；冲销也填正数"),
            Column::new(Kind::Date, "paid_on", "支付日期").required(),
            coded(payment_type, catalogue, |policy| policy.payment.as_ref()),
            Column::text("payee", "收款人"),
            Column::text("purpose", "用途").help("冲销填原因"),
            Column::text("reverses", "冲销凭证号").required_of("冲销").help("被冲销的支付凭证号"),
        ]
    }

    fn into_content(self) -> Result<Posting, Vec<Violation>> {
        let Self { voucher, item, amount, paid_on, payment_type, payee, purpose, reverses } = self;
        let amount = amount_of(&amount)?;
        let what = match (reverses, item) {
            (Some(of), item) => What::Reversal { of, item, reason: purpose },
            (None, Some(item)) => What::Payment { item, payment_type, payee, purpose },
            (None, None) => {
                let message = say!("支付需要预算指标", "A payment needs a budget item");
                return Err(vec![Violation::new("/item", ViolationCode::Missing, message)]);
            }
        };
        Ok(Posting { voucher, amount, paid_on, what })
    }
}

/// What the caller may do with a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PaymentAction {
    /// Take back what is left of it.
    Reverse,
}

/// A payment (支付), or a reversal (红冲).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(super) struct PaymentBody {
    /// 支付凭证号.
    #[schema(example = "ZF2022000871")]
    pub voucher: String,
    /// Code of the budget item.
    #[schema(example = "2022-3001")]
    item: String,
    /// The fiscal year.
    #[schema(example = 2022)]
    pub year: i32,
    /// Yuan; of a reversal negative.
    #[schema(value_type = f64, example = 35_800.5)]
    amount: Yuan,
    /// The day of the voucher.
    #[schema(example = "2022-05-18")]
    pub paid_on: NaiveDate,
    /// 支付方式; of a reversal that of the payment.
    #[schema(example = "treasury", required)]
    payment_type: Option<String>,
    /// Who was paid; of a reversal as of the payment.
    #[schema(required)]
    payee: Option<String>,
    /// What for; of a reversal why.
    #[schema(example = "办公设备购置款", required)]
    purpose: Option<String>,
    /// The voucher that a reversal takes back; null of a payment.
    #[schema(required)]
    reverses: Option<String>,
    /// How much of it was reversed.
    #[schema(value_type = f64, example = 0)]
    reversed: Yuan,
    /// Who posted it.
    #[schema(example = "client:c-treasury@130128", required)]
    recorded_by: Option<String>,
    /// When it was posted.
    #[schema(required)]
    recorded_at: Option<DateTime<Utc>>,
    /// What the caller may do with it now.
    may: Vec<PaymentAction>,
}

impl PaymentBody {
    /// A payment as the caller sees it.
    pub(super) fn of(payment: Payment, caller: &Caller) -> Self {
        let posts = caller.bureau_scope_for(Permission::PostPayments).is_ok();
        let may = if posts && payment.reversible() > Decimal::ZERO { vec![PaymentAction::Reverse] } else { Vec::new() };
        let (recorded_by, recorded_at) = payment.recorded.unzip();
        Self {
            voucher: payment.voucher,
            item: payment.item,
            year: payment.year,
            amount: Yuan(payment.amount),
            paid_on: payment.paid_on,
            payment_type: payment.type_code,
            payee: payment.payee,
            purpose: payment.purpose,
            reverses: payment.reverses,
            reversed: Yuan(payment.reversed),
            recorded_by,
            recorded_at,
            may,
        }
    }
}
