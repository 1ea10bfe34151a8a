//! The budgets, and the table that says how each was kept.

use super::samples::{Samples, Series};

/// What of the samples the budget is about.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Median,
    P95,
    P99,
}

impl Of {
    fn value(self, series: &Series) -> f64 {
        match self {
            Self::Median => series.median(),
            Self::P95 => series.percentile(95),
            Self::P99 => series.percentile(99),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Median => "",
            Self::P95 => ", p95",
            Self::P99 => ", p99",
        }
    }
}

enum Budget {
    /// In the unit of the samples.
    Most(f64),
    /// This many times what the reference needs.
    Times(f64),
}

struct Row {
    what: &'static str,
    sample: &'static str,
    of: Of,
    budget: Budget,
    /// What it is compared with, in words and by name.
    reference: Option<(&'static str, &'static str)>,
}

const fn row(
    what: &'static str,
    sample: &'static str,
    most: f64,
    reference: Option<(&'static str, &'static str)>,
) -> Row {
    Row {
        what,
        sample,
        of: Of::Median,
        budget: Budget::Most(most),
        reference,
    }
}

const fn row_p95(
    what: &'static str,
    sample: &'static str,
    most: f64,
    reference: Option<(&'static str, &'static str)>,
) -> Row {
    Row {
        of: Of::P95,
        ..row(what, sample, most, reference)
    }
}

const fn row_stop(what: &'static str, sample: &'static str) -> Row {
    Row {
        of: Of::P99,
        ..row(what, sample, 100.0, None)
    }
}

const ROWS: &[Row] = &[
    row(
        "`interpreter --version`, time",
        "version.time",
        5.0,
        Some(("`git --version`", "reference.git.time")),
    ),
    row(
        "`interpreter --version`, memory",
        "version.memory",
        10.0,
        Some(("`git --version`", "reference.git.memory")),
    ),
    row(
        "first Python result, cold",
        "python.cold",
        80.0,
        Some(("`python3 -S -c`, start to end", "reference.python.start")),
    ),
    row(
        "Python `1+1`, warm",
        "python.warm",
        1.0,
        Some(("a line through `cat` and back", "reference.pipe")),
    ),
    row(
        "shell `echo hi`, warm",
        "shell.warm",
        1.0,
        Some(("a line through `cat` and back", "reference.pipe")),
    ),
    row(
        "1 MB of printed output, message to stored",
        "engine.megabyte",
        50.0,
        Some(("1 MB to a file, flushed", "reference.write")),
    ),
    row(
        "input tokens of 50 steps on the screen, of sending every picture each time",
        "steps.share",
        20.0,
        None,
    ),
    row(
        "capture of 1920×1080",
        "computer.capture",
        4.0,
        Some(("plain X GetImage", "reference.capture")),
    ),
    row(
        "capture to model-ready image",
        "computer.picture",
        30.0,
        None,
    ),
    row(
        "click at coordinates, gate to X server",
        "computer.click",
        3.0,
        Some(("the same by bare XTEST", "reference.click")),
    ),
    row(
        "type 11 characters",
        "computer.type",
        25.0,
        Some(("the same by bare XTEST", "reference.type")),
    ),
    row(
        "find text on an ordinary desktop, cold",
        "computer.find",
        600.0,
        Some(("`tesseract` on the same picture", "reference.tesseract")),
    ),
    row_stop(
        "stop of a storm of clicks, key to last event",
        "stop.clicks",
    ),
    row_stop("stop of a drag, key to last event", "stop.drag"),
    row_stop(
        "stop of a text of 10,000 characters, key to last event",
        "stop.type",
    ),
    row_stop(
        "stop of a model that hangs, key to its connection closed",
        "stop.model",
    ),
    row_stop(
        "stop of an endless script, key to its interruption",
        "stop.script",
    ),
    row(
        "engine's own share of a model call",
        "engine.share",
        5.0,
        Some(("a line flushed to the same disk", "reference.flush")),
    ),
    row(
        "window shown, interactive",
        "app.interactive",
        900.0,
        Some(("empty Tauri window", "reference.window.interactive")),
    ),
    Row {
        what: "memory, idle with window",
        sample: "app.memory",
        of: Of::Median,
        budget: Budget::Times(1.3),
        reference: Some(("empty Tauri window", "reference.window.memory")),
    },
    row(
        "work of all processes, of one core, while another window is used",
        "app.cpu",
        0.5,
        None,
    ),
    row(
        "conversation of 1,000 turns, click to its end on the screen",
        "page.open",
        200.0,
        Some(("its last 300 items, asked for", "page.plain.open")),
    ),
    row("nodes of the page then", "page.open.nodes", 3_500.0, None),
    row_p95(
        "120 tokens/s into it, from picture to picture (20 ms: 50 a second)",
        "page.stream.frame",
        20.0,
        Some((PLAIN, "page.plain.stream.frame")),
    ),
    row(
        "120 tokens/s into it, longest task of 10 s",
        "page.stream.task",
        50.0,
        Some((PLAIN, "page.plain.stream.task")),
    ),
    row_p95(
        "120 tokens/s into it, key to its picture",
        "page.stream.echo",
        50.0,
        Some((PLAIN, "page.plain.stream.echo")),
    ),
    row(
        "growth of the page's memory in 500 turns",
        "page.growth.all",
        5.0,
        None,
    ),
    row_p95(
        "100,000 messages searched, from the field to the first hits seen",
        "page.search",
        100.0,
        Some(("the engine's answer alone", "page.plain.search")),
    ),
    row_p95(
        "100,000 messages searched, in the store alone",
        "store.search",
        100.0,
        None,
    ),
];

/// The reference for what streams.
const PLAIN: &str = "the same as plain text in an empty page";

/// Measured along the way; nothing was promised.
const BESIDES: &[(&str, &str)] = &[
    (
        "a request and an answer over bare loopback",
        "reference.loopback",
    ),
    (
        "1 MB of printed output, from `running` to stored",
        "engine.megabyte.run",
    ),
    ("size of the model-ready image", "computer.picture.size"),
    (
        "click, with the looks before and after and the wait until the screen is quiet",
        "computer.click.settled",
    ),
    (
        "11 characters, with the looks and that wait",
        "computer.type.settled",
    ),
    ("the text was found where it stands", "computer.find.right"),
    (
        "stop of a storm of clicks, key until its window has them all",
        "stop.clicks.landed",
    ),
    ("window there, still empty", "app.mapped"),
    ("empty Tauri window there", "reference.window.mapped"),
    ("page painted", "app.painted"),
    (
        "page of the empty Tauri window painted",
        "reference.window.painted",
    ),
    (
        "page of the empty Tauri window painted, with the app's graphics",
        "reference.plain.painted",
    ),
    (
        "empty Tauri window interactive, with the app's graphics",
        "reference.plain.interactive",
    ),
    (
        "memory of the empty Tauri window, with the app's graphics",
        "reference.plain.memory",
    ),
    (
        "page painted at the first start of all",
        "app.first.painted",
    ),
    (
        "work while the caret blinks in it, of one core",
        "app.caret.cpu",
    ),
    (
        "the same in the empty Tauri window",
        "reference.window.caret.cpu",
    ),
    (
        "page in Chromium, asked for until its field has the keyboard",
        "page.start",
    ),
    ("page in Chromium painted", "page.start.painted"),
    ("scripts it had loaded by then", "page.start.scripts"),
    (
        "that conversation opened for the first time since the start",
        "page.open.first",
    ),
    (
        "until nothing changes any more: colours, pictures",
        "page.open.still",
    ),
    ("opened again", "page.open.again"),
    (
        "scrolling up through it, from picture to picture",
        "page.scroll.frame",
    ),
    ("pictures a second while it streams", "page.stream.fps"),
    (
        "pictures a second in the empty page",
        "page.plain.stream.fps",
    ),
    ("tokens a second that came", "page.stream.rate"),
    (
        "page's memory before the 500 turns",
        "page.growth.heap.before",
    ),
    ("page's memory after them", "page.growth.heap.after"),
    ("its growth, compiled code aside", "page.growth.heap"),
    ("code that was compiled meanwhile", "page.growth.code"),
    ("nodes they left behind", "page.growth.nodes"),
    (
        "the server's memory before them",
        "page.growth.engine.before",
    ),
    ("the server's memory after them", "page.growth.engine.after"),
    ("index of 100,000 messages made anew", "store.index"),
    ("list of 500 of 10,000 conversations", "store.list"),
    ("a text found in 1,000 turns", "store.find"),
];

/// The table, as Markdown.
pub fn table(samples: &Samples) -> String {
    let mut text = String::from(
        "| what | measured | budget | of the budget | reference in the same run | |\n|---|---|---|---|---|---|\n",
    );
    for row in ROWS {
        text.push_str(&line(row, samples));
    }
    text.push_str("\nBesides, without a budget:\n\n| what | measured |\n|---|---|\n");
    for (what, name) in BESIDES {
        let told = samples
            .get(name)
            .map_or("not measured".to_owned(), |series| {
                if name.ends_with(".right") {
                    format!("{:.0} % of {}", series.mean(), series.count())
                } else {
                    measured(series, Of::Median)
                }
            });
        text.push_str(&format!("| {what} | {told} |\n"));
    }
    text
}

fn line(row: &Row, samples: &Samples) -> String {
    let of = |series: &Series| row.of.value(series);
    let found = samples.get(row.sample);
    let reference = row
        .reference
        .map(|(words, name)| (words, samples.get(name)));
    let base = reference.and_then(|(_, series)| series).map(of);
    let told_reference = match reference {
        None => "none".to_owned(),
        Some((words, None)) => format!("{words}: not installed"),
        Some((words, Some(series))) => {
            let base = of(series);
            let times = found
                .filter(|_| base > 0.0)
                .map(|found| format!(" (× {})", number(of(found) / base)));
            format!(
                "{words}: {} {}{}",
                number(base),
                series.unit(),
                times.unwrap_or_default()
            )
        }
    };
    let most = match row.budget {
        Budget::Most(most) => Some(most),
        Budget::Times(times) => base.map(|base| base * times),
    };
    let told_budget = match row.budget {
        Budget::Most(most) => {
            let unit = found.map_or("ms", Series::unit);
            format!("{} {unit}{}", number(most), row.of.words())
        }
        Budget::Times(times) => format!("{times} × the reference"),
    };
    let (told, share, met) = match (found, most) {
        (None, _) => ("not measured".to_owned(), "".to_owned(), ""),
        (Some(series), None) => (measured(series, row.of), "".to_owned(), ""),
        (Some(series), Some(most)) => {
            let value = of(series);
            let met = if value <= most { "met" } else { "**missed**" };
            (measured(series, row.of), number(value / most), met)
        }
    };
    format!(
        "| {} | {told} | {told_budget} | {share} | {told_reference} | {met} |\n",
        row.what
    )
}

fn measured(series: &Series, of: Of) -> String {
    let (unit, count) = (series.unit(), series.count());
    let median = number(series.median());
    if count == 1 {
        return format!("{median} {unit}");
    }
    match of {
        Of::Median => {
            let high = number(series.percentile(95));
            format!("{median} {unit} (median of {count}, p95 {high})")
        }
        Of::P95 | Of::P99 => {
            let (high, of) = (number(of.value(series)), of.words());
            format!("{high} {unit} ({} of {count}, median {median})", &of[2..])
        }
    }
}

/// About three digits that count.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        100.0.. => return format!("{value:.0}"),
        10.0.. => 1,
        0.095.. => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_table() {
        let mut samples = Samples::default();
        for value in [0.5, 0.4, 0.6] {
            samples.add("python.warm", value, "ms");
        }
        samples.add("reference.pipe", 0.01, "ms");
        samples.add("stop.type", 120.0, "ms");
        samples.add("app.memory", 300.0, "MB");
        let check = |sample: &str, expected: &str| {
            let row = ROWS.iter().find(|row| row.sample == sample).unwrap();
            assert_eq!(line(row, &samples), expected);
        };
        check(
            "python.warm",
            "| Python `1+1`, warm | 0.5 ms (median of 3, p95 0.6) | 1 ms | 0.5 | a line through `cat` and back: 0.01 ms (× 50) | met |\n",
        );
        check(
            "stop.type",
            "| stop of a text of 10,000 characters, key to last event | 120 ms | 100 ms, p99 | 1.2 | none | **missed** |\n",
        );
        check(
            "app.memory",
            "| memory, idle with window | 300 MB | 1.3 × the reference |  | empty Tauri window: not installed |  |\n",
        );
        check(
            "shell.warm",
            "| shell `echo hi`, warm | not measured | 1 ms |  | a line through `cat` and back: 0.01 ms |  |\n",
        );
    }
}
