//! What a task on the screen costs in input tokens, by the vendor's own formulas:
//! sending every screenshot each time, against what is really sent.

use crate::ModelInfo;

/// One step: the model's call, its result, and the screenshot after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepSize {
    /// Tokens of call and result, without the picture.
    pub text: u64,
    /// The screen looked different afterwards. What did not change is not sent again.
    pub changed: bool,
    /// The model asked for the next step in the same answer: the picture comes after
    /// the last of them, and no request lies between.
    pub goes_on: bool,
}

/// How screenshots are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// One after each step, all of them in each request.
    Every,
    /// Only after the last step of an answer, and where the screen changed, and old ones taken out in batches: by the
    /// client, or by the service for models whose history must only grow.
    Sparing,
}

/// Input tokens of one request, as a vendor counts and charges them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Input {
    /// All of them.
    pub tokens: u64,
    /// Of these, the beginning that is the same as in the request before.
    pub cached: u64,
    /// In US dollars, where prices are known.
    pub cost: f64,
}

/// Stands where a screenshot was.
const OMITTED: u64 = 5;
/// Says that the screen is as it was.
const UNCHANGED: u64 = 22;

/// Input of every request of a task. `fixed`: tokens of system text and tools.
/// `native`: the screen's size.
pub fn input_tokens(
    info: &ModelInfo,
    native: (u32, u32),
    fixed: u64,
    steps: &[StepSize],
    sending: Sending,
) -> Vec<Input> {
    let picture = info.images.tokens(info.fit_image(native));
    let mut before: Vec<u64> = Vec::new();
    let every = sending == Sending::Every;
    // A request follows where an answer of the model is over.
    let ends = |count: &usize| every || steps.get(count - 1).is_some_and(|step| !step.goes_on);
    let requests = (1..=steps.len()).filter(ends).map(|count| {
        let done = steps.get(..count).unwrap_or_default();
        let after = pictures(done, sending);
        let shown = after.iter().filter(|what| **what == After::Picture).count();
        // The service clears in the same steps as the client would.
        let mut skip = if every { 0 } else { info.images.omitted(shown) };
        let mut blocks = vec![fixed];
        for (step, what) in done.iter().zip(after) {
            blocks.push(step.text);
            blocks.push(match what {
                After::Nothing => 0,
                After::Words => UNCHANGED,
                After::Picture if skip > 0 => {
                    skip -= 1;
                    OMITTED
                }
                After::Picture => picture,
            });
        }
        let same = blocks
            .iter()
            .zip(&before)
            .take_while(|(a, b)| a == b)
            .count();
        // Sending everything each time means: without a cache, too.
        let cached = match sending {
            Sending::Every => 0,
            Sending::Sparing => blocks.iter().take(same).sum(),
        };
        let tokens: u64 = blocks.iter().sum();
        before = blocks;
        Input {
            tokens,
            cached,
            cost: cost(info, tokens, cached, sending),
        }
    });
    requests.collect()
}

/// What the model is shown after a step.
#[derive(Clone, Copy, PartialEq)]
enum After {
    Nothing,
    Words,
    Picture,
}

fn pictures(steps: &[StepSize], sending: Sending) -> Vec<After> {
    if sending == Sending::Every {
        return vec![After::Picture; steps.len()];
    }
    // The first look is always a picture.
    let mut changed = true;
    let after = steps.iter().map(|step| {
        changed |= step.changed;
        let now = changed;
        // What changed within an answer is shown at its end.
        changed &= step.goes_on;
        match (step.goes_on, now) {
            (true, _) => After::Nothing,
            (false, true) => After::Picture,
            (false, false) => After::Words,
        }
    });
    after.collect()
}

fn cost(info: &ModelInfo, tokens: u64, cached: u64, sending: Sending) -> f64 {
    let usage = interpreter_protocol::Usage {
        input_tokens: tokens,
        cached_tokens: cached,
        cache_write_tokens: match sending {
            Sending::Every => 0,
            Sending::Sparing => tokens - cached,
        },
        ..Default::default()
    };
    info.cost(&usage).unwrap_or_default()
}

/// A task of 50 steps as they come: a form is filled in, something is searched,
/// a list is gone through. One step in five changes nothing that can be seen, and one
/// in five comes with the next in the same answer, as a text and the key after it.
pub fn scripted_task() -> Vec<StepSize> {
    (0..50)
        .map(|step| StepSize {
            text: 70 + step % 5 * 10,
            changed: step % 5 != 3,
            goes_on: step % 5 == 1,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Tokens of system text and tools.
    const FIXED: u64 = 2500;

    /// The share of sending everything each time, in tokens and in money.
    fn share(provider: &str, id: &str) -> (f64, f64) {
        let info = crate::catalogue::info(provider, id, false);
        let sum = |sending| {
            let all = input_tokens(&info, (1920, 1080), FIXED, &scripted_task(), sending);
            let tokens: u64 = all.iter().map(|input| input.tokens).sum();
            (
                tokens as f64,
                all.iter().map(|input| input.cost).sum::<f64>(),
            )
        };
        let (every, sparing) = (sum(Sending::Every), sum(Sending::Sparing));
        (sparing.0 / every.0, sparing.1 / every.1)
    }

    #[test]
    fn fifty_steps_cost_at_most_a_fifth() {
        for (provider, id) in [
            ("anthropic", "claude-opus-5-5"),
            ("anthropic", "claude-sonnet-5-5"),
            ("anthropic", "claude-opus-4-7"),
            ("anthropic", "claude-sonnet-4-5"),
            ("openai", "gpt-6.1-terra"),
            ("openai", "gpt-5-mini"),
            ("gemini", "gemini-3.8-flash"),
            ("dashscope", "qwen3.8-flash"),
            // What nobody knows.
            ("custom", "some-model"),
        ] {
            let (tokens, money) = share(provider, id);
            assert!(tokens <= 0.2, "{id}: {tokens}");
            // What is charged, with what a cache takes off.
            assert!(money.is_nan() || money <= 0.1, "{id}: {money}");
        }
        // Where a picture counts less than the words around it, words are what is left.
        let (tokens, money) = share("openai", "gpt-4o");
        assert!(tokens <= 0.27 && money <= 0.2, "{tokens} {money}");
    }

    #[test]
    fn pictures_come_after_the_last_step_of_an_answer_and_where_something_changed() {
        let step = |changed, goes_on| StepSize {
            text: 10,
            changed,
            goes_on,
        };
        let steps = [
            step(false, false),
            step(true, true),
            step(false, false),
            step(false, false),
        ];
        let shown = pictures(&steps, Sending::Sparing);
        use After::{Nothing, Picture, Words};
        assert!(shown == [Picture, Nothing, Picture, Words]);
        let info = crate::catalogue::info("anthropic", "claude-opus-5", false);
        let all = input_tokens(&info, (1280, 800), 100, &steps, Sending::Sparing);
        let tokens: Vec<u64> = all.iter().map(|input| input.tokens).collect();
        assert_eq!(tokens, [1444, 1444 + 20 + 1334, 1444 + 20 + 1334 + 10 + 22]);
    }

    #[test]
    fn every_screenshot_each_time_is_the_plain_sum() {
        let steps = [StepSize {
            text: 10,
            changed: false,
            goes_on: false,
        }; 3];
        let info = crate::catalogue::info("anthropic", "claude-opus-5", false);
        let tokens = |sending| -> Vec<(u64, u64)> {
            input_tokens(&info, (1280, 800), 100, &steps, sending)
                .iter()
                .map(|input| (input.tokens, input.cached))
                .collect()
        };
        assert_eq!(tokens(Sending::Every), [(1444, 0), (2788, 0), (4132, 0)]);
        assert_eq!(
            tokens(Sending::Sparing),
            [(1444, 0), (1476, 1444), (1508, 1476)]
        );
    }

    #[test]
    fn what_was_cached_holds_between_two_batches() {
        let steps = [StepSize {
            text: 10,
            changed: true,
            goes_on: false,
        }; 8];
        let mut info = crate::catalogue::info("anthropic", "claude-opus-5", false);
        (info.images.keep, info.images.batch) = (3, 4);
        let all = input_tokens(&info, (1280, 800), 100, &steps, Sending::Sparing);
        let fresh: Vec<u64> = all
            .iter()
            .map(|input| input.tokens - input.cached)
            .collect();
        // At the seventh four pictures go; what stands before them stays.
        assert_eq!(
            fresh,
            [
                1444,
                1344,
                1344,
                1344,
                1344,
                1344,
                4 * 15 + 3 * 1344 - 10,
                1344
            ]
        );
    }
}
