//! The command line: thin. It asks, prints, and sets the exit code; what to do is the library's to decide.

mod activity;
mod args;
mod ask;
mod connect;
mod disconnect;
mod doctor;
mod exit;
mod forget;
mod hint;
mod list;
mod orphans;
mod print;
mod profile;
mod resume;
mod rotate;
mod settings;
mod usage;
mod vault;
use crate::start::{open, start_log};
use args::Command;
use clap::Parser;
use narrows_core::problem::Problem;
use std::ffi::OsString;
use std::process::ExitCode;

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
    let given: Vec<OsString> = std::env::args_os().collect();
    let json = given.iter().any(|argument| argument == "--json");
    let read = args::Line::try_parse_from(&given);
    if let Some(problem) = usage::exposed(&given, read.as_ref().err()) {
        return refuse(&problem, json);
    }
    match read {
        Ok(args::Line {
            command: Some(command),
        }) => Wanted::Command(Box::new(command)),
        Ok(args::Line { command: None }) => Wanted::Window,
        Err(error) if json && error.use_stderr() => refuse(&usage::problem(&error), json),
        Err(error) => {
            // Where the terminal is gone there is nobody to tell.
            let _ = error.print();
            Wanted::Nothing(if error.use_stderr() {
                ExitCode::from(exit::USAGE)
            } else {
                ExitCode::SUCCESS
            })
        }
    }
}

fn refuse(problem: &Problem, json: bool) -> Wanted {
    print::problem(problem, json);
    Wanted::Nothing(ExitCode::from(exit::USAGE))
}

/// Runs one command to its end.
pub(crate) fn run(command: Command) -> ExitCode {
    start_log();
    let json = match &command {
        Command::Connect(connect) => connect.here.output.json,
        Command::TokenPage(page) => page.output.json,
        Command::Connections(output) => output.json,
        Command::Rotate(rotate) => rotate.here.output.json,
        Command::Deliver(deliver) => deliver.here.output.json,
        Command::Disconnect(disconnect) => disconnect.here.output.json,
        Command::Resume(resume) => resume.here.output.json,
        Command::Orphans(orphans) => orphans.output.json,
        Command::Doctor(doctor) => doctor.here.output.json,
        Command::Status(status) => status.here.output.json,
        Command::Profile(wanted) => profile::as_json(wanted),
        Command::Activity(activity) => activity.output.json,
        Command::Settings(wanted) => settings::as_json(wanted),
        Command::Vault(wanted) => vault::as_json(wanted),
        Command::Forget(forget) => forget.output.json,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            print::err(format!("narrows: {error}"));
            return ExitCode::from(exit::FAULT);
        }
    };
    let result = runtime.block_on(async {
        match command {
            // Profiles are read without records, vault or network.
            Command::Profile(wanted) => profile::run(&wanted),
            Command::Connect(wanted) => Box::pin(connect::connect(&open()?, wanted)).await,
            Command::TokenPage(wanted) => list::token_page(&open()?, &wanted),
            Command::Connections(output) => list::connections(&open()?, output),
            Command::Rotate(wanted) => Box::pin(rotate::rotate(&open()?, wanted)).await,
            Command::Deliver(wanted) => connect::deliver(&open()?, &wanted).await,
            Command::Disconnect(wanted) => Box::pin(disconnect::disconnect(&open()?, wanted)).await,
            Command::Resume(wanted) => Box::pin(resume::resume(&open()?, wanted)).await,
            Command::Orphans(wanted) => Box::pin(orphans::orphans(&open()?, wanted)).await,
            Command::Doctor(wanted) => Ok(Box::pin(doctor::doctor(&open()?, wanted)).await),
            Command::Status(wanted) => list::status(&open()?, &wanted).await,
            Command::Activity(wanted) => activity::activity(&open()?, &wanted).await,
            Command::Settings(wanted) => settings::run(&open()?, &wanted).await,
            Command::Vault(wanted) => vault::run(&open()?, &wanted).await,
            Command::Forget(wanted) => forget::forget(&open()?, wanted).await,
        }
    });
    // A keychain call that never came back must not keep the process.
    runtime.shutdown_background();
    match result {
        Ok(code) => ExitCode::from(code),
        Err(problem) => {
            print::problem(&problem, json);
            ExitCode::from(exit::of(&problem))
        }
    }
}

/// What a build without the window says when the window is asked for.
#[cfg(not(feature = "gui"))]
pub(crate) fn no_window() -> ExitCode {
    print::err("narrows: this build has no window. `narrows --help` lists the commands.");
    ExitCode::from(exit::USAGE)
}

/// What a second start says where the window that is open does not answer.
#[cfg(feature = "gui")]
pub(crate) fn window_silent() -> ExitCode {
    print::err(
        "narrows: its window is open already, and does not answer. Close it, then start again.",
    );
    ExitCode::from(exit::STOPPED)
}
