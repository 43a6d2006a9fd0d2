//! Expiry and addresses, as people write them.

use ipnet::IpNet;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::problem::{Next, Problem};

/// Reads `12h`, `90d`, `2w` or a date such as `2027-01-31` (00:00 UTC, as in Cloudflare's dashboard).
pub(crate) fn expiry(text: &str, now: Timestamp) -> Result<Timestamp, Problem> {
    let text = text.trim();
    let end = if let Ok(date) = text.parse::<Date>() {
        date.to_zoned(TimeZone::UTC)
            .map(|zoned| zoned.timestamp())
            .map_err(|_| bad_expiry(text))?
    } else {
        let split = text.len().saturating_sub(1);
        let (number, unit) = text
            .split_at_checked(split)
            .ok_or_else(|| bad_expiry(text))?;
        let number: i64 = number.parse().map_err(|_| bad_expiry(text))?;
        let hours = match unit {
            "h" => Some(number),
            "d" => number.checked_mul(24),
            "w" => number.checked_mul(24 * 7),
            _ => None,
        };
        let hours = hours
            .filter(|hours| (1..=24 * 3660).contains(hours))
            .ok_or_else(|| bad_expiry(text))?;
        now.checked_add(SignedDuration::from_hours(hours))
            .map_err(|_| bad_expiry(text))?
    };
    if end.as_second() < now.as_second() + 60 {
        return Err(Problem::new(
            "expiry-past",
            format!("\"{}\" is not in the future.", printable(text)),
            "Choose a later end, or none.",
            Next::ChangeChoices,
        ));
    }
    // Cloudflare's dates carry no fractions of a second.
    Timestamp::from_second(end.as_second()).map_err(|_| bad_expiry(text))
}

fn bad_expiry(text: &str) -> Problem {
    Problem::new(
        "expiry-unreadable",
        format!("\"{}\" is not an expiry.", printable(text)),
        "Write 12h, 90d or 2w, or a date such as 2027-01-31.",
        Next::ChangeChoices,
    )
}

/// Reads single addresses and CIDR ranges; a single address becomes a range of one. Sorted, each once.
pub(crate) fn addresses(texts: &[String]) -> Result<Vec<String>, Problem> {
    let mut ranges = Vec::new();
    for text in texts
        .iter()
        .flat_map(|text| text.split([',', ' ', '\n']))
        .map(str::trim)
    {
        if text.is_empty() {
            continue;
        }
        let range = text
            .parse::<IpNet>()
            .or_else(|_| text.parse::<std::net::IpAddr>().map(IpNet::from))
            .map_err(|_| bad_address(text))?;
        if range.prefix_len() == 0 {
            return Err(Problem::new(
                "address-unlimited",
                format!("{text} is every address there is, which limits nothing."),
                "Name the addresses that the token is used from, or none.",
                Next::ChangeChoices,
            ));
        }
        ranges.push(range.trunc().to_string());
    }
    ranges.sort();
    ranges.dedup();
    Ok(ranges)
}

fn bad_address(text: &str) -> Problem {
    Problem::new(
        "address-unreadable",
        format!("\"{}\" is not an IP address or range.", printable(text)),
        "Write addresses such as 203.0.113.7 or 2001:db8::/48.",
        Next::ChangeChoices,
    )
}

/// What a person typed, short enough and tame enough to repeat.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn noon() -> Timestamp {
        "2026-11-22T12:00:00.5Z".parse().expect("a time")
    }

    #[test]
    fn an_expiry_is_read_as_people_write_it() {
        for (text, end) in [
            ("12h", "2026-11-23T00:00:00Z"),
            ("90d", "2027-02-20T12:00:00Z"),
            (" 2w ", "2026-12-06T12:00:00Z"),
            ("2027-01-31", "2027-01-31T00:00:00Z"),
        ] {
            assert_eq!(
                expiry(text, noon()).map(|end| end.to_string()),
                Ok(end.to_owned()),
                "{text}"
            );
        }
    }

    #[test]
    fn an_expiry_that_is_none_is_refused_with_its_own_words() {
        for (text, code) in [
            ("", "expiry-unreadable"),
            ("d", "expiry-unreadable"),
            ("90", "expiry-unreadable"),
            ("-5d", "expiry-unreadable"),
            ("0d", "expiry-unreadable"),
            ("999999999999999999d", "expiry-unreadable"),
            ("9é", "expiry-unreadable"),
            ("2026-02-30", "expiry-unreadable"),
            ("2026-11-22", "expiry-past"),
        ] {
            assert_eq!(
                expiry(text, noon()).map_err(|problem| problem.code),
                Err(code.to_owned()),
                "{text:?}"
            );
        }
    }

    #[test]
    fn addresses_become_ranges_once_each() {
        let given = [
            "203.0.113.7, 203.0.113.7/32".to_owned(),
            "2001:db8::1/48".to_owned(),
            String::new(),
        ];
        assert_eq!(
            addresses(&given),
            Ok(vec![
                "2001:db8::/48".to_owned(),
                "203.0.113.7/32".to_owned()
            ])
        );
        let code = |text: &str| addresses(&[text.to_owned()]).map_err(|problem| problem.code);
        assert_eq!(code("example.com"), Err("address-unreadable".to_owned()));
        assert_eq!(
            code("0.0.0.0/0"),
            Err("address-unlimited".to_owned()),
            "a range of everything limits nothing"
        );
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_fall_over(text in "\\PC{0,40}") {
            let _ = expiry(&text, noon());
            let _ = addresses(&[text]);
        }
    }
}
