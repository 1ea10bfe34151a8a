//! What happens when the worker is missing, slow, broken or gone.

use std::path::Path;
use std::time::Duration;

use interpreter_perception::{Eyes, EyesError, Pixels};

use crate::scene::{eyes, render, worker};

fn white() -> Pixels {
    Pixels::filled(40, 20, [255, 255, 255])
}

/// A program that behaves as the shell script says.
fn program(folder: &Path, script: &str) -> std::path::PathBuf {
    use std::os::unix::fs::PermissionsExt as _;
    let path = folder.join("interpreter-eyes");
    std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn a_missing_worker_says_how_to_get_it() {
    let error = Eyes::new()
        .with_program("/nowhere/eyes")
        .read_text(&white())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, EyesError::NotInstalled { .. }),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains("/nowhere/eyes is not there. Install"),
        "{error}"
    );
}

#[tokio::test]
async fn a_missing_library_or_data_is_told_from_a_crash() {
    let folder = tempfile::tempdir().unwrap();
    let loader = program(
        folder.path(),
        "echo 'x: error while loading shared libraries: libtesseract.so.5: cannot open' >&2; exit 127",
    );
    let error = Eyes::new()
        .with_program(loader)
        .read_text(&white())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, EyesError::NotInstalled { detail, fix }
            if detail == "libtesseract.so.5: cannot open" && fix.contains("tesseract-ocr")),
        "{error:?}"
    );
    let mut command = std::process::Command::new(worker());
    command
        .env("INTERPRETER_OCR_LANGUAGES", "xyz")
        .stdin(std::process::Stdio::null());
    let output = command.output().unwrap();
    let hello = String::from_utf8(output.stdout).unwrap();
    assert!(hello.contains("tesseract-ocr-xyz"), "{hello}");
}

#[tokio::test]
async fn a_broken_worker_is_tried_twice_and_its_words_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let starts = folder.path().join("starts");
    let script = format!(
        "echo x >> {}; echo '{{\"eyes\":1}}'; read line; echo boom >&2; exit 9",
        starts.display()
    );
    let broken = program(folder.path(), &script);
    let error = Eyes::new()
        .with_program(broken)
        .read_text(&white())
        .await
        .unwrap_err();
    assert!(
        matches!(&error, EyesError::Failed { detail } if detail.contains("exit status: 9")),
        "{error:?}"
    );
    assert_eq!(std::fs::read_to_string(starts).unwrap().lines().count(), 2);
}

#[tokio::test]
async fn a_slow_worker_is_ended_at_its_deadline() {
    let folder = tempfile::tempdir().unwrap();
    let pid = folder.path().join("pid");
    let script = format!(
        "echo $$ > {}; echo '{{\"eyes\":1}}'; exec sleep 600",
        pid.display()
    );
    let eyes = Eyes::new()
        .with_program(program(folder.path(), &script))
        .with_deadline(Duration::from_millis(300));
    assert_eq!(
        eyes.read_text(&white()).await,
        Err(EyesError::TooSlow { seconds: 0 })
    );
    let pid = std::fs::read_to_string(pid).unwrap();
    gone(pid.trim()).await;
}

/// Waits until a process is no more (or a zombie, before its parent looks).
async fn gone(pid: &str) {
    let ended = async {
        loop {
            match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
                Ok(stat) if !stat.contains(") Z ") => tokio::task::yield_now().await,
                _ => return,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(30), ended)
        .await
        .expect("the worker ends");
}

#[tokio::test]
async fn a_killed_worker_is_replaced_and_the_last_clone_ends_it() {
    let eyes = eyes();
    let (pixels, scene) = render("buttons");
    let before = eyes.read_text(&pixels).await.unwrap();
    assert!(before.len() > scene.texts.len());
    let first = child_of_this_process();
    let killed = std::process::Command::new("kill")
        .args(["-9", &first])
        .status()
        .unwrap();
    assert!(killed.success());
    assert_eq!(eyes.clone().read_text(&pixels).await.unwrap(), before);
    let second = child_of_this_process();
    assert_ne!(first, second);
    drop(eyes);
    gone(&second).await;
}

/// The one child of this test's process; nextest gives each test its own.
fn child_of_this_process() -> String {
    let own = std::process::id().to_string();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let pid = entry.file_name().to_string_lossy().into_owned();
        let Ok(stat) = std::fs::read_to_string(entry.path().join("stat")) else {
            continue;
        };
        let Some((head, rest)) = stat.rsplit_once(") ") else {
            continue;
        };
        let mut fields = rest.split(' ');
        if fields.next() != Some("Z")
            && fields.next() == Some(own.as_str())
            && head.contains("(interpreter-eye")
        {
            return pid;
        }
    }
    panic!("no worker runs");
}

#[tokio::test]
async fn a_look_that_is_given_up_leaves_the_eyes_usable() {
    let eyes = eyes();
    let (pixels, _) = render("buttons");
    let look = eyes.read_text(&pixels);
    // Given up at once, in the middle of starting the worker.
    assert!(
        tokio::time::timeout(Duration::from_millis(1), look)
            .await
            .is_err()
    );
    assert!(!eyes.read_text(&pixels).await.unwrap().is_empty());
}

#[tokio::test]
async fn an_image_of_the_wrong_length_is_refused_here() {
    for (width, height, length) in [(0, 10, 0), (10, 10, 299), (10, 10, 301)] {
        let pixels = Pixels {
            width,
            height,
            rgb: vec![0; length],
        };
        let result = Eyes::new().read_text(&pixels).await;
        assert!(
            matches!(result, Err(EyesError::BadImage { .. })),
            "{result:?}"
        );
    }
}

#[tokio::test]
async fn odd_images_are_read_without_a_crash() {
    let eyes = eyes();
    for (width, height) in [(1, 1), (3, 700), (700, 3), (8, 8), (1921, 17)] {
        let noise: Vec<u8> = (0..width * height * 3)
            .map(|at: u32| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
            .collect();
        eyes.read_text(&Pixels {
            width,
            height,
            rgb: noise,
        })
        .await
        .unwrap();
    }
    eyes.check().await.unwrap();
}

#[test]
fn only_the_worker_links_the_recogniser() {
    let links = |path: &Path| {
        let output = std::process::Command::new("ldd")
            .arg(path)
            .output()
            .expect("ldd runs");
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("libtesseract")
    };
    assert!(!links(&std::env::current_exe().unwrap()));
    assert!(links(&worker()));
}
