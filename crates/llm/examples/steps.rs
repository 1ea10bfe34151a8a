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
    "gemini/gemini-3.8-flash",
    "dashscope/qwen3.8-flash",
];

fn main() {
    let (native, fixed) = ((1920, 1080), 2500);
    let steps = scripted_task();
    println!(
        "{} steps on {}x{}; tokens of input, and US dollars for them",
        steps.len(),
        native.0,
        native.1
    );
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
        println!(
            "| {name} | {} | {} | {:.1} % | {} | {:.3} | {:.3} | {:.1} % |",
            every.0,
            here.0,
            here.0 as f64 / every.0 as f64 * 100.0,
            here.1,
            every.2,
            here.2,
            here.2 / every.2 * 100.0,
        );
    }
}
