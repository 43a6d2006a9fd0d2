//! Device codes on their way from asked to answered (RFC 8628).

use rusqlite::{Connection, OptionalExtension, params};

use super::digest::digest;
use super::{Error, random};

/// Seconds that a device code is good for.
pub(super) const LIFETIME: i64 = 900;
/// Least seconds between two polls, until the client is told to slow down. Short, since a sandbox is in nobody's way.
pub(super) const INTERVAL: i64 = 1;
/// Seconds added by `slow_down` (RFC 8628, section 3.5).
const SLOW_DOWN: i64 = 5;
/// How much of the interval has to pass, in percent: a client's timer and ours are not the same.
const INTERVAL_SHARE: i64 = 80;
/// Milliseconds after which an expired code is no longer told from an unknown one.
const FORGET_AFTER: i64 = 24 * 3_600_000;

const DOMAIN: &str = "device-code";

/// Codes just made, which exist in full only here.
pub(super) struct Device {
    pub(super) device_code: String,
    pub(super) user_code: String,
}

/// What a poll found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Polled {
    /// The tenant said yes. The code is used up.
    Approved,
    /// The tenant said no.
    Denied,
    /// The tenant has not answered.
    Pending,
    /// The tenant has not answered, and the client asks too often.
    TooSoon,
    /// Nobody answered in time.
    Expired,
    /// No such code, or one that was used.
    Unknown,
}

/// Makes codes; `approved` skips asking the tenant.
pub(super) fn begin(db: &Connection, now: i64, approved: bool) -> Result<Device, Error> {
    db.execute(
        "DELETE FROM device WHERE expires_at < ?1",
        [now - FORGET_AFTER],
    )?;
    let device = Device {
        device_code: random::opaque()?,
        user_code: random::user_code()?,
    };
    db.execute(
        "INSERT INTO device (code_hash, user_code, state, expires_at, interval_ms)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            digest(DOMAIN, device.device_code.as_bytes()),
            device.user_code,
            if approved { "approved" } else { "pending" },
            now + LIFETIME * 1000,
            INTERVAL * 1000,
        ],
    )?;
    Ok(device)
}

/// The client asks whether the tenant has answered.
pub(super) fn poll(db: &Connection, now: i64, device_code: &str) -> Result<Polled, Error> {
    let hash = digest(DOMAIN, device_code.as_bytes());
    let row = db
        .query_row(
            "SELECT state, expires_at, interval_ms, polled_at FROM device WHERE code_hash = ?1",
            [hash],
            |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, i64>(1)?,
                    row.get::<_, i64>(2)?,
                    row.get::<_, Option<i64>>(3)?,
                ))
            },
        )
        .optional()?;
    let Some((state, expires_at, interval, polled_at)) = row else {
        return Ok(Polled::Unknown);
    };
    if now >= expires_at {
        return Ok(Polled::Expired);
    }
    match state.as_str() {
        "approved" => {
            db.execute("DELETE FROM device WHERE code_hash = ?1", [hash])?;
            Ok(Polled::Approved)
        }
        "denied" => Ok(Polled::Denied),
        _ => {
            let too_soon =
                polled_at.is_some_and(|last| (now - last) * 100 < interval * INTERVAL_SHARE);
            let longer = if too_soon { SLOW_DOWN * 1000 } else { 0 };
            db.execute(
                "UPDATE device SET polled_at = ?2, interval_ms = interval_ms + ?3 WHERE code_hash = ?1",
                params![hash, now, longer],
            )?;
            Ok(if too_soon {
                Polled::TooSoon
            } else {
                Polled::Pending
            })
        }
    }
}

/// The tenant answers. False when no code of that name waits for an answer.
pub(super) fn answer(
    db: &Connection,
    now: i64,
    user_code: &str,
    approve: bool,
) -> Result<bool, Error> {
    let changed = db.execute(
        "UPDATE device SET state = ?3 WHERE user_code = ?1 AND state = 'pending' AND expires_at > ?2",
        params![user_code, now, if approve { "approved" } else { "denied" }],
    )?;
    Ok(changed == 1)
}
