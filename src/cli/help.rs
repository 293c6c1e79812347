//! `accordant help`: the help of a command, and the table of exit codes.

use std::fmt::Write;

use clap::{Args, CommandFactory};

use super::{Cli, Exit, Failure, Output};
use crate::diagnostic::render::WIDTH;
use crate::text;

/// Print the help of a command, or a topic: exit-codes
#[derive(Debug, Args)]
pub struct Help {
    /// A command, or `exit-codes`
    topic: Option<String>,
}

/// Prints the help.
///
/// # Errors
/// Where there is neither such a command nor such a topic.
pub fn run(args: &Help, output: &Output) -> Result<Exit, Failure> {
    let mut cli = Cli::command();
    cli.build();
    let help = match args.topic.as_deref() {
        None => cli.render_long_help().to_string(),
        Some("exit-codes") => exit_codes(),
        Some(topic) => match cli.find_subcommand_mut(topic) {
            Some(command) => command.render_long_help().to_string(),
            None => {
                let topics = cli
                    .get_subcommands()
                    .map(clap::Command::get_name)
                    .chain(["exit-codes"]);
                let near = text::closest(topic, topics);
                let help = near.map_or("accordant help".to_owned(), |near| {
                    format!("accordant help {near}")
                });
                return Err(Failure::new(format!("there is no help on `{topic}`")).help(help));
            }
        },
    };
    output.result(&help);
    Ok(Exit::Fine)
}

fn exit_codes() -> String {
    let mut out = String::new();
    for exit in Exit::ALL {
        for (i, line) in text::wrap(exit.meaning(), WIDTH - 7).iter().enumerate() {
            let number = if i == 0 {
                exit.code().to_string()
            } else {
                String::new()
            };
            let _ = writeln!(out, "{number:>5}  {line}");
        }
    }
    out
}
