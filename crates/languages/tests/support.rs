//! Runs code and folds what happens into one value.

use std::path::PathBuf;
use std::time::Duration;

use interpreter_languages::{Languages, LanguagesConfig, Run, RunEnd, RunEvent, RunStatus};

/// The Python of the system: a plain one, with matplotlib beside it.
pub const PYTHON: &str = "/usr/bin/python3";

/// Languages in a folder of their own.
pub struct Bench {
    pub languages: Languages,
    pub folder: PathBuf,
    _guard: tempfile::TempDir,
}

/// Everything one run did.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Folded {
    pub place: Option<String>,
    pub output: String,
    pub lines: Vec<u32>,
    pub images: Vec<(String, Option<u32>, Option<u32>)>,
    pub html: Vec<String>,
    pub asked: Vec<(String, bool)>,
    pub end: Option<RunEnd>,
}

impl Folded {
    pub fn status(&self) -> RunStatus {
        self.end.as_ref().expect("the run has ended").status
    }

    pub fn exit(&self) -> Option<i32> {
        self.end.as_ref().expect("the run has ended").exit
    }

    pub fn message(&self) -> &str {
        self.end
            .as_ref()
            .and_then(|end| end.message.as_deref())
            .unwrap_or_default()
    }
}

pub fn bench() -> Bench {
    bench_with(|_| {})
}

pub fn bench_with(change: impl FnOnce(&mut LanguagesConfig)) -> Bench {
    for program in [PYTHON, "/usr/bin/node", "/bin/bash", "/usr/bin/zsh"] {
        assert!(
            std::path::Path::new(program).exists(),
            "these tests need {program}"
        );
    }
    let guard = tempfile::tempdir().unwrap();
    let folder = guard.path().join("work");
    std::fs::create_dir(&folder).unwrap();
    let mut config = LanguagesConfig {
        folder: folder.clone(),
        env: vec![("SHELL".to_owned(), "/bin/bash".to_owned())],
        python: Some(PYTHON.into()),
        timeout: None,
        state_dir: guard.path().join("state"),
    };
    change(&mut config);
    Bench {
        languages: Languages::new(config),
        folder,
        _guard: guard,
    }
}

impl Bench {
    pub fn start(&self, language: &str, code: &str) -> Run {
        self.languages.run(language, code).unwrap()
    }

    pub async fn run(&self, language: &str, code: &str) -> Folded {
        self.answer(language, code, &[]).await
    }

    /// Runs, answering questions in turn (`None`: end of file).
    pub async fn answer(&self, language: &str, code: &str, answers: &[Option<&str>]) -> Folded {
        let mut run = self.start(language, code);
        fold(&mut run, answers).await
    }
}

/// The next event. A run that stands still fails the test instead of hanging it.
pub async fn next(run: &mut Run) -> RunEvent {
    tokio::time::timeout(Duration::from_secs(40), run.events.recv())
        .await
        .expect("the run stands still")
        .expect("the run ended without Done")
}

pub async fn fold(run: &mut Run, answers: &[Option<&str>]) -> Folded {
    let mut folded = Folded::default();
    let mut answers = answers.iter();
    loop {
        match next(run).await {
            RunEvent::Started { place } => folded.place = Some(place),
            RunEvent::Output(text) => {
                assert!(text.len() <= 64 * 1024, "a chunk is bounded");
                folded.output += &text;
            }
            RunEvent::ActiveLine(line) => folded.lines.extend(line),
            RunEvent::Image {
                media_type,
                width,
                height,
                base64,
            } => {
                assert!(!base64.is_empty());
                folded.images.push((media_type, width, height));
            }
            RunEvent::Html(html) => folded.html.push(html),
            RunEvent::Input {
                request,
                prompt,
                secret,
            } => {
                folded.asked.push((prompt, secret));
                match answers.next() {
                    Some(answer) => run.control.input(&request, answer.map(str::to_owned)),
                    None => panic!("an unexpected question: {folded:?}"),
                }
            }
            RunEvent::Done(end) => {
                folded.end = Some(end);
                assert!(run.events.recv().await.is_none(), "nothing follows Done");
                return folded;
            }
        }
    }
}

/// Reads until this text has been printed.
pub async fn until_output(run: &mut Run, wanted: &str) -> String {
    let mut output = String::new();
    while !output.contains(wanted) {
        match next(run).await {
            RunEvent::Output(text) => output += &text,
            RunEvent::Done(end) => panic!("ended without {wanted:?}: {output:?} {end:?}"),
            _ => {}
        }
    }
    output
}

/// Waits until a process is gone.
pub async fn gone(pid: u32) {
    let mut waited = 0;
    while alive(pid) {
        tokio::time::sleep(Duration::from_millis(5)).await;
        waited += 1;
        assert!(waited < 4000, "process {pid} is still there");
    }
}

pub fn alive(pid: u32) -> bool {
    // A dead process that nobody has waited for yet still has a folder there.
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        let state = stat
            .rsplit(')')
            .next()
            .and_then(|rest| rest.split_whitespace().next());
        !matches!(state, Some("Z" | "X"))
    })
}

/// One row of a table: code, what is printed, how it ends.
pub async fn check(bench: &Bench, language: &str, code: &str, output: &str, status: RunStatus) {
    let folded = bench.run(language, code).await;
    assert_eq!(folded.output, output, "{language}: {code:?}: {folded:?}");
    assert_eq!(folded.status(), status, "{language}: {code:?}: {folded:?}");
}
