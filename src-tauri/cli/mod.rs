//! The command line: thin. It asks, prints, and sets the exit code; what to do is the library's to decide.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "printing is what a command line does"
)]

mod args;
mod ask;
mod connect;
mod exit;
mod list;
mod print;
mod profile;

use std::process::ExitCode;

use clap::Parser;
use narrows_core::connect::{Addresses, App};
use narrows_core::problem::{Next, Problem};

use args::Command;

/// What the arguments ask for.
pub(crate) enum Wanted {
    /// A command.
    Command(Box<Command>),
    /// The window.
    Window,
    /// Nothing more: help or a refusal was printed.
    Nothing(ExitCode),
}

/// Reads the arguments.
pub(crate) fn arguments() -> Wanted {
    match args::Line::try_parse() {
        Ok(args::Line {
            command: Some(command),
        }) => Wanted::Command(Box::new(command)),
        Ok(args::Line { command: None }) => Wanted::Window,
        Err(error) => {
            let wrong = error.use_stderr();
            // Where the terminal is gone there is nobody to tell.
            let _ = error.print();
            Wanted::Nothing(if wrong {
                ExitCode::from(exit::USAGE)
            } else {
                ExitCode::SUCCESS
            })
        }
    }
}

/// Runs one command to its end.
pub(crate) fn run(command: Command) -> ExitCode {
    start_log();
    let json = match &command {
        Command::Connect(connect) => connect.output.json,
        Command::TokenPage(page) => page.output.json,
        Command::Connections(output) => output.json,
        Command::Deliver(deliver) => deliver.output.json,
        Command::Status(status) => status.output.json,
        Command::Profile(wanted) => profile::as_json(wanted),
    };
    // Profiles are read without records, vault or network.
    if let Command::Profile(wanted) = &command {
        return ended(profile::run(wanted), json);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("narrows: {error}");
            return ExitCode::from(exit::FAULT);
        }
    };
    let result = runtime.block_on(async {
        let app = open()?;
        match command {
            Command::Connect(wanted) => connect::connect(&app, wanted).await,
            Command::TokenPage(wanted) => list::token_page(&app, &wanted),
            Command::Connections(output) => list::connections(&app, output),
            Command::Deliver(wanted) => connect::deliver(&app, &wanted).await,
            Command::Status(wanted) => list::status(&app, &wanted).await,
            Command::Profile(wanted) => profile::run(&wanted),
        }
    });
    // A keychain call that never came back must not keep the process.
    runtime.shutdown_background();
    ended(result, json)
}

fn ended(result: Result<u8, Problem>, json: bool) -> ExitCode {
    match result {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            print::problem(&problem, json);
            ExitCode::from(exit::of(&problem))
        }
    }
}

/// Opens the application on the addresses and the data folder that the environment names.
pub(crate) fn open() -> Result<App, Problem> {
    let read = |name: &str| match std::env::var(name) {
        Ok(text) if !text.is_empty() => Ok(Some(text)),
        Ok(_) | Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(unreadable(name)),
    };
    let (api, dashboard, platform) = (
        read("NARROWS_CLOUDFLARE_API")?,
        read("NARROWS_DASHBOARD")?,
        read("NARROWS_PLATFORM")?,
    );
    let addresses = Addresses::new(api.as_deref(), dashboard.as_deref(), platform.as_deref())?;
    let folder = args::home(addresses.sandbox).ok_or_else(|| {
        Problem::new(
            "no-home",
            "This user has no home folder to keep the records in.",
            "Name a folder in NARROWS_HOME.",
            Next::StartOver,
        )
    })?;
    App::open(folder, addresses)
}

/// What a build without the window says when the window is asked for.
#[cfg(not(feature = "gui"))]
pub(crate) fn no_window() -> ExitCode {
    eprintln!("narrows: this build has no window. `narrows --help` lists the commands.");
    ExitCode::from(exit::USAGE)
}

/// Logs to standard error what `NARROWS_LOG` names, and nothing without it.
pub(crate) fn start_log() {
    let Ok(filter) = tracing_subscriber::EnvFilter::try_from_env("NARROWS_LOG") else {
        return;
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    // A second call in one process is a programming fault that harms nobody.
    let _ = log.try_init();
}

fn unreadable(name: &str) -> Problem {
    Problem::new(
        "environment-unreadable",
        format!("{name} is not text."),
        format!("Correct {name}."),
        Next::StartOver,
    )
}
