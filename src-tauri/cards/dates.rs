//! What a connection's dates say today: its end is near, or it is old.

use jiff::{SignedDuration, Timestamp};

use crate::problem::Problem;
use crate::run::App;
use crate::story::{Need, NeedKind, WatchNext};

/// The setting that says how many days before its end a token is told of, with commas between.
const DAYS: &str = "reminders/days";

/// The setting that says at how many days of age; empty for never.
const AGE: &str = "reminders/age-days";

const DAY: i64 = 86_400;

/// When a person wants to be reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wishes {
    /// Days before the end, most first.
    days: Vec<u32>,
    /// Days of age.
    age: Option<u32>,
}

impl Wishes {
    /// As it is set; a month, a week and a day where nothing is.
    pub(crate) fn of(app: &App) -> Result<Self, Problem> {
        let setting = |name: &str| app.record.setting(name).map_err(|error| error.problem());
        Ok(Self::read(
            setting(DAYS)?.as_deref(),
            setting(AGE)?.as_deref(),
        ))
    }

    fn read(days: Option<&str>, age: Option<&str>) -> Self {
        let mut days: Vec<u32> = days
            .unwrap_or("30,7,1")
            .split(',')
            // What is no number reminds of nothing, and is no reason to forget the others.
            .filter_map(|day| day.trim().parse().ok())
            .collect();
        days.sort_unstable_by(|a, b| b.cmp(a));
        let age = age.and_then(|age| age.trim().parse().ok());
        Self { days, age }
    }
}

/// A connection's dates.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dates {
    /// When it was connected.
    pub connected: Timestamp,
    /// When its token ends.
    pub expires: Option<Timestamp>,
    /// Now.
    pub now: Timestamp,
}

/// One reminder that is due: its name among those of the token, and what it says.
pub(crate) type Due = (String, Need);

impl Dates {
    /// Whole days since it was connected; none where the clock was set back behind that.
    pub(crate) fn age(&self) -> u32 {
        let age = self.now.duration_since(self.connected).as_secs() / DAY;
        u32::try_from(age).unwrap_or(0)
    }

    /// Days until the end, a begun one counted whole; none where it is over.
    pub(crate) fn left(&self) -> Option<u32> {
        let left = self.expires?.duration_since(self.now);
        let day = i128::from(DAY) * 1000;
        let begun = (left.max(SignedDuration::ZERO).as_millis() + day - 1) / day;
        Some(u32::try_from(begun).unwrap_or(u32::MAX))
    }

    /// What is due.
    pub(crate) fn due(&self, wishes: &Wishes) -> Vec<Due> {
        self.end(wishes)
            .into_iter()
            .chain(self.old(wishes))
            .collect()
    }

    fn end(&self, wishes: &Wishes) -> Option<Due> {
        let (expires, left) = (self.expires?, self.left()?);
        let day = expires.strftime("%Y-%m-%d");
        if left == 0 {
            let message = format!(
                "The token should have ended on {day}; the platform cannot use it from then on."
            );
            return Some(("expired".to_owned(), need(NeedKind::TokenExpired, message)));
        }
        // Of several that are due, the nearest counts: whoever was away is not told three times.
        let mark = wishes.days.iter().rev().find(|day| left <= **day)?;
        let days = if left == 1 { "day" } else { "days" };
        let message = format!("The token ends on {day}, in {left} {days}.");
        Some((
            format!("expires {mark}"),
            need(NeedKind::ExpiresSoon, message),
        ))
    }

    fn old(&self, wishes: &Wishes) -> Option<Due> {
        let (age, wish) = (self.age(), wishes.age?);
        (age >= wish).then(|| {
            let message = format!("The token is {age} days old; you wanted to know at {wish}.");
            (format!("age {wish}"), need(NeedKind::Old, message))
        })
    }
}

fn need(kind: NeedKind, message: String) -> Need {
    Need {
        kind,
        message,
        hint: "Rotate it: a new token takes its place.".to_owned(),
        next: WatchNext::Rotate,
        evidence: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    fn due(expires: Option<&str>, now: &str, wishes: &Wishes) -> Vec<String> {
        let dates = Dates {
            connected: time("2026-06-01T00:00:00Z"),
            expires: expires.map(time),
            now: time(now),
        };
        dates
            .due(wishes)
            .into_iter()
            .map(|(what, _)| what)
            .collect()
    }

    #[test]
    fn the_nearest_mark_that_was_reached_is_the_one_that_is_due() {
        let wishes = Wishes::read(None, None);
        let end = Some("2026-12-31T00:00:00Z");
        for (now, what) in [
            ("2026-11-30T23:59:59Z", vec![]),
            ("2026-12-01T00:00:00Z", vec!["expires 30"]),
            ("2026-12-23T23:59:59Z", vec!["expires 30"]),
            ("2026-12-24T00:00:00Z", vec!["expires 7"]),
            ("2026-12-30T00:00:00Z", vec!["expires 1"]),
            ("2026-12-30T23:59:59Z", vec!["expires 1"]),
            ("2026-12-31T00:00:00Z", vec!["expired"]),
            ("2030-01-01T00:00:00Z", vec!["expired"]),
        ] {
            assert_eq!(due(end, now, &wishes), what, "at {now}");
            assert!(due(None, now, &wishes).is_empty(), "without an end");
        }
    }

    #[test]
    fn a_wish_is_read_as_it_was_written_and_nonsense_reminds_of_nothing() {
        for (days, age, wishes) in [
            (None, None, (vec![30, 7, 1], None)),
            (Some("1, 90,14"), Some("180"), (vec![90, 14, 1], Some(180))),
            (Some(""), Some(""), (vec![], None)),
            (Some("soon,7,-3"), Some("old"), (vec![7], None)),
        ] {
            let (expected_days, expected_age) = wishes;
            assert_eq!(
                Wishes::read(days, age),
                Wishes {
                    days: expected_days,
                    age: expected_age
                },
                "{days:?} {age:?}"
            );
        }
    }

    #[test]
    fn an_age_is_told_from_its_day_on_and_not_when_the_clock_was_set_back() {
        let wishes = Wishes::read(Some(""), Some("10"));
        assert!(due(None, "2026-06-10T23:59:59Z", &wishes).is_empty());
        assert_eq!(due(None, "2026-06-11T00:00:00Z", &wishes), ["age 10"]);
        assert!(
            due(None, "2020-01-01T00:00:00Z", &wishes).is_empty(),
            "a clock years behind makes nothing old"
        );
    }

    #[test]
    fn days_are_counted_as_people_count_them() {
        let dates = |now: &str| Dates {
            connected: time("2026-12-01T12:00:00Z"),
            expires: Some(time("2026-12-31T00:00:00Z")),
            now: time(now),
        };
        assert_eq!(dates("2026-12-01T11:00:00Z").age(), 0, "set back an hour");
        assert_eq!(dates("2026-12-03T11:00:00Z").age(), 1);
        assert_eq!(dates("2026-12-30T23:59:59Z").left(), Some(1));
        assert_eq!(dates("2026-12-29T23:59:59Z").left(), Some(2));
        assert_eq!(dates("2027-12-31T00:00:00Z").left(), Some(0));
    }
}
