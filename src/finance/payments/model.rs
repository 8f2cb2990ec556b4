//! What is posted, and what that leads to. Pure.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use rust_decimal::Decimal;

use crate::catalogue::Catalogue;
use crate::finance::balance::{exceeded, outside_year};
use crate::finance::classification::{Tables, no_policy};
use crate::platform::error::{AppError, Code, Result, Violation, ViolationCode};
use crate::say;

/// A payment or reversal, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Posting {
    pub voucher: String,
    /// Above zero.
    pub amount: Decimal,
    pub paid_on: NaiveDate,
    pub what: What,
}

/// What is posted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    Payment { item: String, payment_type: Option<String>, payee: Option<String>, purpose: Option<String> },
    Reversal { of: String, item: Option<String>, reason: Option<String> },
}

impl Posting {
    /// The item that it names.
    pub(super) fn item(&self) -> Option<&str> {
        match &self.what {
            What::Payment { item, .. } => Some(item),
            What::Reversal { item, .. } => item.as_deref(),
        }
    }

    /// The voucher that it reverses.
    pub(super) fn reverses(&self) -> Option<&str> {
        match &self.what {
            What::Payment { .. } => None,
            What::Reversal { of, .. } => Some(of),
        }
    }
}

/// A payment that was posted, or a reversal, whose amount is negative.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Payment {
    pub voucher: String,
    pub item: String,
    pub year: i32,
    pub school: Option<String>,
    pub amount: Decimal,
    pub paid_on: NaiveDate,
    /// 支付方式.
    pub type_code: Option<String>,
    pub payee: Option<String>,
    pub purpose: Option<String>,
    pub reverses: Option<String>,
    pub reversed: Decimal,
    /// By whom and when; none where it is being posted.
    pub recorded: Option<(String, DateTime<Utc>)>,
}

impl Payment {
    /// What may still be reversed of it.
    pub(super) fn reversible(&self) -> Decimal {
        if self.reverses.is_some() { Decimal::ZERO } else { self.amount - self.reversed }
    }

    /// In which fields it differs from another with the same voucher.
    fn differs_from(&self, other: &Self) -> Vec<&'static str> {
        let differences = [
            ("/item", self.item != other.item),
            ("/amount", self.amount != other.amount),
            ("/paid_on", self.paid_on != other.paid_on),
            ("/payment_type", self.type_code != other.type_code),
            ("/payee", self.payee != other.payee),
            (if self.reverses.is_some() { "/reason" } else { "/purpose" }, self.purpose != other.purpose),
            ("/reverses", self.reverses != other.reverses),
        ];
        differences.into_iter().filter(|(_, differs)| *differs).map(|(pointer, _)| pointer).collect()
    }
}

/// What a budget item has to do with payments.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub year: i32,
    pub school: Option<String>,
    pub is_lump: bool,
    pub available: Decimal,
}

/// What became of a posting.
#[derive(Debug)]
pub(super) struct Posted {
    pub payment: Payment,
    /// False where the same was posted before.
    pub is_new: bool,
}

/// Posts one after the other, against what is available then.
pub(super) struct Desk<'a> {
    pub catalogue: &'a Catalogue,
    pub today: NaiveDate,
    /// Whatever items are named, as far as they exist.
    pub accounts: HashMap<String, Account>,
    /// Whatever vouchers are named, as far as they exist.
    pub payments: HashMap<String, Box<Payment>>,
}

impl Desk<'_> {
    /// Posts a payment or reversal, and tells whether it is new; the same again has no effect.
    pub(super) fn post(&mut self, posting: &Posting) -> Result<bool> {
        let payment = self.understood(posting)?;
        if let Some(existing) = self.payments.get(&posting.voucher) {
            let differences = payment.differs_from(existing);
            return if differences.is_empty() { Ok(false) } else { Err(taken(&posting.voucher, differences)) };
        }
        self.check(&payment)?;
        if let Some(account) = self.accounts.get_mut(&payment.item) {
            account.available -= payment.amount;
        }
        if let Some(original) = payment.reverses.as_ref().and_then(|original| self.payments.get_mut(original)) {
            original.reversed += posting.amount;
        }
        self.payments.insert(payment.voucher.clone(), Box::new(payment));
        Ok(true)
    }

    /// The payment that a posting means.
    fn understood(&self, posting: &Posting) -> Result<Payment> {
        let Posting { voucher, amount, paid_on, what } = posting;
        let blank = Payment {
            voucher: voucher.clone(),
            item: String::new(),
            year: 0,
            school: None,
            amount: *amount,
            paid_on: *paid_on,
            type_code: None,
            payee: None,
            purpose: None,
            reverses: None,
            reversed: Decimal::ZERO,
            recorded: None,
        };
        match what {
            What::Payment { item, payment_type, payee, purpose } => {
                let account = self.accounts.get(item).ok_or_else(|| {
                    let message = say!("没有预算指标“{item}”", "There is no budget item “{item}”");
                    AppError::violation("/item", ViolationCode::UnknownReference, message)
                })?;
                Ok(Payment {
                    item: item.clone(),
                    year: account.year,
                    school: account.school.clone(),
                    type_code: payment_type.clone(),
                    payee: payee.clone(),
                    purpose: purpose.clone(),
                    ..blank
                })
            }
            What::Reversal { of, item, reason } => {
                let original = self.payments.get(of).ok_or_else(|| {
                    let message = say!("没有凭证号为“{of}”的支付", "There is no payment with the voucher “{of}”");
                    AppError::violation("/reverses", ViolationCode::UnknownReference, message)
                })?;
                if item.as_ref().is_some_and(|item| *item != original.item) {
                    let message = say!("原支付属于其他指标", "The payment is of another item");
                    return Err(AppError::violation("/item", ViolationCode::Inconsistent, message));
                }
                Ok(Payment {
                    item: original.item.clone(),
                    year: original.year,
                    school: original.school.clone(),
                    amount: -*amount,
                    type_code: original.type_code.clone(),
                    payee: original.payee.clone(),
                    purpose: reason.clone(),
                    reverses: Some(of.clone()),
                    ..blank
                })
            }
        }
    }

    /// Checks whether a payment may be posted now.
    fn check(&self, payment: &Payment) -> Result<()> {
        let Payment { item, year, amount, paid_on, .. } = payment;
        let mut violations: Vec<Violation> = outside_year("/paid_on", *paid_on, *year).into_iter().collect();
        if *paid_on > self.today {
            let message = say!("支付日期不能晚于今天", "The day of a payment cannot lie ahead");
            violations.push(Violation::new("/paid_on", ViolationCode::OutOfRange, message));
        }
        if let Some(original) = payment.reverses.as_ref().and_then(|original| self.payments.get(original)) {
            if *paid_on < original.paid_on {
                let message = say!("红冲不能早于原支付", "A reversal is not before the payment");
                violations.push(Violation::new("/paid_on", ViolationCode::OutOfRange, message));
            }
            return if violations.is_empty() {
                reversible(original, -*amount)
            } else {
                Err(AppError::invalid(violations))
            };
        }
        let tables = Tables::of(self.catalogue, *year).ok_or_else(|| no_policy(*year))?;
        let table = tables.policy.payment.as_ref();
        tables.check("/payment_type", table, payment.type_code.as_deref(), &mut violations);
        if !violations.is_empty() {
            return Err(AppError::invalid(violations));
        }
        let Some(account) = self.accounts.get(item) else { return Ok(()) };
        if account.is_lump {
            return Err(AppError::new(Code::StateForbids).detail(say!(
                "指标“{item}”是代编预算，细化到学校后才能支付",
                "The item “{item}” is a lump: it is paid from only after it was detailed to schools"
            )));
        }
        if *amount > account.available {
            return Err(exceeded("/amount", item, account.available, amount - account.available));
        }
        Ok(())
    }
}

fn reversible(original: &Payment, amount: Decimal) -> Result<()> {
    let voucher = &original.voucher;
    if original.reverses.is_some() {
        return Err(AppError::new(Code::StateForbids).detail(say!(
            "“{voucher}”本身是红冲，不能再红冲",
            "“{voucher}” is a reversal itself, so it cannot be reversed"
        )));
    }
    let left = original.reversible();
    if amount > left {
        let excess = (amount - left).normalize();
        let left = left.normalize();
        let message = say!(
            "凭证“{voucher}”可红冲 {left} 元，超出 {excess} 元",
            "Of the voucher “{voucher}” {left} yuan can be reversed, which is exceeded by {excess} yuan"
        );
        return Err(AppError::new(Code::BalanceExceeded)
            .detail(message.clone())
            .with_violations(vec![Violation::new("/amount", ViolationCode::OutOfRange, message)]));
    }
    Ok(())
}

/// 409: the voucher was posted with other content, and where it differs.
fn taken(voucher: &str, differences: Vec<&'static str>) -> AppError {
    let violation = |pointer: &str| {
        let message = say!("与已入账的不同", "It was posted with another");
        Violation::new(pointer, ViolationCode::Inconsistent, message)
    };
    AppError::new(Code::AlreadyExists)
        .detail(say!(
            "凭证“{voucher}”已入账，内容不同；更正请用红冲",
            "The voucher “{voucher}” was posted with other content; corrections are reversals"
        ))
        .with_violations(differences.into_iter().map(violation).collect())
}
