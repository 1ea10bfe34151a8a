//! Prints what 50 steps on a screen cost in input tokens, by each vendor's formula:
//! sending every screenshot each time, and as it is done here.

use interpreter_llm::{Lookup, Sending, Wish, input_tokens, resolve, scripted_task};

/// A key for everybody: nothing is sent anywhere.
struct Keys;

impl Lookup for Keys {
    fn secret(&self, name: &str) -> Option<String> {
        name.ends_with("_KEY").then(|| "none".to_owned())
    }
    fn env(&self, _name: &str) -> Option<String> {
        None
    }
    fn last_model(&self) -> Option<String> {
        None
    }
}

const MODELS: &[&str] = &[
    "anthropic/claude-opus-5-5",
    "anthropic/claude-sonnet-5",
    "anthropic/claude-sonnet-4-5",
    "openai/gpt-6.1-terra",
    "openai/gpt-5-mini",
    "gemini/gemini-3.8-flash",
    "dashscope/qwen3.8-flash",
];

fn main() {
    let (native, fixed) = ((1920, 1080), 2500);
    let steps = scripted_task();
    println!(
        "{} steps on {}x{}; tokens of input, and US dollars for them. One step in five comes with the next in the same answer, one in five changes nothing.",
        steps.len(),
        native.0,
        native.1
    );
    let mut worst: f64 = 0.0;
    println!(
        "| model | every screenshot each time | here | share | of it cached | cost before | cost here | share |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for name in MODELS {
        let wish = Wish {
            model: Some((*name).to_owned()),
            ..Wish::default()
        };
        let Ok(model) = resolve(&wish, &Keys) else {
            continue;
        };
        let sums = [Sending::Every, Sending::Sparing].map(|sending| {
            let all = input_tokens(&model.info, native, fixed, &steps, sending);
            let tokens: u64 = all.iter().map(|input| input.tokens).sum();
            let cached: u64 = all.iter().map(|input| input.cached).sum();
            let cost: f64 = all.iter().map(|input| input.cost).sum();
            (tokens, cached, cost)
        });
        let [every, here] = sums;
        let share = here.0 as f64 / every.0 as f64 * 100.0;
        worst = worst.max(share);
        println!(
            "| {name} | {} | {} | {:.1} % | {} | {:.3} | {:.3} | {:.1} % |",
            every.0,
            here.0,
            share,
            here.1,
            every.2,
            here.2,
            here.2 / every.2 * 100.0,
        );
    }
    println!(
        "Models that take only small pictures, as gpt-4o does (1024x576), stay above: there the words weigh more than the pictures."
    );
    // For `cargo xtask bench`.
    println!("steps.share\t{worst:.1}\t%");
}
