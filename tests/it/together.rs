//! Several processes on one data folder, and a clock that does not stand by the run.

use narrows_core::cards;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};
use narrows_core::record::{Activity, Record};
use narrows_core::secret::Secret;
use narrows_core::story::{BroadState, Outcome, Standing, Step};
use serde_json::Value;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::golden;
use crate::program::{PASSPHRASE, Program, SEALED};
use crate::stage::{Stage, destroy};

/// Rows that this process writes meanwhile, as the window would.
const ROWS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_write_at_once_lose_nothing_and_keep_one_chain() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let record = Record::open(&narrows.folder()).expect("the same folder");
    let before = record.verify_chain().expect("checks").rows;

    let pages: Vec<_> = (0..6)
        .map(|_| narrows.start(&["token-page", "--json"], ""))
        .collect();
    let mut check = vec!["status", "--check", "--json"];
    check.extend(SEALED);
    let checks: Vec<_> = (0..3).map(|_| narrows.start(&check, PASSPHRASE)).collect();
    let writer = record.clone();
    let written = tokio::task::spawn_blocking(move || {
        for number in 0..ROWS {
            let row = Activity {
                at: Timestamp::now(),
                run: None,
                what: "written beside".to_owned(),
                subject: number.to_string(),
                result: "done".to_owned(),
                request: None,
            };
            writer.log(&row).expect("nobody is turned away");
        }
    });
    for page in pages {
        let told = page.ends().await.result();
        let name = told["pages"][0]["token_name"].as_str().expect("a name");
        assert!(
            record.offered(name).expect("reads").is_some(),
            "the link that was shown is known"
        );
    }
    for check in checks {
        let told = check.ends().await.result();
        assert_eq!(told["watch"][0]["watch"]["standing"], "fine", "{told}");
    }
    written.await.expect("it came through");
    let chain = record.verify_chain().expect("checks");
    assert_eq!(chain.first_bad, None, "it is one chain");
    let page = record
        .activity_page(Some("written beside"), None, 0, 1)
        .expect("reads");
    assert_eq!(page.total, ROWS as u64, "each row is there");
    assert!(
        chain.rows > before + ROWS as u64,
        "and so are those of the other processes"
    );
}

#[tokio::test]
async fn the_command_line_works_beside_an_application_that_has_the_folder_open() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let beside = crate::stage::app(&stage.face, &narrows.folder());
    let made = narrows
        .connect(&stage.face.broad_token, &["--json"])
        .ends()
        .await
        .result();
    let home = cards::home(&beside).expect("a home");
    assert_eq!(
        home.connections[0].connection_id, made["connection_id"],
        "what the command line made is seen without a new start"
    );
    let mut check = vec!["status", "--check", "--json"];
    check.extend(SEALED);
    let told: Value = narrows.run(&check, PASSPHRASE).await.result();
    let home = cards::home(&beside).expect("a home");
    assert_eq!(
        home.connections[0].watch.standing,
        Standing::Fine,
        "and so is what it found: {told}"
    );
}

/// Seconds by which the clock of the tests below is moved.
static MOVED: AtomicI64 = AtomicI64::new(0);

fn moved() -> Timestamp {
    Timestamp::now() + SignedDuration::from_secs(MOVED.load(Ordering::SeqCst))
}

const DAY: i64 = 86_400;

/// A computer that sleeps does the same to a run as a clock that is set forward.
#[tokio::test]
async fn a_clock_that_jumps_in_the_middle_of_a_run_does_not_confuse_it() {
    for (step, by) in [
        (Step::Mint, DAY),
        (Step::Mint, -DAY),
        (Step::Prove, 400 * DAY),
        (Step::Deliver, -400 * DAY),
        (Step::Destroy, DAY),
        (Step::Record, -DAY),
    ] {
        MOVED.store(0, Ordering::SeqCst);
        let mut stage = Stage::new().await;
        stage.app.now = moved;
        let mut walk = stage.walk().await;
        stage
            .inspect(&mut walk.approach, &stage.face.broad_token)
            .await
            .expect("the token is good");
        let (sender, mut receiver) = unbounded_channel();
        let (choices, cancel) = (destroy(), CancellationToken::new());
        let run = walk.connect(&choices, Some(sender), &cancel);
        let jump = async {
            while let Some(told) = receiver.recv().await {
                if told.step == step {
                    MOVED.store(by, Ordering::SeqCst);
                }
            }
        };
        let (outcome, ()) = tokio::join!(run, jump);
        let Outcome::Connected(result) = outcome else {
            panic!("{step:?} {by}: {outcome:#?}");
        };
        assert_eq!(result.broad.state, BroadState::Refused, "{step:?} {by}");
        assert_eq!(MOVED.load(Ordering::SeqCst), by, "the clock did jump");
        let home = cards::home(&stage.app).expect("a home");
        assert_eq!(
            (home.connections.len(), home.unfinished.len()),
            (1, 0),
            "{step:?} {by}: the run is closed"
        );
        let chain = stage.app.record.verify_chain().expect("checks");
        assert_eq!(chain.first_bad, None, "order is by place, not by time");
        MOVED.store(0, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_token_that_was_pasted_before_the_clock_moved_is_asked_for_again() {
    static SHIFT: AtomicI64 = AtomicI64::new(0);
    for by in [DAY, -DAY, 16 * 60, -16 * 60] {
        SHIFT.store(0, Ordering::SeqCst);
        let mut stage = Stage::new().await;
        stage.app.now =
            || Timestamp::now() + SignedDuration::from_secs(SHIFT.load(Ordering::SeqCst));
        let mut walk = stage.walk().await;
        walk.approach
            .paste(Secret::new(stage.face.broad_token.clone()))
            .expect("a token");
        SHIFT.store(by, Ordering::SeqCst);
        let refused = walk.approach.inspect(None).await.map_err(golden::listed);
        assert_eq!(
            refused
                .expect_err("nobody knows how long it lay there")
                .code,
            "paste-stale",
            "{by}"
        );
        assert!(stage.ours().await.is_empty(), "and nothing was made of it");
    }
}
