//! The diagnosis, against the sandbox.

use std::collections::BTreeSet;

use narrows_core::doctor::story::{
    Against, CauseKind, CredentialKind, Diagnosis, DoctorOptions, DoctorProgress, Evidence,
    PermissionState, PolicySource,
};
use narrows_core::doctor::{self, Given, Input, Subject};
use narrows_core::problem::Problem;
use narrows_core::secret::Secret;
use narrows_core::story::Outcome;
use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::golden::listed;
use crate::program::Program;
use crate::stage::{Stage, destroy};

/// A token that is given for this once.
pub(crate) fn given(value: &str) -> Subject {
    Subject::Given(Given::Token(Secret::new(value.to_owned())))
}

pub(crate) fn against(profile: &str, stage: &Stage) -> DoctorOptions {
    DoctorOptions {
        against: Against::Profile(profile.to_owned()),
        account: Some(stage.face.account_id.clone()),
        zones: vec![stage.face.zone_id.clone()],
        ..DoctorOptions::default()
    }
}

async fn ask(stage: &Stage, input: Input) -> Result<Diagnosis, Problem> {
    doctor::examine(&stage.app, input, None).await
}

pub(crate) async fn examine(stage: &Stage, value: &str, options: DoctorOptions) -> Diagnosis {
    let input = Input {
        subject: given(value),
        second: None,
        options,
    };
    ask(stage, input).await.expect("the question is sound")
}

pub(crate) async fn with_second(stage: &Stage, value: &str, options: DoctorOptions) -> Diagnosis {
    let broad = stage.face.broad_token.clone();
    let input = Input {
        subject: given(value),
        second: Some(Given::Token(Secret::new(broad))),
        options,
    };
    ask(stage, input).await.expect("the question is sound")
}

/// A token with these groups on the first account and zone.
pub(crate) async fn plant(stage: &Stage, kind: &str, groups: &[&str]) -> String {
    let body = json!({
        "kind": kind, "groups": groups, "account": stage.face.account_id, "zone": stage.face.zone_id,
    });
    stage.make_token(body).await.1
}

const GETAIPAGE: [&str; 8] = [
    "Account Settings Read",
    "Workers R2 Storage Write",
    "Workers Scripts Read",
    "Workers Scripts Write",
    "Workers Routes Write",
    "Zone Read",
    "SSL and Certificates Read",
    "SSL and Certificates Write",
];

const STACKONE: [&str; 25] = [
    "Account Settings Read",
    "Workers Scripts Write",
    "Workers KV Storage Write",
    "Workers R2 Storage Write",
    "D1 Write",
    "Pages Write",
    "AI Gateway Write",
    "Account Firewall Access Rules Write",
    "Account Rulesets Read",
    "Load Balancing: Monitors and Pools Read",
    "Cloudflare Tunnel Write",
    "Zone Write",
    "Zone Settings Write",
    "DNS Write",
    "SSL and Certificates Write",
    "Firewall Services Read",
    "Cache Purge",
    "Load Balancers Write",
    "Waiting Rooms Write",
    "Workers Routes Write",
    "Analytics Read",
    "Page Rules Write",
    "Health Checks Write",
    "API Tokens Read",
    "Memberships Read",
];

fn states(told: &Diagnosis, state: PermissionState) -> BTreeSet<&str> {
    told.permissions
        .iter()
        .filter(|row| row.state == state)
        .map(|row| row.group.as_str())
        .collect()
}

pub(crate) fn kinds(told: &Diagnosis) -> Vec<CauseKind> {
    told.causes.iter().map(|cause| cause.kind).collect()
}

#[tokio::test]
async fn a_read_never_proves_a_write_and_strict_leaves_the_question_open() {
    let stage = Stage::new().await;
    let site = || DoctorOptions {
        zones: Vec::new(),
        ..against("site-generator", &stage)
    };
    let told = examine(&stage, &stage.face.narrow_token, site()).await;
    assert_eq!(told.headline, "1/1, 1 assumed");
    assert_eq!(told.permissions[0].evidence, Some(Evidence::Assumed));
    assert_eq!(told.permissions[0].http_status, Some(200));
    assert_eq!(told.exit, 0);
    let strict = DoctorOptions {
        strict: true,
        ..site()
    };
    let told = examine(&stage, &stage.face.narrow_token, strict).await;
    assert_eq!(told.exit, 3, "assumed is not known: {}", told.headline);

    let writes = DoctorOptions {
        probe_writes: true,
        strict: true,
        ..site()
    };
    let told = examine(&stage, &stage.face.narrow_token, writes).await;
    assert_eq!((told.headline.as_str(), told.exit), ("1/1", 0));
    let row = &told.permissions[0];
    assert_eq!(row.evidence, Some(Evidence::Call), "the write shows it");
    assert_eq!((row.http_status, row.code), (Some(404), Some(8_000_007)));

    let told = with_second(&stage, &stage.face.narrow_token, site()).await;
    assert_eq!(told.headline, "1/1", "the policy shows it");
    assert_eq!(told.token.policy, PolicySource::Second);
    assert_eq!(told.permissions[0].evidence, Some(Evidence::Policy));
}

#[tokio::test]
async fn read_where_write_is_required_is_told_apart_by_policy_and_by_a_write_and_never_shown_as_proved()
 {
    let stage = Stage::new().await;
    for (stem, scope) in [
        ("Pages", "account"),
        ("Workers Scripts", "account"),
        ("D1", "account"),
        ("Workers R2 Storage", "account"),
        ("DNS", "zone"),
        ("Workers Routes", "zone"),
        ("Page Rules", "zone"),
        ("Zone Settings", "zone"),
    ] {
        let text = format!(
            "id = \"own\"\nname = \"Own\"\nsummary = \"A test.\"\nno_platform = \"A test.\"\n\
             never_kept = [\"Nothing\"]\nkept = [{{ what = \"Token\", place = \"Here\" }}]\n[tokens]\nkinds = [\"user\"]\n\
             why = \"A test.\"\n[[permission]]\ngroup = \"{stem} Write\"\nscope = \"{scope}\"\nwhy = \"A test.\"\n"
        );
        let file = stage.home.path().join("own.toml");
        std::fs::write(&file, text).expect("a file");
        let options = || against(&file.display().to_string(), &stage);
        let reads = plant(&stage, "user", &[&format!("{stem} Read")]).await;

        let alone = examine(&stage, &reads, options()).await;
        assert_eq!(alone.headline, "1/1, 1 assumed", "{stem}: never as proved");
        let policy = with_second(&stage, &reads, options()).await;
        let asked = DoctorOptions {
            probe_writes: true,
            ..options()
        };
        let write = examine(&stage, &reads, asked.clone()).await;
        for (told, evidence) in [(policy, Evidence::Policy), (write, Evidence::Call)] {
            assert_eq!(kinds(&told), [CauseKind::LevelTooLow], "{stem}: {told:#?}");
            assert_eq!(told.permissions[0].evidence, Some(evidence), "{stem}");
            assert_eq!(told.exit, 1);
        }
        let writes = plant(&stage, "user", &[&format!("{stem} Write")]).await;
        let told = examine(&stage, &writes, asked).await;
        assert_eq!(told.headline, "1/1", "{stem}: {:#?}", told.permissions);
    }
}

#[tokio::test]
async fn getaipage_is_eight_of_eight() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &GETAIPAGE).await;
    let told = with_second(&stage, &value, against("getaipage", &stage)).await;
    assert_eq!((told.headline.as_str(), told.exit), ("8/8", 0), "{told:#?}");
    let asked = DoctorOptions {
        probe_writes: true,
        ..against("getaipage", &stage)
    };
    let told = examine(&stage, &value, asked).await;
    assert_eq!(
        told.headline, "8/8",
        "harmless writes show as much: {told:#?}"
    );
    let told = examine(&stage, &value, against("getaipage", &stage)).await;
    assert_eq!(
        told.headline, "8/8, 5 assumed",
        "the four Writes, and a read that Workers Tail opens as well: {told:#?}"
    );
}

#[tokio::test]
async fn stackone_is_25_of_25_for_a_person_and_23_with_two_impossible_for_an_account() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &STACKONE).await;
    let told = examine(&stage, &value, against("stackone", &stage)).await;
    assert_eq!(
        (told.headline.as_str(), told.exit),
        ("25/25", 0),
        "{told:#?}"
    );
    assert_eq!(
        told.token.policy,
        PolicySource::Own,
        "it may read its own policies"
    );

    let value = plant(&stage, "account", &STACKONE[..23]).await;
    let told = examine(&stage, &value, against("stackone", &stage)).await;
    assert!(told.headline.starts_with("23/25, "), "{}", told.headline);
    assert_eq!(
        states(&told, PermissionState::NotPossible),
        BTreeSet::from(["API Tokens Read", "Memberships Read"])
    );
    assert_eq!(told.token.kind, CredentialKind::Account);
    assert_eq!(
        told.exit, 0,
        "the profile takes account tokens and says what they lack"
    );
}

#[tokio::test]
async fn twenty_five_permissions_take_three_rounds_and_at_most_eight_reads_at_once() {
    let stage = Stage::with(Options {
        latency_ms: 60,
        ..Options::default()
    })
    .await;
    for kind in ["user", "account"] {
        let groups = if kind == "user" {
            &STACKONE[..]
        } else {
            &STACKONE[..23]
        };
        let value = plant(&stage, kind, groups).await;
        let told = examine(&stage, &value, against("stackone", &stage)).await;
        assert!(
            told.rounds <= 3,
            "{kind}: {} rounds: {:#?}",
            told.rounds,
            told.calls
        );
        let lists = [
            "verify",
            "GET /accounts",
            "GET /zones",
            "GET /user/tokens",
            "GET /accounts/{account}/tokens",
        ];
        let reads: Vec<_> = told
            .calls
            .iter()
            .filter(|call| {
                !lists
                    .iter()
                    .any(|list| call.label == *list || call.label.ends_with(list))
            })
            .collect();
        for call in &reads {
            let beside = reads
                .iter()
                .filter(|other| {
                    other.began_ms <= call.began_ms
                        && call.began_ms < other.began_ms + other.took_ms
                })
                .count();
            assert!(beside <= 8, "{beside} reads at once: {reads:#?}");
        }
    }
}

#[tokio::test]
async fn nothing_is_ever_changed() {
    let stage = Stage::new().await;
    let before = (stage.admin("/tokens").await, stage.admin("/world").await);
    let value = plant(&stage, "user", &STACKONE).await;
    stage.tell("/reset", &json!({})).await;
    examine(&stage, &value, against("stackone", &stage)).await;
    let requests = stage.requests().await;
    assert!(!requests.is_empty());
    for request in requests {
        assert!(
            request.starts_with("GET "),
            "without being told to: {request}"
        );
    }
    let writes = DoctorOptions {
        probe_writes: true,
        ..against("stackone", &stage)
    };
    examine(&stage, &value, writes).await;
    assert_eq!(
        stage.admin("/world").await,
        before.1,
        "not even by writes on nothing"
    );
    let tokens = stage.admin("/tokens").await;
    let count = |list: &Value| list["tokens"].as_array().expect("tokens").len();
    assert_eq!(
        count(&tokens),
        count(&before.0) + 1,
        "the planted one alone"
    );
}

#[tokio::test]
async fn a_token_that_is_still_spreading_is_watched_until_it_is_known() {
    let stage = Stage::new().await;
    stage
        .tell("/faults", &json!({ "propagation_ms": { "pages": 1500 } }))
        .await;
    let body = json!({ "kind": "user", "groups": ["Pages Write"], "account": stage.face.account_id, "fresh": true });
    let (_, value) = stage.make_token(body).await;
    let site = DoctorOptions {
        watch: true,
        zones: Vec::new(),
        ..against("site-generator", &stage)
    };
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let input = Input {
        subject: given(&value),
        second: None,
        options: site,
    };
    let told = doctor::examine(&stage.app, input, Some(sender))
        .await
        .expect("sound");
    assert_eq!(told.headline, "1/1, 1 assumed", "{told:#?}");
    assert_eq!(kinds(&told), []);
    let mut waited = false;
    while let Some(line) = receiver.recv().await {
        waited |= matches!(line, DoctorProgress::Waiting(_));
    }
    assert!(waited, "the person is told why it takes so long");
}

#[tokio::test]
async fn a_pause_that_cloudflare_asks_for_is_kept() {
    let stage = Stage::new().await;
    let fault = json!({ "kind": "rate-limit", "retry_after": 1, "nth": 1, "times": 1 });
    stage
        .fault("GET", "/client/v4/accounts/{}/pages/projects", fault)
        .await;
    let told = examine(
        &stage,
        &stage.face.narrow_token,
        against("site-generator", &stage),
    )
    .await;
    assert_eq!(
        told.permissions[0].state,
        PermissionState::Granted,
        "{told:#?}"
    );
    assert!(
        told.elapsed_ms >= 1000,
        "{} ms are no second",
        told.elapsed_ms
    );
}

#[tokio::test]
async fn rows_are_told_as_they_are_answered() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &GETAIPAGE).await;
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let input = Input {
        subject: given(&value),
        second: None,
        options: against("getaipage", &stage),
    };
    let app = stage.app.clone();
    // In a task of its own, as the window runs it.
    let told = tokio::spawn(async move { doctor::examine(&app, input, Some(sender)).await });
    let told = told.await.expect("the task ends").expect("sound");
    let (mut rows, mut token) = (BTreeSet::new(), None);
    while let Some(line) = receiver.recv().await {
        match line {
            DoctorProgress::Token(one) => token = Some(one),
            DoctorProgress::Row(row) => {
                assert_eq!(row.state, PermissionState::Granted, "{row:?}");
                rows.insert(row.group);
            }
            DoctorProgress::Waiting(_) => {}
        }
    }
    assert_eq!(token.expect("who it is, told once").id, told.token.id);
    // Zone Read is told by the list of zones, which comes with who the token is.
    assert!(rows.len() >= 7, "{rows:?}");
}

#[tokio::test]
async fn more_than_was_asked_for_is_named() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &["Pages Write", "D1 Write", "DNS Write"]).await;
    let site = DoctorOptions {
        zones: Vec::new(),
        ..against("site-generator", &stage)
    };
    let told = with_second(&stage, &value, site).await;
    assert_eq!(
        states(&told, PermissionState::Excess),
        BTreeSet::from(["D1 Write"])
    );
    assert_eq!(
        told.score.missing, 4,
        "DNS Write shows that a domain was meant, and the rest of that is missing: {told:#?}"
    );

    let nothing = with_second(&stage, &value, DoctorOptions::default()).await;
    assert_eq!(nothing.headline, "3 permissions found");
    assert_eq!(
        (nothing.exit, nothing.fix_link),
        (0, None),
        "nobody asked for anything"
    );
    let probed = examine(
        &stage,
        &value,
        DoctorOptions {
            against: Against::Own,
            ..against("", &stage)
        },
    )
    .await;
    assert!(
        states(&probed, PermissionState::Granted).contains("Pages Read"),
        "without a policy, what reads show: {probed:#?}"
    );
}

#[tokio::test]
async fn the_fix_carries_only_what_is_missing_in_both_wordings() {
    let stage = Stage::new().await;
    let seven: Vec<&str> = GETAIPAGE
        .into_iter()
        .filter(|group| *group != "Workers R2 Storage Write")
        .collect();
    let value = plant(&stage, "user", &seven).await;
    let told = with_second(&stage, &value, against("getaipage", &stage)).await;
    assert_eq!((told.headline.as_str(), told.exit), ("7/8, 1 missing", 1));
    let [row] = &told.fix_rows[..] else {
        panic!("{:#?}", told.fix_rows)
    };
    assert_eq!(row.group, "Workers R2 Storage Write");
    assert_eq!(row.dashboard, "Account · Workers R2 Storage · Edit");
    assert!(
        row.in_link && row.resource.contains(&stage.face.account_id),
        "{row:?}"
    );
    let link = told.fix_link.expect("a link");
    assert!(
        link.contains("workers_r2") && !link.contains("workers_scripts"),
        "{link}"
    );
    assert!(link.contains(&stage.face.account_id), "{link}");
    assert_eq!(
        told.permissions
            .iter()
            .filter(|row| row.fix.is_some())
            .count(),
        1
    );
}

#[tokio::test]
async fn checking_again_shows_what_changed() {
    let stage = Stage::new().await;
    let Outcome::Connected(connected) = stage
        .connect(&stage.face.broad_token, destroy())
        .await
        .expect("good")
    else {
        panic!("connect did not come through")
    };
    let check = || async {
        let input = Input {
            subject: Subject::Connection(connected.connection_id.clone()),
            second: None,
            options: DoctorOptions::default(),
        };
        ask(&stage, input).await.expect("the connection is there")
    };
    let unheld = Input {
        subject: Subject::Connection(connected.connection_id.clone()),
        second: None,
        options: DoctorOptions {
            against: Against::Nothing,
            ..DoctorOptions::default()
        },
    };
    let unheld = ask(&stage, unheld).await.expect("the connection is there");
    assert_eq!(
        (unheld.profile, unheld.connect_again),
        (None, None),
        "even a connection can be asked what it can do, and no more"
    );
    assert!(unheld.headline.ends_with("found"), "{}", unheld.headline);
    let before = check().await;
    assert_eq!(before.headline, "1/1, 1 assumed", "{before:#?}");
    assert_eq!(
        before.profile.as_ref().map(|one| one.id.as_str()),
        Some("site-generator")
    );
    assert_eq!(before.connect_again, None, "there is nothing to mend");
    let fault = json!({ "kind": "status", "status": 403, "code": 10_000 });
    stage
        .fault("GET", "/client/v4/accounts/{}/pages/projects", fault)
        .await;
    let now = check().await;
    let earlier = doctor::before(&stage.app, &now.run)
        .expect("the record answers")
        .expect("it was kept");
    assert_eq!(earlier, before, "what was found is kept whole");
    let again = now.connect_again.as_ref();
    assert_eq!(
        again.expect("one press makes it again").profile,
        "site-generator"
    );
    let comparison = doctor::compare(&earlier, &now);
    assert!(comparison.same_token);
    let changed: Vec<_> = comparison
        .permissions
        .iter()
        .filter(|one| one.changed)
        .collect();
    assert_eq!(changed.len(), 1, "{comparison:#?}");
    assert_eq!(
        changed[0].before.map(|one| one.state),
        Some(PermissionState::Granted)
    );
    assert_eq!(comparison.appeared.len(), 1);
    let all = doctor::earlier(&stage.app, &now.run).expect("a list");
    let headlines: Vec<&str> = all.iter().map(|one| one.headline.as_str()).collect();
    assert_eq!(headlines.len(), 2, "all but this one: {headlines:?}");
    assert_eq!(headlines[0], before.headline, "the newest first");
}

#[tokio::test]
async fn a_pasted_token_is_held_against_what_was_found_of_it_before_and_of_no_other() {
    let stage = Stage::new().await;
    let options = || against("getaipage", &stage);
    let value = plant(&stage, "user", &GETAIPAGE).await;
    let yesterdays = examine(&stage, &value, options()).await;
    examine(&stage, &stage.face.narrow_token, options()).await;
    let now = examine(&stage, &value, options()).await;
    assert_eq!(
        doctor::earlier(&stage.app, &now.run).expect("a list"),
        std::slice::from_ref(&yesterdays),
        "its fingerprint is enough to know it by"
    );
    assert_eq!(
        doctor::earlier(&stage.app, &yesterdays.run).expect("a list"),
        [],
        "the first has nothing before it"
    );
}

#[tokio::test]
async fn what_no_harmless_write_can_show_is_said_and_not_promised() {
    let stage = Stage::new().await;
    let groups = [
        "Pages Write",
        "Zone Read",
        "DNS Write",
        "Dynamic URL Redirects Write",
        "Cache Settings Write",
        "Zone Transform Rules Write",
    ];
    let value = plant(&stage, "user", &groups).await;
    let options = |probe_writes| DoctorOptions {
        with: vec!["domain".to_owned()],
        probe_writes,
        ..against("site-generator", &stage)
    };
    let advice = |told: &Diagnosis, group: &str| {
        let row = told.permissions.iter().find(|row| row.group == group);
        let row = row.unwrap_or_else(|| panic!("{group} has a row"));
        (
            row.harmless_write.is_some(),
            row.fix.clone().unwrap_or_default(),
        )
    };
    let rules = &groups[3..];

    let told = examine(&stage, &value, options(false)).await;
    let (known, words) = advice(&told, "DNS Write");
    assert!(
        known && words.contains("ask with harmless writes"),
        "{words}"
    );
    for group in rules {
        let (known, words) = advice(&told, group);
        assert!(
            !known && words.starts_with("There is no harmless write for this one."),
            "{group}: {words}"
        );
    }

    let told = examine(&stage, &value, options(true)).await;
    let assumed: Vec<&str> = told
        .permissions
        .iter()
        .filter(|row| row.evidence == Some(Evidence::Assumed))
        .map(|row| row.group.as_str())
        .collect();
    assert_eq!(assumed, rules, "the rest was shown by a write on nothing");

    stage
        .fault(
            "DELETE",
            "/client/v4/zones/{}/dns_records/{}",
            json!({ "kind": "status", "status": 500 }),
        )
        .await;
    let told = examine(&stage, &value, options(true)).await;
    let (_, words) = advice(&told, "DNS Write");
    assert!(
        words.starts_with("A harmless write was tried and told nothing."),
        "nobody is sent to try again what was tried: {words}"
    );
}

#[tokio::test]
async fn a_right_to_make_tokens_is_shown_by_deleting_one_that_does_not_exist() {
    let stage = Stage::new().await;
    let options = || DoctorOptions {
        probe_writes: true,
        with: vec!["API Tokens Write".to_owned()],
        ..against("flarelink", &stage)
    };
    let found = |told: &Diagnosis| {
        let row = told
            .permissions
            .iter()
            .find(|row| row.group == "API Tokens Write");
        row.map(|row| row.state)
    };
    for (group, expected) in [
        ("API Tokens Write", PermissionState::Granted),
        ("API Tokens Read", PermissionState::Missing),
    ] {
        let value = plant(&stage, "user", &[group]).await;
        let before = stage.token_names().await;
        let told = examine(&stage, &value, options()).await;
        assert_eq!(found(&told), Some(expected), "{group}");
        assert_eq!(stage.token_names().await, before, "and no token is gone");
    }
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_a_problem_and_no_diagnosis() {
    let stage = Stage::new().await;
    let mut no_account = against("site-generator", &stage);
    no_account.account = Some("my account".to_owned());
    let mut no_zone = against("site-generator", &stage);
    no_zone.zones = vec!["example.com".to_owned()];
    let cases = [
        (
            given("x"),
            against("nothing-like-it", &stage),
            "profile-not-found",
        ),
        (
            Subject::Connection("none".to_owned()),
            DoctorOptions::default(),
            "connection-unknown",
        ),
        (given("x"), no_account, "account-id"),
        (given("x"), no_zone, "zone-id"),
    ];
    for (subject, options, code) in cases {
        let input = Input {
            subject,
            second: None,
            options,
        };
        let problem = ask(&stage, input).await.expect_err(code);
        assert_eq!(listed(problem).code, code);
    }
    let input = Input {
        subject: given(&stage.face.narrow_token),
        second: Some(Given::Token(Secret::new("ada@example.com".to_owned()))),
        options: DoctorOptions::default(),
    };
    let problem = ask(&stage, input)
        .await
        .expect_err("an address is no credential");
    assert_eq!(listed(problem).code, "second-credential");
}

#[test]
fn a_second_credential_is_looked_at_before_it_is_used() {
    let problem = doctor::second_card(&Secret::new("ada@example.com".to_owned()))
        .expect_err("an address is no credential");
    assert_eq!(listed(problem).code, "second-credential");
    let value = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let card = doctor::second_card(&Secret::new(format!("Bearer {value}"))).expect("a token");
    assert_eq!(card.last_four, "c0de");
    assert_eq!(card.looks_like, "User API token");
}

#[tokio::test]
async fn the_command_prints_one_object_and_ends_with_the_agreed_code() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let good = plant(&stage, "user", &GETAIPAGE).await;
    let poor = plant(&stage, "user", &GETAIPAGE[..7]).await;
    let unknown = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let place = [
        "--account",
        &stage.face.account_id,
        "--zone",
        &stage.face.zone_id,
    ];
    let base = ["doctor", "--profile", "getaipage", "--json"];
    let run = async |more: &[&str], input: String| {
        let arguments: Vec<&str> = base.iter().chain(&place).chain(more).copied().collect();
        narrows.run(&arguments, input).await
    };
    let second = ["--policy-credential-stdin"];
    let ran = run(&second, format!("{good}\n{}\n", stage.face.broad_token)).await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    let told = ran.object();
    assert_eq!(told["headline"], "8/8");
    assert_eq!(told["token"]["kind"], "user");
    assert_eq!(told["token"]["status"], "active");
    for field in ["id", "expires_on"] {
        assert!(told["token"].get(field).is_some(), "{field}");
    }
    for field in ["causes", "fix_link", "rounds", "elapsed_ms"] {
        assert!(told.get(field).is_some(), "{field}");
    }
    let row = &told["permissions"][1];
    for (field, value) in [
        ("group", json!("Workers R2 Storage Write")),
        ("scope", json!("account")),
        ("level", json!("write")),
        ("state", json!("granted")),
        ("evidence", json!("policy")),
        ("endpoint", json!("GET /accounts/{account}/r2/buckets")),
        ("http_status", json!(200)),
        ("code", Value::Null),
    ] {
        assert_eq!(row[field], value, "{field} of {row}");
    }

    let ran = run(&second, format!("{poor}\n{}\n", stage.face.broad_token)).await;
    assert_eq!(ran.exit, Some(1), "{ran:?}");
    let told = ran.object();
    assert_eq!(told["headline"], "7/8, 1 missing");
    assert_eq!(told["causes"][0]["kind"], "level-too-low");
    assert!(told["causes"][0]["action"].is_string() && told["causes"][0]["message"].is_string());
    let ran = run(&[], unknown).await;
    assert_eq!(
        (ran.exit, &ran.object()["causes"][0]["kind"]),
        (Some(2), &json!("token-unknown"))
    );
    let ran = run(&["--strict"], good.clone()).await;
    assert_eq!(ran.exit, Some(3), "{ran:?}");
    let ran = run(&["--strict", "--probe-writes"], good.clone()).await;
    assert_eq!(ran.exit, Some(0), "{ran:?}");
    for wrong in [
        &["--nonsense"][..],
        &["--full-ids"],
        &["--zone", "example.com"],
        &["--connection", "none"],
    ] {
        let ran = run(wrong, good.clone()).await;
        assert_eq!(ran.exit, Some(64), "{wrong:?}: {ran:?}");
    }
    for said in [
        run(&[], good.clone()).await.stdout,
        run(&[], good.clone()).await.stderr,
    ] {
        assert!(!said.contains(&good), "the token itself is never told");
    }
}

#[tokio::test]
async fn a_person_reads_the_same_and_what_changed_since() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let arguments = [
        "doctor",
        "--profile",
        "site-generator",
        "--account",
        &stage.face.account_id,
    ];
    let first = narrows
        .run(&arguments, stage.face.narrow_token.clone())
        .await;
    assert_eq!(first.exit, Some(0), "{first:?}");
    assert_eq!(first.stdout.lines().last(), Some("1/1, 1 assumed"));
    assert!(
        first.stdout.contains("proves Read and never Write"),
        "{}",
        first.stdout
    );
    let second = narrows
        .run(&arguments, stage.face.narrow_token.clone())
        .await;
    assert!(
        second.stdout.contains("Nothing changed"),
        "{}",
        second.stdout
    );
}

#[tokio::test]
async fn the_environment_is_read_only_when_told_and_a_shadow_is_warned_of() {
    let stage = Stage::new().await;
    let value = plant(&stage, "user", &GETAIPAGE).await;
    let narrows = Program::on(&stage.face)
        .with("CLOUDFLARE_API_TOKEN", value.as_str())
        .with("CLOUDFLARE_EMAIL", stage.face.user_email.as_str())
        .with("CLOUDFLARE_GLOBAL_KEY", stage.face.global_key.as_str())
        .with("CLOUDFLARE_ACCOUNT_ID", stage.face.account_id.as_str())
        .with("CLOUDFLARE_ZONE_ID", stage.face.zone_id.as_str());
    let notices = |told: &Value| told["notices"].to_string();

    let piped = [
        "doctor",
        "--profile",
        "site-generator",
        "--json",
        "--account",
        &stage.face.account_id,
    ];
    let told = narrows
        .run(&piped, stage.face.narrow_token.clone())
        .await
        .result();
    assert_eq!(
        told["headline"], "1/1, 1 assumed",
        "the piped token was diagnosed"
    );
    assert!(
        notices(&told).contains("CLOUDFLARE_API_TOKEN is set here and shadows"),
        "{told}"
    );
    assert!(
        notices(&told).contains(
            "Set here and not read: CLOUDFLARE_EMAIL, CLOUDFLARE_ACCOUNT_ID, CLOUDFLARE_ZONE_ID."
        ),
        "an account or zone that other tools go by is told of as well: {told}"
    );

    let told = narrows
        .run(
            &["doctor", "--profile", "getaipage", "--from-env", "--json"],
            "",
        )
        .await
        .result();
    assert_eq!(told["headline"], "8/8", "the key read the policies: {told}");
    assert_eq!(told["token"]["policy"], "second");
    assert!(
        notices(&told).contains("shadows CLOUDFLARE_GLOBAL_KEY"),
        "{told}"
    );
    let other = "0123456789abcdef0123456789abcdef";
    let ran = narrows
        .run(
            &[
                "doctor",
                "--profile",
                "getaipage",
                "--from-env",
                "--json",
                "--account",
                other,
            ],
            "",
        )
        .await;
    assert!(
        notices(&ran.object()).contains("CLOUDFLARE_ACCOUNT_ID names another one"),
        "{ran:?}"
    );

    let bare = Program::on(&stage.face);
    let both = ["doctor", "--profile", "getaipage", "--no-profile"];
    let ran = bare.run(&both, "").await;
    assert_eq!(ran.exit, Some(64), "one of the two: {ran:?}");
    let ran = bare.run(&["doctor", "--from-env", "--json"], "").await;
    assert_eq!(
        (ran.error().as_str(), ran.exit),
        ("environment-empty", Some(64))
    );
}

#[tokio::test]
async fn a_global_key_with_its_address_is_diagnosed_too() {
    let stage = Stage::new().await;
    let key = |value: &str| {
        Subject::Given(Given::GlobalKey {
            email: stage.face.user_email.clone(),
            key: Secret::new(value.to_owned()),
        })
    };
    let options = || against("getaipage", &stage);
    let input = Input {
        subject: key(&stage.face.global_key),
        second: None,
        options: options(),
    };
    let told = ask(&stage, input).await.expect("sound");
    assert_eq!(told.token.kind, CredentialKind::GlobalKey);
    assert_eq!(
        (told.score.granted, told.exit),
        (8, 0),
        "it may everything: {told:#?}"
    );
    let wrong = "cfk_".to_owned() + &"q".repeat(40) + "0badc0de";
    let input = Input {
        subject: key(&wrong),
        second: None,
        options: options(),
    };
    let told = ask(&stage, input).await.expect("sound");
    assert_eq!(
        (kinds(&told), told.exit),
        (vec![CauseKind::KeyOrEmailWrong], 2)
    );
}

#[tokio::test]
async fn an_account_token_is_known_without_naming_its_account_unless_cloudflare_keeps_it_to_itself()
{
    let stage = Stage::new().await;
    let value = plant(&stage, "account", &["Pages Write"]).await;
    let site = DoctorOptions {
        against: Against::Profile("site-generator".to_owned()),
        ..DoctorOptions::default()
    };
    let told = examine(&stage, &value, site.clone()).await;
    assert_eq!(told.headline, "1/1, 1 assumed", "{told:#?}");
    assert_eq!(told.token.kind, CredentialKind::Account);
    let words = "List accounts endpoint does not support account owned tokens";
    let fault = json!({ "kind": "status", "status": 400, "code": 1001, "message": words });
    stage.fault("GET", "/client/v4/accounts", fault).await;
    let told = examine(&stage, &value, site).await;
    assert_eq!(
        (kinds(&told), told.exit),
        (vec![CauseKind::AccountNotNamed], 3)
    );
    let told = examine(&stage, &value, against("site-generator", &stage)).await;
    assert_eq!(told.score.granted, 1, "named, it is asked: {told:#?}");
}
