//! The command line: the only floor that reads arguments, prints and exits. One file a command.
//!
//! A command takes its arguments and the [`Output`], calls the floors below, and gives an [`Exit`]. What it could not
//! do is a [`Failure`]. It decides nothing about specs and records.

pub mod automations;
pub mod build;
pub mod catalog;
pub mod check;
pub mod completions;
pub mod disk;
pub mod dump;
pub mod engine;
mod execution;
pub mod exit;
pub mod explain;
pub mod fmt;
pub mod forecast;
mod formulas;
pub mod graph;
pub mod help;
pub mod init;
pub mod output;
pub mod preview;
pub mod project;
pub mod run;
pub mod summary;
pub mod test;
pub mod witness;

use std::panic;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub use exit::{Exit, Failure};
pub use output::Output;

use crate::diagnostic::Code;

/// Keeps HubSpot and Salesforce one truth, from a spec with a line a field.
#[derive(Debug, Parser)]
#[command(
    name = "accordant",
    version,
    disable_help_subcommand = true,
    after_help = "Exit codes: accordant help exit-codes"
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// How findings are written: for people on stderr, the others on stdout
    #[arg(long, global = true, value_enum, default_value_t = Format::Human)]
    pub format: Format,
    /// Whether to use colours; `NO_COLOR` in the environment turns `auto` off
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub color: When,
    /// Say nothing but findings and results
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// How findings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// With snippets, for people
    Human,
    /// One JSON document
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands, for GitHub Actions
    Github,
    /// Graphviz, of `graph` alone
    Dot,
    /// Mermaid, of `graph` alone
    Mermaid,
    /// A picture, of `graph` alone
    Svg,
}

impl Format {
    /// Whether it is a drawing.
    pub const fn draws(self) -> bool {
        matches!(self, Self::Dot | Self::Mermaid | Self::Svg)
    }
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Init),
    Check(check::Check),
    Build(build::Build),
    Run(run::Run),
    Preview(preview::Preview),
    Fmt(fmt::Fmt),
    Test(test::Test),
    Dump(dump::Dump),
    Graph(graph::Graph),
    Catalog(catalog::Catalog),
    Explain(explain::Explain),
    Completions(completions::Completions),
    Help(help::Help),
}

/// The whole program.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // help and version are refusals, too: to stdout, with exit code 0
            let _ = refusal.print();
            return if refusal.use_stderr() {
                Exit::Failed
            } else {
                Exit::Fine
            }
            .into();
        }
    };
    let output = Output::new(&cli.global);
    panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map(|l| format!(" at {}:{}", l.file(), l.line()))
            .unwrap_or_default();
        output::complain(&format!(
            "{} {}: a bug of ours{place}\n",
            Code::B001,
            Code::B001.slug()
        ));
        output::complain("  fix   report it with the command and, if you may share it, the spec\n");
    }));
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| dispatch(&cli.command, &output)));
    match outcome {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            output.failure(&failure);
            Exit::Failed.into()
        }
        Err(_) => Exit::Failed.into(),
    }
}

fn dispatch(command: &Command, output: &Output) -> Result<Exit, Failure> {
    if output.format.draws() && !matches!(command, Command::Graph(_)) {
        return Err(Failure::new("only `graph` draws")
            .help("use --format human, json, sarif or github here"));
    }
    match command {
        Command::Init(args) => init::run(args, output),
        Command::Check(args) => check::run(args, output),
        Command::Build(args) => build::run(args, output),
        Command::Run(args) => run::run(args, output),
        Command::Preview(args) => preview::run(args, output),
        Command::Fmt(args) => fmt::run(args, output, fmt::format),
        Command::Test(args) => test::run(args, output),
        Command::Dump(args) => dump::run(args, output),
        Command::Graph(args) => graph::run(args, output),
        Command::Catalog(args) => catalog::run(args, output),
        Command::Explain(args) => explain::run(args, output),
        Command::Completions(args) => completions::run(args, output),
        Command::Help(args) => help::run(args, output),
    }
}
