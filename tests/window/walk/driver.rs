//! A WebDriver program on a port of its own, and the one session that it holds.

use std::net::{Ipv4Addr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use thirtyfour::{Capabilities, WebDriver};

use crate::patience::{LONG, within};
use crate::processes;

/// The program; whatever it started ends with it.
pub(crate) struct Driver(Child);

impl Driver {
    /// Starts the program on a free port and opens a session on it.
    pub(crate) async fn session(
        mut program: Command,
        capability: (&str, Value),
    ) -> (WebDriver, Self) {
        let port = free_port();
        program.arg(format!("--port={port}")).stdout(Stdio::null());
        if std::env::var_os("NARROWS_LOG").is_none() {
            program.stderr(Stdio::null());
        }
        let driver = Self(program.spawn().expect("the driver starts"));
        within(LONG, async || {
            tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .ok()
        })
        .await
        .expect("the driver listens on its port");
        let mut capabilities = Capabilities::new();
        // Without a value the driver opens its own browser.
        let (name, value) = capability;
        capabilities.set(name, value).expect("a capability in JSON");
        let session = WebDriver::builder(format!("http://127.0.0.1:{port}"), capabilities)
            // A session that could not be opened must not hang the test.
            .request_timeout(Duration::from_secs(40))
            .await
            .expect("the driver opens a session");
        (session, driver)
    }

    /// Every process that the driver has started.
    pub(crate) fn started(&self) -> Vec<u32> {
        processes::family(self.0.id()).split_off(1)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        processes::end(&processes::family(self.0.id()));
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    listener.local_addr().expect("its number").port()
}
