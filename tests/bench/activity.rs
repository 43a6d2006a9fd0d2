//! A hundred thousand rows of activity: the first page, a search, and a check of the whole chain, beside what no program
//! can avoid.
//!
//! The bare references are measured in the same run on the same file: `SQLite` reading every column of every row, and
//! SHA-256 over the very bytes that the chain covers.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops when it cannot measure"
)]

use narrows_core::keep::activity;
use std::hint::black_box;
use std::path::Path;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use narrows_core::record::{Activity, Record};
use narrows_core::run::{Addresses, App};
use sha2::{Digest, Sha256};

const ROWS: u32 = 100_000;
const PAGE: u32 = 100;
/// Each is measured so often, and the median counts.
const TIMES: usize = 7;
/// The agreed bounds.
const FIRST_PAGE: Duration = Duration::from_millis(50);
const WHOLE_CHAIN: Duration = Duration::from_secs(1);

fn main() {
    let home = tempfile::tempdir().expect("a folder");
    let began = Instant::now();
    fill(home.path());
    println!("{ROWS} rows written in {} ms", began.elapsed().as_millis());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let addresses = Addresses::new(None, None, None).expect("the official ones");
    let app = App::open(home.path().to_owned(), addresses).expect("opens");

    // A fresh opening each time, as a window does it; what the system holds of the file is warm for all alike.
    let first = median(|| {
        let app = App::open(
            home.path().to_owned(),
            Addresses::new(None, None, None).expect("the official ones"),
        );
        let app = app.expect("opens");
        let began = Instant::now();
        let page = runtime.block_on(activity::page(&app, None, None, 0, PAGE));
        assert_eq!(page.expect("reads").total, ROWS);
        began.elapsed()
    });
    let last = median(|| page(&runtime, &app, None, ROWS - PAGE));
    let search = median(|| page(&runtime, &app, Some("subject 7777"), 0));
    let verify = median(|| {
        let began = Instant::now();
        let chain = runtime.block_on(activity::verify(&app)).expect("checks");
        assert!(chain.holds && chain.rows == ROWS);
        began.elapsed()
    });
    let (scan, bytes) = scan(home.path());
    let hash = median(|| bare_hash(&bytes));
    let ratio = |time: Duration, bare: Duration| time.as_secs_f64() / bare.as_secs_f64();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;

    println!(
        "{:<34} {:>9} {:>14} {:>14}",
        "", "ms", "bare scans", "bare hashes"
    );
    for (name, time) in [
        ("first page of 100", first),
        ("last page of 100", last),
        ("first page of a search", search),
        ("whole chain verified", verify),
        ("bare: SQLite reads every column", scan),
        ("bare: SHA-256 over the same bytes", hash),
    ] {
        println!(
            "{name:<34} {:>9.2} {:>13.2}x {:>13.2}x",
            ms(time),
            ratio(time, scan),
            ratio(time, hash)
        );
    }
    println!(
        "verified in {:.2} times a bare scan and a bare hash together",
        ratio(verify, scan + hash)
    );
    println!(
        "bounds: first page {} ms, whole chain {} ms",
        FIRST_PAGE.as_millis(),
        WHOLE_CHAIN.as_millis()
    );
    assert!(
        first < FIRST_PAGE && verify < WHOLE_CHAIN,
        "a bound is broken"
    );
}

fn fill(folder: &Path) {
    let record = Record::open(folder).expect("opens");
    let lines: Vec<Activity> = (0..ROWS).map(line).collect();
    record.log_all(&lines).expect("logs");
}

fn line(number: u32) -> Activity {
    let at = Timestamp::from_millisecond(1_800_000_000_000 + i64::from(number) * 60_000);
    Activity {
        at: at.expect("a time"),
        run: (!number.is_multiple_of(4)).then(|| format!("k3x9q2m7c4v8{:04}", number / 8)),
        what: ["mint token", "keep token", "deliver token", "read session"][number as usize % 4]
            .to_owned(),
        subject: format!("Narrows site-generator subject {number}"),
        result: "accepted".to_owned(),
        request: number
            .is_multiple_of(2)
            .then(|| format!("8f1e0a2b{number:08x}-AMS")),
    }
}

fn page(
    runtime: &tokio::runtime::Runtime,
    app: &App,
    search: Option<&str>,
    offset: u32,
) -> Duration {
    let began = Instant::now();
    let page = runtime.block_on(activity::page(app, search, None, offset, PAGE));
    assert!(!page.expect("reads").rows.is_empty());
    began.elapsed()
}

/// Reads every column as bytes, and gives what the chain covers of each row, one after the other.
fn scan(folder: &Path) -> (Duration, Vec<Vec<u8>>) {
    let db = rusqlite::Connection::open(folder.join("narrows.db")).expect("opens");
    let read = |kept: &mut Vec<Vec<u8>>, keep: bool| {
        let mut statement = db
            .prepare("SELECT seq, hash, at, run, what, subject, result, request FROM activity ORDER BY seq")
            .expect("a question");
        let mut rows = statement.query([]).expect("an answer");
        let mut before = vec![0; 32];
        while let Some(row) = rows.next().expect("a row") {
            let mut covered = if keep {
                b"narrows-activity-v1\n".to_vec()
            } else {
                Vec::new()
            };
            if keep {
                covered.extend(&before);
                covered.extend(row.get::<_, i64>(0).expect("a place").to_be_bytes());
                before = row.get(1).expect("a hash");
            }
            for column in 2..8 {
                let text = row.get_ref(column).expect("a column");
                let text = black_box(text.as_bytes_or_null().expect("bytes"));
                if keep {
                    covered.push(u8::from(text.is_some()));
                    covered.extend((text.unwrap_or_default().len() as u64).to_be_bytes());
                    covered.extend(text.unwrap_or_default());
                }
            }
            if keep {
                kept.push(covered);
            }
        }
    };
    let time = median(|| {
        let began = Instant::now();
        read(&mut Vec::new(), false);
        began.elapsed()
    });
    let mut kept = Vec::new();
    read(&mut kept, true);
    (time, kept)
}

fn bare_hash(rows: &[Vec<u8>]) -> Duration {
    let began = Instant::now();
    for row in rows {
        black_box(Sha256::digest(row));
    }
    began.elapsed()
}

fn median(mut measure: impl FnMut() -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..TIMES).map(|_| measure()).collect();
    times.sort_unstable();
    times[TIMES / 2]
}
