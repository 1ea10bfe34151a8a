//! `interpreter replay` and `interpreter steps`: what was done on the screen, done again
//! or as a page.

use std::io::Write as _;

use interpreter_protocol::{Answer, ConversationId, Error, ExportFormat, Query};

use crate::args::Invocation;
use crate::exit::Exit;
use crate::plain::Plain;
use crate::rich::Rich;
use crate::session::Session;
use crate::terminal::Abilities;
use crate::terminal::keyboard::Keyboard;
use crate::turn::{self, Ended};
use crate::view::{Json, View};
use crate::{house, report};

/// Does the recorded steps of a conversation again; all of them where none is named.
///
/// # Errors
/// Whatever keeps it from beginning.
pub(crate) async fn run(
    invocation: &Invocation,
    conversation: &str,
    numbers: &[u32],
) -> Result<Exit, Error> {
    turn::listen_for_interrupts();
    let keyboard = match invocation.json {
        true => None,
        false => Keyboard::find(),
    };
    let engine = house::open(invocation, "the terminal")?;
    let abilities = Abilities::of_stdout(invocation.plain);
    let mut view: Box<dyn View> = if invocation.json {
        Box::new(Json::new(engine.clone()))
    } else if abilities.cursor {
        Box::new(Rich::new(engine.clone(), abilities.colours))
    } else {
        Box::new(Plain::new(engine.clone()))
    };
    let result = async {
        let numbers = (!numbers.is_empty()).then(|| numbers.to_vec());
        let mut session = Session::new(engine.clone());
        session
            .replay(ConversationId::from(conversation), numbers)
            .await?;
        turn::follow(&mut session, view.as_mut(), keyboard).await
    }
    .await;
    engine.shutdown().await;
    Ok(match result? {
        Ended::Well | Ended::OutputClosed => Exit::Done,
        Ended::Failed => Exit::Failed,
        Ended::Interrupted => Exit::Interrupted,
        Ended::ApprovalNeeded => {
            report::notice(
                "A step needs approval, and nobody can be asked here, so it was not done.\n\
                 Run it in a terminal to be asked.",
            );
            Exit::ApprovalNeeded
        }
    })
}

/// Writes the steps of a conversation as one HTML page.
///
/// # Errors
/// No such conversation; output that cannot be written.
pub(crate) async fn page(
    invocation: &Invocation,
    conversation: &str,
    screenshots: bool,
) -> Result<Exit, Error> {
    let engine = house::open(invocation, "the terminal")?;
    let query = Query::Export {
        conversation: ConversationId::from(conversation),
        format: ExportFormat::Steps,
        screenshots,
    };
    let answer = engine.query(query).await;
    engine.shutdown().await;
    let Answer::File { text, .. } = answer? else {
        return Ok(Exit::Failed);
    };
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(report::output_failed(&error))
        }
        _ => Ok(Exit::Done),
    }
}
