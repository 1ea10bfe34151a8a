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
}

/// How screenshots are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// Each one, in each request.
    Every,
    /// Only where the screen changed, and old ones taken out in batches: by the
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
    let requests = (1..=steps.len()).map(|count| {
        let done = steps.get(..count).unwrap_or_default();
        let shown: Vec<bool> = done
            .iter()
            .enumerate()
            // The first look is always one.
            .map(|(at, step)| at == 0 || step.changed || sending == Sending::Every)
            .collect();
        let pictures = shown.iter().filter(|shown| **shown).count();
        let mut skip = match sending {
            Sending::Every => 0,
            // The service clears in the same steps as the client would.
            Sending::Sparing => info.images.omitted(pictures),
        };
        let mut blocks = vec![fixed];
        for (step, shown) in done.iter().zip(shown) {
            blocks.push(step.text);
            blocks.push(match (shown, skip > 0) {
                (false, _) => 0,
                (true, true) => {
                    skip -= 1;
                    OMITTED
                }
                (true, false) => picture,
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
/// a list is gone through. One step in five changes nothing that can be seen.
pub fn scripted_task() -> Vec<StepSize> {
    (0..50)
        .map(|step| StepSize {
            text: 70 + step % 5 * 10,
            changed: step % 5 != 3,
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
        // What is charged, with what a cache takes off.
        for (provider, id) in [
            ("anthropic", "claude-opus-5-5"),
            ("anthropic", "claude-sonnet-5"),
            ("anthropic", "claude-sonnet-4-5"),
            ("openai", "gpt-6.1-terra"),
            ("gemini", "gemini-3.8-flash"),
            ("dashscope", "qwen3.8-flash"),
        ] {
            let (_, money) = share(provider, id);
            assert!(money <= 0.1, "{id}: {money}");
        }
        // Where a screenshot counts most, also without what a cache takes off.
        for id in [
            "claude-opus-5-5",
            "claude-sonnet-5-5",
            "claude-sonnet-5",
            "claude-opus-4-7",
        ] {
            let (tokens, _) = share("anthropic", id);
            assert!(tokens <= 0.2, "{id}: {tokens}");
        }
    }

    #[test]
    fn every_screenshot_each_time_is_the_plain_sum() {
        let steps = [StepSize {
            text: 10,
            changed: false,
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
            [(1444, 0), (1454, 1444), (1464, 1454)]
        );
    }

    #[test]
    fn what_was_cached_holds_between_two_batches() {
        let steps = [StepSize {
            text: 10,
            changed: true,
        }; 8];
        let mut info = crate::catalogue::info("anthropic", "claude-opus-5", false);
        info.images.batch = 4;
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
