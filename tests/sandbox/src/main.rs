//! The sandbox as a process: starts, prints one line of JSON with its addresses, runs until it is stopped.

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::Parser;
use narrows_sandbox::{Options, Sandbox, platform};

/// A Cloudflare and a platform on loopback.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// Port of the Cloudflare API; dashboard, platform and admin take the next three [default: any]
    #[arg(long)]
    port: Option<u16>,
    /// The same seed gives the same ids and tokens
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Milliseconds added to each request
    #[arg(long, default_value_t = 0)]
    latency_ms: u64,
    /// Milliseconds until a new token is known to every product
    #[arg(long, default_value_t = 0)]
    propagation_ms: u64,
    /// Accounts of the user
    #[arg(long, default_value_t = 1)]
    accounts: usize,
    /// Zones of the first account
    #[arg(long, default_value_t = 2)]
    zones: usize,
    /// Approve device codes without a person
    #[arg(long)]
    auto_approve: bool,
}

impl Arguments {
    fn options(self) -> Result<Options, platform::Error> {
        Ok(Options {
            port: self.port,
            seed: self.seed,
            latency_ms: self.latency_ms,
            propagation_ms: self.propagation_ms,
            accounts: self.accounts,
            zones: self.zones,
            auto_approve: self.auto_approve,
            platform_key: platform::Config::key_from_environment()?,
        })
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "narrows-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start(arguments.options()?).await?;
    let line = serde_json::to_string(sandbox.face())?;
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    drop(out);
    tokio::signal::ctrl_c().await?;
    Ok(())
}
