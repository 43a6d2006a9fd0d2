//! A Cloudflare and a platform on loopback, strict where the real ones are.
//!
//! It shares no code with the product: two readings of the same API, so that a mistake shows.
//!
//! The rooms, from the outside in:
//! - `admin`: the door for tests; `dashboard`: the token page a person sees; [`platform`]: the connection API.
//! - `cloudflare`: the API below `/client/v4`.
//! - `wire`: what happens to a request on its way (history, latency, faults).
//! - `world`: what exists, and the rules between it.
//!
//! ```
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = narrows_sandbox::Sandbox::start(narrows_sandbox::Options::default()).await?;
//! assert!(sandbox.face().cloudflare_api.ends_with("/client/v4"));
//! # Ok(())
//! # }
//! ```

mod admin;
mod cloudflare;
mod dashboard;
pub mod platform;
mod shared;
mod wire;
mod world;

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::Router;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    platform::{CloudflareVerdict, Platform},
    shared::Shared,
    wire::{
        history::Side,
        line::{Door, Peer},
    },
    world::{Size, World, propagation::Propagation},
};

/// How a sandbox starts.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port of the Cloudflare API; the dashboard, the platform and the admin door take the next three. The
    /// system chooses when absent.
    pub port: Option<u16>,
    /// The same seed gives the same ids and token values.
    pub seed: u64,
    /// Milliseconds added to each request to Cloudflare and the platform.
    pub latency_ms: u64,
    /// Milliseconds until a new token is known to every product.
    pub propagation_ms: u64,
    /// How many accounts the user has; at least one.
    pub accounts: usize,
    /// How many zones the first account has.
    pub zones: usize,
    /// Whether the platform approves device codes by itself.
    pub auto_approve: bool,
    /// The key that the platform seals tokens with; made at start when absent.
    pub platform_key: Option<[u8; 32]>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: None,
            seed: 1,
            latency_ms: 0,
            propagation_ms: 0,
            accounts: 1,
            zones: 2,
            auto_approve: false,
            platform_key: None,
        }
    }
}

/// Where everything is, and the credentials that work there.
///
/// These are secrets of the sandbox only; they open nothing else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Face {
    /// Base address of the API, `/client/v4` included.
    pub cloudflare_api: String,
    /// Base address of the dashboard.
    pub dashboard: String,
    /// Base address of the platform.
    pub platform: String,
    /// Base address of the admin door.
    pub admin: String,
    /// The user's e-mail address, for the Global API Key.
    pub user_email: String,
    /// The first account.
    pub account_id: String,
    /// The first zone of that account; empty when it has none.
    pub zone_id: String,
    /// A user token with token management and account settings.
    pub broad_token: String,
    /// The same, owned by the first account.
    pub broad_account_token: String,
    /// A user token with Pages Write on the first account.
    pub narrow_token: String,
    /// The user's Global API Key.
    pub global_key: String,
}

/// Why a sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A port could not be taken.
    #[error("a port could not be taken: {0}")]
    Port(#[from] io::Error),
    /// The platform could not start.
    #[error("the platform could not start: {0}")]
    Platform(#[from] platform::Error),
}

/// A running sandbox; dropping it closes every door and cuts the connections that are still open.
pub struct Sandbox {
    face: Face,
    doors: Vec<JoinHandle<()>>,
    shut: Arc<AtomicBool>,
}

impl Sandbox {
    /// Opens all doors on 127.0.0.1. Ready as soon as it returns.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let now = Timestamp::now();
        let size = Size {
            seed: options.seed,
            accounts: options.accounts,
            zones: options.zones,
        };
        let mut world = World::new(&size, now);
        world.propagation = Propagation::uniform(options.propagation_ms);
        let [cloudflare, dashboard, platform, admin] = listen(options.port).await?;
        let face = Face::of(
            &world,
            [&cloudflare, &dashboard, &platform, &admin].map(base),
        );
        let shared = Arc::new(Shared::new(world, options.latency_ms));
        let rooms = open_platform(&shared, &face, &options)?;
        let shut = Arc::new(AtomicBool::new(false));
        let serve = |listener, router| serve(Door::new(listener, Arc::clone(&shut)), router);
        let doors = vec![
            serve(
                cloudflare,
                wire::guard(
                    cloudflare::router(Arc::clone(&shared)),
                    Side::Cloudflare,
                    Arc::clone(&shared),
                ),
            ),
            serve(dashboard, dashboard::router(Arc::clone(&shared))),
            serve(
                platform,
                wire::guard(rooms.router(), Side::Platform, Arc::clone(&shared)),
            ),
            serve(admin, admin::router(shared, rooms)),
        ];
        Ok(Self { face, doors, shut })
    }

    /// Where everything is.
    pub fn face(&self) -> &Face {
        &self.face
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.shut.store(true, Ordering::Release);
        for door in &self.doors {
            door.abort();
        }
    }
}

impl Face {
    fn of(world: &World, bases: [String; 4]) -> Self {
        let [cloudflare, dashboard, platform, admin] = bases;
        let value = |at: usize| {
            world
                .planted()
                .get(at)
                .map_or_else(String::new, |token| token.value.clone())
        };
        let home = &world.accounts[0];
        let zone = world.zones.iter().find(|zone| zone.account == home.id);
        Self {
            cloudflare_api: format!("{cloudflare}{}", cloudflare::PREFIX),
            dashboard,
            platform,
            admin,
            user_email: world.user.email.clone(),
            account_id: home.id.clone(),
            zone_id: zone.map_or_else(String::new, |zone| zone.id.clone()),
            broad_token: value(0),
            broad_account_token: value(1),
            narrow_token: value(2),
            global_key: world.user.global_key.clone(),
        }
    }
}

fn open_platform(shared: &Arc<Shared>, face: &Face, options: &Options) -> Result<Platform, Error> {
    let r2 = Arc::clone(shared);
    let shared = Arc::clone(shared);
    let config = platform::Config {
        auto_approve: options.auto_approve,
        key: options.platform_key,
        database: None,
        issuer: face.platform.clone(),
        cloudflare: Arc::new(move |value, account, kind| {
            match cloudflare::judge_token(
                &shared.world(),
                &value,
                &account,
                &kind,
                Timestamp::now(),
            ) {
                Some(token_id) => CloudflareVerdict::Active { token_id },
                None => CloudflareVerdict::Refused,
            }
        }),
        s3: Arc::new(move |key, secret, account| {
            let world = r2.world();
            let now = Timestamp::now();
            Some(cloudflare::opens_r2(&world, &key, &secret, &account, now))
        }),
    };
    Ok(Platform::open(config)?)
}

async fn listen(port: Option<u16>) -> io::Result<[TcpListener; 4]> {
    let bind = |offset: u16| async move {
        let port = match port {
            None => 0,
            Some(first) => first
                .checked_add(offset)
                .ok_or(io::ErrorKind::InvalidInput)?,
        };
        TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await
    };
    Ok([
        bind(0).await?,
        bind(1).await?,
        bind(2).await?,
        bind(3).await?,
    ])
}

fn base(listener: &TcpListener) -> String {
    listener
        .local_addr()
        .map_or_else(|_| String::new(), |address| format!("http://{address}"))
}

fn serve(door: Door, router: Router) -> JoinHandle<()> {
    tokio::spawn(async move {
        // Serving ends only when its task is aborted.
        let _ = axum::serve(door, router.into_make_service_with_connect_info::<Peer>()).await;
    })
}
