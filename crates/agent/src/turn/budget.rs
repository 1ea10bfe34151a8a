//! No model call beyond what the person wants to spend.

use interpreter_protocol::{Error, ErrorCode};

use crate::session::{End, State};
use crate::{Budget, BudgetScope, TurnSettings};

impl State {
    /// The reason why the next call may not be made, if there is one.
    pub(super) fn check_budgets(&self, settings: &TurnSettings) -> Result<(), End> {
        let own = settings.max_budget.map(|limit| Budget {
            scope: BudgetScope::Conversation,
            spent: self.emitter.transcript.meta.cost,
            limit,
        });
        let reached = |budget: &Budget| budget.spent >= budget.limit;
        if let Some(budget) = own.filter(reached) {
            return Err(over(&budget).into());
        }
        let shared = self.host.budgets(&self.own)?;
        match shared.iter().find(|budget| reached(budget)) {
            Some(budget) => Err(over(budget).into()),
            None => Ok(()),
        }
    }
}

fn over(budget: &Budget) -> Error {
    let Budget {
        scope,
        spent,
        limit,
    } = *budget;
    let (name, what, remedy) = match scope {
        BudgetScope::Conversation => (
            "conversation",
            "This conversation has cost",
            "Raise max_budget for this conversation.",
        ),
        BudgetScope::Day => (
            "day",
            "Today's conversations have cost",
            "Raise max_budget_day, or go on tomorrow.",
        ),
        BudgetScope::Month => (
            "month",
            "This month's conversations have cost",
            "Raise max_budget_month, or go on next month.",
        ),
    };
    let message = format!(
        "{what} ${spent:.4}, and the budget is ${limit:.2}. The model was not called; everything is kept."
    );
    Error::new(ErrorCode::BudgetReached, message)
        .remedy(remedy)
        .param("scope", name)
        .param("spent", spent)
        .param("limit", limit)
}
