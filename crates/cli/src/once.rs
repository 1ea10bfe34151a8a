//! One message, one answer, and out.

use interpreter_protocol::{Error, ErrorCode};

use crate::args::{Invocation, Wish};
use crate::exit::Exit;
use crate::plain::Plain;
use crate::rich::Rich;
use crate::session::Session;
use crate::terminal::Abilities;
use crate::terminal::keyboard::Keyboard;
use crate::turn::{self, Ended};
use crate::view::{Json, View};
use crate::{attach, house, input, report};

/// Answers the message.
///
/// # Errors
/// No message, and whatever keeps the turn from beginning.
pub(crate) async fn run(invocation: &Invocation, wish: &Wish) -> Result<Exit, Error> {
    turn::listen_for_interrupts();
    let Some(text) = message(wish).await? else {
        return Ok(Exit::Interrupted);
    };
    // A program that reads chunks is no person who could be asked.
    let keyboard = if invocation.json || wish.stdin {
        None
    } else {
        Keyboard::find()
    };
    let engine = house::open(invocation, "the terminal")?;
    let abilities = Abilities::of_stdout(invocation.plain || wish.stdin);
    let mut view: Box<dyn View> = if invocation.json {
        Box::new(Json::new(engine.clone()))
    } else if abilities.cursor {
        Box::new(Rich::new(engine.clone(), abilities.colours))
    } else {
        Box::new(Plain::new(engine.clone()))
    };
    let result = async {
        let mut session = match &invocation.conversation {
            Some(conversation) => Session::resume(engine.clone(), conversation, 1).await?.0,
            None => Session::new(engine.clone()),
        };
        session.say(attach::of_message(text)).await?;
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
                "The model wants to do something that needs approval, and nobody can be asked \
                 here, so nothing was run.\nRun `interpreter` in a terminal to be asked, or add \
                 --auto_run (-y) to allow everything without asking.",
            );
            Exit::ApprovalNeeded
        }
    })
}

/// The words of the command line, then standard input where it was asked for.
/// None where it was interrupted.
async fn message(wish: &Wish) -> Result<Option<String>, Error> {
    if !wish.stdin {
        return match wish.words.as_deref().map(str::trim) {
            None | Some("") => Err(Error::new(ErrorCode::BadInput, "The message is empty.")
                .remedy("Write it behind the flags.")),
            Some(_) => Ok(wish.words.clone()),
        };
    }
    let mut interrupts = turn::Interrupts::new();
    let read = tokio::select! {
        read = input::read_all() => read?,
        () = interrupts.next() => return Ok(None),
    };
    Ok(Some(match &wish.words {
        Some(words) => format!("{words}\n\n{read}"),
        None => read,
    }))
}
