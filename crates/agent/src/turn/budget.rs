//! No model call beyond what the person wants to spend.

use std::sync::Arc;

use interpreter_llm::{Message, ModelInfo, ModelRequest, Part};
use interpreter_protocol::{Chunk, Error, ErrorCode, Role, Usage, kind};
use serde_json::json;

use crate::session::{End, State, Wake};
use crate::{Budget, BudgetScope, Room, TurnSettings};

/// From this share of a budget on the person is told.
const NEAR: f64 = 0.8;
/// Bytes of a request that make a token, about; rather too few than too many.
const BYTES: usize = 3;
/// Tokens of an answer where nobody says how long it may be.
const ANSWER: u64 = 8192;

impl State {
    /// The reason why the next call may not be made, as far as the budgets of this turn
    /// and this conversation say. Near their end that is said, once.
    pub(super) fn check_budget(&mut self, settings: &TurnSettings) -> Result<(), End> {
        let cost = self.emitter.transcript.meta.cost;
        let before = self.control.cost_before;
        let own = |scope, spent, limit: Option<f64>| {
            limit.map(|limit| Budget {
                scope,
                spent,
                limit,
            })
        };
        let budgets = [
            own(BudgetScope::Turn, cost - before, settings.max_budget_turn),
            own(BudgetScope::Conversation, cost, settings.max_budget),
        ];
        let budgets = budgets.into_iter().flatten();
        if let Some(budget) = budgets.clone().find(|budget| budget.spent >= budget.limit) {
            return Err(over(&budget).into());
        }
        for budget in budgets {
            let near = budget.limit * NEAR;
            // A conversation that was near its end before this turn has said so.
            let known = budget.scope == BudgetScope::Conversation && before >= near;
            if budget.spent >= near && !known && !self.control.warned.contains(&budget.scope) {
                self.control.warned.push(budget.scope);
                let content = json!({
                    "scope": name(budget.scope), "spent": budget.spent, "limit": budget.limit,
                });
                let chunk = Chunk::new(Role::Server, kind::BUDGET).content(content);
                self.emitter.note(None, chunk);
            }
        }
        Ok(())
    }

    /// Keeps room for a call in the budgets of all conversations, until what is given
    /// is dropped.
    pub(super) async fn room(&mut self, most: f64) -> Result<Box<dyn Send>, End> {
        let host = Arc::clone(&self.host);
        let own = self.own.clone();
        let mut work = host.room(&own, most);
        loop {
            match self.wait(&mut work).await {
                Wake::Done(Ok(Room::Kept(room))) => return Ok(room),
                Wake::Done(Ok(Room::Spent(budget))) => return Err(over(&budget).into()),
                Wake::Done(Err(error)) => return Err(error.into()),
                Wake::Command(command) => {
                    if let Some(end) = self.busy(command) {
                        return Err(end);
                    }
                }
            }
        }
    }
}

/// What a call costs at most, about, in US dollars; 0 where no price is known.
pub(super) fn most(request: &ModelRequest, model: &ModelInfo) -> f64 {
    let parts = request
        .messages
        .iter()
        .flat_map(|Message { parts, .. }| parts);
    let input: u64 = parts.map(|part| tokens(part, model)).sum();
    let tools = request.tools.iter();
    let around = request.system.len()
        + tools
            .map(|tool| tool.description.len() + tool.schema.to_string().len())
            .sum::<usize>();
    let longest = request.max_tokens.map(u64::from).or(model.max_output);
    let usage = Usage {
        input_tokens: input + (around / BYTES) as u64,
        output_tokens: longest.unwrap_or(ANSWER),
        ..Usage::default()
    };
    model.cost(&usage).unwrap_or_default()
}

fn tokens(part: &Part, model: &ModelInfo) -> u64 {
    match part {
        Part::Text(text) | Part::Reasoning { text, .. } => (text.len() / BYTES) as u64,
        Part::Image(image) => model.images.tokens((image.width, image.height)),
        Part::Call(call) => (call.arguments.to_string().len() / BYTES) as u64,
        Part::Result(result) => result.parts.iter().map(|part| tokens(part, model)).sum(),
    }
}

/// What a budget is about, in the words of errors and events.
fn name(scope: BudgetScope) -> &'static str {
    match scope {
        BudgetScope::Turn => "turn",
        BudgetScope::Conversation => "conversation",
        BudgetScope::Day => "day",
        BudgetScope::Month => "month",
    }
}

fn over(budget: &Budget) -> Error {
    let Budget {
        scope,
        spent,
        limit,
    } = *budget;
    let (what, remedy) = match scope {
        BudgetScope::Turn => (
            "This turn has cost",
            "Let it go on, which begins a new turn, or raise max_budget_turn.",
        ),
        BudgetScope::Conversation => (
            "This conversation has cost",
            "Raise max_budget for this conversation.",
        ),
        BudgetScope::Day => (
            "Today's conversations have cost",
            "Raise max_budget_day, or go on tomorrow.",
        ),
        BudgetScope::Month => (
            "This month's conversations have cost",
            "Raise max_budget_month, or go on next month.",
        ),
    };
    let message = format!(
        "{what} ${spent:.4}, and the budget is ${limit:.2}. The model was not called; everything is kept."
    );
    Error::new(ErrorCode::BudgetReached, message)
        .remedy(remedy)
        .param("scope", name(scope))
        .param("spent", spent)
        .param("limit", limit)
}
