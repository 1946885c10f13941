//! Entries by hand, for what no other fact posts.

use axum::extract::State;
use billfold_app::commands::accounting_periods::PostAdjustment;
use billfold_domain::accounting_period::{AccountingPeriod, AdjustmentLine};
use billfold_domain::ledger::Side;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::WireSide;
use crate::answer::Answer;
use crate::auth::{LedgerWrite, May};
use crate::problem::Problem;
use crate::receive::{Body, Check, IdempotencyKey};
use crate::state::ApiState;
use crate::wire::WireMoney;

/// Posts entries by hand.
///
/// Debits equal credits in each currency, and the day lies in an open month. Accounts that are kept
/// per client are moved by documents, payments and refunds alone.
#[utoipa::path(
    post, path = "/journal/adjustments", tag = "ledger", request_body = NewAdjustment,
    responses((status = 200, body = WireAdjusted)),
)]
pub(super) async fn post_adjustment(
    State(state): State<ApiState>,
    May(caller, _): May<LedgerWrite>,
    key: IdempotencyKey,
    Body(new): Body<NewAdjustment>,
) -> Result<Answer<WireAdjusted>, Problem> {
    let done = state.command(&caller, &key, new.read()?).await?;
    let uuid = AccountingPeriod::id_of(caller.tenant).uuid();
    let body = WireAdjusted {
        no: done.answer.no,
        day: done.answer.day,
        version: done.version_of(uuid),
        position: done.position,
    };
    Ok(Answer::of(&done, uuid, body))
}

/// Entries to be posted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAdjustment {
    /// The business day, not after today and in an open month; today at the seller's place if
    /// absent.
    day: Option<NaiveDate>,
    /// Why; kept in the log, no personal data.
    #[schema(min_length = 1, max_length = 500, example = "fees of the bank in March")]
    reason: String,
    /// The entries; debits equal credits in each currency.
    #[schema(min_items = 2, max_items = 200)]
    lines: Vec<NewEntry>,
}

/// One entry.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewEntry {
    /// Code in the chart of accounts.
    #[schema(pattern = "^[0-9]{4}$", example = "5100")]
    account: String,
    /// Debit or credit.
    side: WireSide,
    /// How much; more than nothing.
    amount: WireMoney,
    /// The subdivision: kind of line, gateway, country and rate of a tax.
    #[schema(min_length = 1, max_length = 100)]
    detail: Option<String>,
}

/// What was posted.
#[derive(Serialize, ToSchema)]
#[schema(as = AdjustmentPosted)]
pub(super) struct WireAdjusted {
    /// Counts the seller's adjustments from 1.
    no: u32,
    /// The business day.
    day: NaiveDate,
    /// The version of the seller's periods now.
    version: Option<i64>,
    /// The log position of the event; the journal shows its entries under it.
    position: Option<i64>,
}

impl NewAdjustment {
    fn read(self) -> Result<PostAdjustment, Problem> {
        let mut check = Check::default();
        let day = check.optional_date("/day", self.day);
        let lines = self.lines.into_iter().enumerate().map(|(at, entry)| {
            Some(AdjustmentLine {
                account: entry.account,
                side: match entry.side {
                    WireSide::Debit => Side::Debit,
                    WireSide::Credit => Side::Credit,
                },
                amount: entry.amount.read(&mut check, &format!("/lines/{at}/amount"))?,
                detail: entry.detail,
            })
        });
        let lines: Vec<Option<AdjustmentLine>> = lines.collect();
        let lines: Option<Vec<AdjustmentLine>> = lines.into_iter().collect();
        match (day, lines) {
            (Some(day), Some(lines)) => Ok(PostAdjustment { day, reason: self.reason, lines }),
            _ => Err(check.problem()),
        }
    }
}
