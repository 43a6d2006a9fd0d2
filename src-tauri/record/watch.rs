//! What was last found of each connection, when it was last delivered, and of what its person was reminded.

use jiff::Timestamp;
use rusqlite::OptionalExtension;
use serde_json::Value;

use super::column::{At, Json};
use super::{Error, Record};

/// What is remembered of a connection beside the connection itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Watch {
    /// The last check, if there was one.
    pub check: Option<KeptCheck>,
    /// When the platform last accepted the token anew; nothing where that was when it was connected.
    pub delivered_on: Option<Timestamp>,
    /// Whether that was after the last check, by the order of events and not by the clock.
    pub delivered_since: bool,
}

/// A check as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptCheck {
    /// When it was made.
    pub at: Timestamp,
    /// Public name of the token that was looked for.
    pub fingerprint: String,
    /// What was found. No secrets.
    pub body: Value,
}

impl Record {
    /// Keeps what was found, in place of what was found before. A connection that is gone meanwhile stays gone.
    pub fn put_check(&self, connection: &str, check: &KeptCheck) -> Result<(), Error> {
        self.db().execute(
            "INSERT INTO watch (connection, checked_on, fingerprint, body)
             SELECT id, ?2, ?3, ?4 FROM connection WHERE id = ?1
             ON CONFLICT (connection) DO UPDATE SET checked_on = excluded.checked_on,
                 fingerprint = excluded.fingerprint, body = excluded.body, delivered_since = 0",
            (
                connection,
                At(check.at),
                &check.fingerprint,
                Json(&check.body),
            ),
        )?;
        Ok(())
    }

    /// Notes that the platform has just accepted the token of a connection.
    pub fn delivered(&self, connection: &str, at: Timestamp) -> Result<(), Error> {
        self.db().execute(
            "INSERT INTO watch (connection, delivered_on, delivered_since)
             SELECT id, ?2, 1 FROM connection WHERE id = ?1
             ON CONFLICT (connection) DO UPDATE SET delivered_on = excluded.delivered_on, delivered_since = 1",
            (connection, At(at)),
        )?;
        Ok(())
    }

    /// Notes the receipt by which the platform has proved that it holds the token of this public name. Nothing
    /// happens where the connection has another token by now.
    pub fn confirm_delivery(
        &self,
        connection: &str,
        fingerprint: &str,
        receipt_code: &str,
        nonce: &str,
    ) -> Result<(), Error> {
        self.db().execute(
            "UPDATE connection SET delivery = 'accepted', receipt_code = ?3, nonce = ?4
             WHERE id = ?1 AND fingerprint = ?2",
            (connection, fingerprint, receipt_code, nonce),
        )?;
        Ok(())
    }

    /// What is remembered of a connection.
    pub fn watch(&self, connection: &str) -> Result<Watch, Error> {
        let found = self
            .db()
            .query_row(
                "SELECT checked_on, fingerprint, body, delivered_on, delivered_since FROM watch WHERE connection = ?1",
                [connection],
                read,
            )
            .optional()?;
        Ok(found.unwrap_or_default())
    }

    /// Notes that a person was reminded; false where they were already.
    pub fn remind_once(&self, connection: &str, what: &str, at: Timestamp) -> Result<bool, Error> {
        let added = self.db().execute(
            "INSERT INTO reminder (connection, what, at) SELECT id, ?2, ?3 FROM connection WHERE id = ?1
             ON CONFLICT DO NOTHING",
            (connection, what, At(at)),
        )?;
        Ok(added > 0)
    }

    /// Whether a person was reminded of this.
    pub fn reminded(&self, connection: &str, what: &str) -> Result<bool, Error> {
        Ok(self.db().query_row(
            "SELECT EXISTS (SELECT 1 FROM reminder WHERE connection = ?1 AND what = ?2)",
            (connection, what),
            |row| row.get(0),
        )?)
    }
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Watch> {
    let at: Option<At> = row.get(0)?;
    let check = match at {
        None => None,
        Some(At(at)) => Some(KeptCheck {
            at,
            fingerprint: row.get(1)?,
            body: row.get::<_, Json<_>>(2)?.0,
        }),
    };
    Ok(Watch {
        check,
        delivered_on: row.get::<_, Option<At>>(3)?.map(|at| at.0),
        delivered_since: row.get(4)?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::Connection;
    use crate::secret::Secret;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn with_connection() -> Record {
        let record = Record::in_memory().expect("a record");
        let connection = Connection {
            id: "c1".to_owned(),
            profile: "site-generator".to_owned(),
            platform: "Example".to_owned(),
            platform_address: None,
            account_id: "a1".to_owned(),
            account_name: "Ada's Account".to_owned(),
            project: None,
            token_id: "t1".to_owned(),
            token_name: "Narrows".to_owned(),
            token_kind: "user".to_owned(),
            fingerprint: Secret::new("cfut_example".to_owned()).fingerprint(),
            policy: json!([]),
            expires_on: None,
            allow_ip: Vec::new(),
            connected_on: time("2026-11-22T12:00:00Z"),
            delivery: "unknown".to_owned(),
            receipt_code: None,
            nonce: None,
            vault: "keychain".to_owned(),
            broad_left: None,
            choices: json!({}),
            person: None,
            extras: Vec::new(),
        };
        record.put_connection(&connection).expect("kept");
        record
    }

    fn check(at: &str) -> KeptCheck {
        KeptCheck {
            at: time(at),
            fingerprint: "f".to_owned(),
            body: json!({ "needs": [] }),
        }
    }

    #[test]
    fn what_comes_later_is_told_by_order_and_not_by_the_clock() {
        let record = with_connection();
        assert_eq!(record.watch("c1").expect("reads"), Watch::default());
        let later = check("2026-11-23T12:00:00Z");
        record.put_check("c1", &later).expect("kept");
        record
            .delivered("c1", time("2026-11-22T13:00:00Z"))
            .expect("kept");
        let watch = record.watch("c1").expect("reads");
        assert!(
            watch.delivered_since,
            "the clock was set back, and it came later all the same"
        );
        assert_eq!(watch.check, Some(later), "a delivery is not a check");
        let earlier = check("2026-11-22T12:30:00Z");
        record.put_check("c1", &earlier).expect("kept");
        let watch = record.watch("c1").expect("reads");
        assert!(!watch.delivered_since, "the check came last");
        assert_eq!(watch.delivered_on, Some(time("2026-11-22T13:00:00Z")));
        assert_eq!(watch.check, Some(earlier));
    }

    #[test]
    fn a_reminder_counts_once_for_each_connection() {
        let record = with_connection();
        let now = time("2026-11-22T12:00:00Z");
        assert!(!record.reminded("c1", "t1 expires 7").expect("reads"));
        assert!(record.remind_once("c1", "t1 expires 7", now).expect("kept"));
        assert!(record.reminded("c1", "t1 expires 7").expect("reads"));
        assert!(!record.remind_once("c1", "t1 expires 7", now).expect("kept"));
        assert!(record.remind_once("c1", "t1 expires 1", now).expect("kept"));
    }

    #[test]
    fn all_of_it_goes_with_its_connection_and_does_not_come_back() {
        let record = with_connection();
        let now = time("2026-11-22T12:00:00Z");
        record
            .put_check("c1", &check("2026-11-22T12:00:00Z"))
            .expect("kept");
        record.remind_once("c1", "x", now).expect("kept");
        assert!(record.remove_connection("c1").expect("removed"));
        assert!(!record.reminded("c1", "x").expect("reads"));
        record
            .put_check("c1", &check("2026-11-22T12:00:00Z"))
            .expect("a check that ends too late does no harm");
        record.delivered("c1", now).expect("nor does a delivery");
        assert!(!record.remind_once("c1", "y", now).expect("nor a reminder"));
        assert_eq!(record.watch("c1").expect("reads"), Watch::default());
    }

    #[test]
    fn a_receipt_is_noted_for_the_token_that_it_was_given_for() {
        let record = with_connection();
        let known = record
            .connection("c1")
            .expect("reads")
            .expect("a connection");
        record
            .confirm_delivery("c1", "0123456789abcdef", "WFTK-77MW", "n")
            .expect("does nothing");
        assert_eq!(
            record.connection("c1").expect("reads"),
            Some(known.clone()),
            "the token was rotated meanwhile"
        );
        record
            .confirm_delivery("c1", known.fingerprint.as_str(), "WFTK-77MW", "n")
            .expect("noted");
        let confirmed = record
            .connection("c1")
            .expect("reads")
            .expect("a connection");
        assert_eq!(
            (
                confirmed.delivery.as_str(),
                confirmed.receipt_code.as_deref()
            ),
            ("accepted", Some("WFTK-77MW"))
        );
    }
}
