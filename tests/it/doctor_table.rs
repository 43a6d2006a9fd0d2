//! Seeded faults: for each profile every permission taken away in turn, and every cause that a server can show. The
//! table and its score are printed by `make doctor-table`.

use std::fmt::Write;

use narrows_core::cloudflare::Scope;
use narrows_core::doctor::story::{
    Against, CauseKind, Diagnosis, DoctorOptions, Evidence, PermissionState,
};
use narrows_core::doctor::{self, Given, Input, Subject};
use narrows_core::profile::{Permission, Profile};
use narrows_core::record::Connection;
use narrows_core::run::App;
use narrows_core::secret::Secret;
use narrows_core::vault::Item;
use narrows_sandbox::Options;
use serde_json::{Value, json};

use crate::doctor::given;
use crate::stage::Stage;

mod way;

/// The table as it grows.
#[derive(Default)]
struct Table {
    lines: String,
    right: usize,
    of: usize,
}

impl Table {
    fn row(&mut self, what: &str, seeded: &str, told: &str, right: bool) {
        self.of += 1;
        self.right += usize::from(right);
        let mark = if right { "ok" } else { "WRONG" };
        writeln!(self.lines, "{mark:<6} {what:<16} {seeded:<58} {told}").expect("a string");
    }

    /// Prints the table; every row has to be right.
    fn finish(self, name: &str) {
        eprintln!(
            "\n{name}\n{}{} of {} right",
            self.lines, self.right, self.of
        );
        assert_eq!(
            self.right, self.of,
            "every seeded fault is told as what it is:\n{}",
            self.lines
        );
    }
}

/// A sandbox that is asked more than a person asks in five minutes.
async fn busy(options: Options) -> Stage {
    let stage = Stage::with(options).await;
    let limit = json!({ "rate_limit": { "quota": 1_000_000, "window_seconds": 300 } });
    stage.tell("/faults", &limit).await;
    stage
}

/// A group as the sandbox's door for tests takes it.
fn named(permission: &Permission) -> String {
    match permission.scope {
        Scope::Zone => format!("{} (zone)", permission.group),
        _ => permission.group.clone(),
    }
}

async fn plant(stage: &Stage, kind: &str, groups: &[String]) -> String {
    let body = json!({
        "kind": kind,
        "name": "planted",
        "groups": groups,
        "account": stage.face.account_id,
        "zone": stage.face.zone_id,
    });
    stage.make_token(body).await.1
}

fn options(stage: &Stage, profile: &str, with: &[String]) -> DoctorOptions {
    DoctorOptions {
        against: Against::Profile(profile.to_owned()),
        account: Some(stage.face.account_id.clone()),
        zones: vec![stage.face.zone_id.clone()],
        with: with.to_vec(),
        ..DoctorOptions::default()
    }
}

async fn examine(
    app: &App,
    subject: Subject,
    second: Option<&str>,
    options: DoctorOptions,
) -> Diagnosis {
    let input = Input {
        subject,
        second: second.map(|value| Given::Token(Secret::new(value.to_owned()))),
        options,
    };
    doctor::examine(app, input, None)
        .await
        .expect("the question is sound")
}

fn kinds(told: &Diagnosis) -> Vec<CauseKind> {
    told.causes.iter().map(|cause| cause.kind).collect()
}

fn missing(told: &Diagnosis) -> Vec<&str> {
    told.permissions
        .iter()
        .filter(|row| row.state == PermissionState::Missing)
        .map(|row| row.group.as_str())
        .collect()
}

#[tokio::test]
async fn every_permission_that_is_taken_away_is_named_by_policy_and_never_called_proved_without_one()
 {
    let stage = busy(Options::default()).await;
    let mut table = Table::default();
    for id in Profile::built_in() {
        let profile = Profile::load(id).expect("a built-in profile");
        let with: Vec<String> = profile.conditions.iter().map(|c| c.id.clone()).collect();
        let needed = profile.permissions(&with);
        for taken in &needed {
            let left: Vec<&&Permission> = needed.iter().filter(|one| one != &taken).collect();
            let groups: Vec<String> = left.iter().map(|one| named(one)).collect();
            // A token has to hold something.
            let groups = if groups.is_empty() {
                vec!["Queues Read".to_owned()]
            } else {
                groups
            };
            let value = plant(&stage, "user", &groups).await;
            let options = || options(&stage, id, &with);

            let told = examine(
                &stage.app,
                given(&value),
                Some(&stage.face.broad_token),
                options(),
            )
            .await;
            let holds = |name: &str| {
                left.iter()
                    .any(|one| one.group == name && one.scope == taken.scope)
            };
            let included = taken.accepts.iter().any(|other| holds(other));
            let read = taken
                .group
                .strip_suffix("Write")
                .map(|stem| format!("{stem}Read"));
            let expected = match (included, read.is_some_and(|read| holds(&read)), left.len()) {
                (true, ..) => None,
                (_, true, _) => Some(CauseKind::LevelTooLow),
                _ => Some(CauseKind::GroupMissing),
            };
            let groups_right = told
                .causes
                .iter()
                .all(|cause| cause.groups == [taken.group.clone()]);
            let right = match expected {
                None => told.causes.is_empty() && missing(&told).is_empty() && told.exit == 0,
                Some(kind) => {
                    kinds(&told) == [kind]
                        && groups_right
                        && missing(&told) == [taken.group.as_str()]
                        && told.exit == 1
                        && told.fix_rows.len() == 1
                }
            };
            let says = told.causes.first().map_or_else(
                || "granted by the Write that it holds".to_owned(),
                |cause| cause.message.clone(),
            );
            table.row(
                id,
                &format!("without {}", taken.group),
                &format!("{}: {says}", told.headline),
                right,
            );

            let alone = examine(&stage.app, given(&value), None, options()).await;
            let row = alone
                .permissions
                .iter()
                .find(|row| row.group == taken.group && row.scope == taken.scope.word())
                .expect("each needed permission has a row");
            let proved = row.state == PermissionState::Granted
                && matches!(row.evidence, Some(Evidence::Call | Evidence::Policy))
                && !included;
            // Where the token reads its own policies, or a read shows it, it is named; elsewhere it is at most assumed.
            let others = missing(&alone).iter().any(|group| *group != taken.group);
            table.row(
                id,
                &format!("without {}, no second credential", taken.group),
                &format!("{}: {:?} {:?}", alone.headline, row.state, row.evidence),
                !proved && !others,
            );
        }
        let all: Vec<String> = needed.iter().map(|one| named(one)).collect();
        let value = plant(&stage, "user", &all).await;
        let told = examine(
            &stage.app,
            given(&value),
            Some(&stage.face.broad_token),
            options(&stage, id, &with),
        )
        .await;
        let whole = format!("{0}/{0}", needed.len());
        table.row(
            id,
            "nothing taken away",
            &told.headline,
            told.headline == whole && told.exit == 0,
        );
    }
    table.finish("Each permission of each profile, taken away in turn");
}

/// What is known of a connection whose token is this one.
async fn connect(stage: &Stage, id: &str, value: &str) {
    let secret = Secret::new(value.to_owned());
    let connection = Connection {
        id: format!("c{id}"),
        profile: "site-generator".to_owned(),
        platform: "Site Generator".to_owned(),
        platform_address: None,
        account_id: stage.face.account_id.clone(),
        account_name: "An account".to_owned(),
        project: None,
        token_id: id.to_owned(),
        token_name: "planted".to_owned(),
        token_kind: "user".to_owned(),
        fingerprint: secret.fingerprint(),
        policy: json!([]),
        expires_on: None,
        allow_ip: Vec::new(),
        connected_on: "2026-01-01T00:00:00Z".parse().expect("a time"),
        delivery: "skipped".to_owned(),
        receipt_code: None,
        nonce: None,
        vault: "keychain".to_owned(),
        broad_left: None,
        choices: json!({}),
        person: None,
        extras: Vec::new(),
    };
    let item = Item::Token {
        connection: connection.id.clone(),
        token: id.to_owned(),
    };
    stage.app.vault().put(&item, &secret).await.expect("kept");
    stage
        .app
        .record
        .put_connection(&connection)
        .expect("remembered");
}

/// A planted user token of the pages kind, with more.
async fn pages(stage: &Stage, more: Value) -> (String, String) {
    let mut body =
        json!({ "kind": "user", "groups": ["Pages Write"], "account": stage.face.account_id });
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    stage.make_token(body).await
}

/// A profile of its own, in a file.
fn profile_file(stage: &Stage, kinds: &str) -> String {
    let text = format!(
        "id = \"own\"\nname = \"Own\"\nsummary = \"A test.\"\nno_platform = \"A test.\"\nnever_kept = [\"Nothing\"]\n\
         kept = [{{ what = \"Narrow token\", place = \"Here\" }}]\n[tokens]\nkinds = [\"{kinds}\"]\nwhy = \"A test.\"\n\
         [[permission]]\ngroup = \"Pages Write\"\nscope = \"account\"\nwhy = \"A test.\"\nprobe = \"pages-projects\"\n"
    );
    let path = stage.home.path().join(format!("{kinds}.toml"));
    std::fs::write(&path, text).expect("a file");
    path.display().to_string()
}

#[tokio::test]
#[allow(clippy::too_many_lines, reason = "a table")]
async fn every_cause_that_a_server_can_show_is_told_apart() {
    use CauseKind as C;
    let stage = busy(Options {
        accounts: 3,
        ..Options::default()
    })
    .await;
    let world = stage.admin("/world").await;
    let other_account = world["accounts"][1]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let other_zone = world["zones"][1]["id"].as_str().expect("an id").to_owned();
    let broad = Some(stage.face.broad_token.as_str());
    let site = || DoctorOptions {
        against: Against::Profile("site-generator".to_owned()),
        account: Some(stage.face.account_id.clone()),
        ..DoctorOptions::default()
    };
    let domain = || DoctorOptions {
        with: vec!["domain".to_owned()],
        zones: vec![stage.face.zone_id.clone()],
        ..site()
    };
    let of_connection = |id: &str| Subject::Connection(format!("c{id}"));
    let mut table = Table::default();
    let mut row = |seeded: &str, told: &Diagnosis, cause: CauseKind, exit: u8| {
        let right = told.causes.first().map(|first| first.kind) == Some(cause) && told.exit == exit;
        let first = told
            .causes
            .first()
            .map_or("no cause", |first| first.message.as_str());
        table.row(
            "site-generator",
            seeded,
            &format!("{}: {first}", told.headline),
            right,
        );
    };

    let (_, reads) = pages(&stage, json!({ "groups": ["Pages Read"] })).await;
    let told = examine(&stage.app, given(&reads), broad, site()).await;
    row(
        "Read where Write is required, by policy",
        &told,
        C::LevelTooLow,
        1,
    );
    let writes = DoctorOptions {
        probe_writes: true,
        ..site()
    };
    let told = examine(&stage.app, given(&reads), None, writes).await;
    row(
        "Read where Write is required, by a write on nothing",
        &told,
        C::LevelTooLow,
        1,
    );

    let (_, other) = pages(&stage, json!({ "groups": ["Queues Write"] })).await;
    let told = examine(&stage.app, given(&other), None, site()).await;
    row("another group", &told, C::GroupMissing, 1);
    let (_, elsewhere) = pages(&stage, json!({ "account": other_account })).await;
    let told = examine(&stage.app, given(&elsewhere), None, site()).await;
    row(
        "another account, by its list of accounts",
        &told,
        C::WrongAccount,
        1,
    );
    let told = examine(&stage.app, given(&elsewhere), broad, site()).await;
    row("another account, by policy", &told, C::WrongAccount, 1);
    let profile = Profile::load("site-generator").expect("built in");
    let with = ["domain".to_owned()];
    let all: Vec<String> = profile.permissions(&with).into_iter().map(named).collect();
    let (_, zoned) = pages(&stage, json!({ "groups": all, "zone": other_zone })).await;
    let told = examine(&stage.app, given(&zoned), None, domain()).await;
    row("another zone, by its list of zones", &told, C::WrongZone, 1);
    let told = examine(&stage.app, given(&zoned), broad, domain()).await;
    row("another zone, by policy", &told, C::WrongZone, 1);
    let unlisted: Vec<&String> = all
        .iter()
        .filter(|group| !group.starts_with("Zone Read"))
        .collect();
    let (_, zoned) = pages(&stage, json!({ "groups": unlisted, "zone": other_zone })).await;
    let told = examine(&stage.app, given(&zoned), None, domain()).await;
    row("another zone, and no list of zones", &told, C::WrongZone, 1);

    let (_, expired) = pages(&stage, json!({ "expires_on": "2020-01-01T00:00:00Z" })).await;
    let told = examine(&stage.app, given(&expired), None, site()).await;
    row("expired", &told, C::TokenExpired, 2);
    let (id, early) = pages(&stage, json!({ "not_before": "2099-01-01T00:00:00Z" })).await;
    connect(&stage, &id, &early).await;
    let told = examine(&stage.app, of_connection(&id), broad, site()).await;
    row(
        "not yet valid, by a second credential",
        &told,
        C::TokenNotYetValid,
        2,
    );
    let verified = json!({ "success": true, "errors": [], "messages": [], "result":
        { "id": id, "status": "active", "not_before": "2099-01-01T00:00:00Z" } });
    let verify = "/client/v4/user/tokens/verify";
    stage
        .fault(
            "GET",
            verify,
            json!({ "kind": "status", "status": 200, "body": verified }),
        )
        .await;
    let told = examine(&stage.app, given(&early), None, site()).await;
    row("not yet valid, by verify", &told, C::TokenNotYetValid, 2);
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let (_, disabled) = pages(&stage, json!({ "status": "disabled" })).await;
    let told = examine(&stage.app, given(&disabled), None, site()).await;
    row("disabled", &told, C::TokenDisabled, 2);
    let (id, exposed) = pages(&stage, json!({ "status": "revoked (exposed)" })).await;
    connect(&stage, &id, &exposed).await;
    let told = examine(&stage.app, of_connection(&id), broad, site()).await;
    row("leaked and revoked", &told, C::TokenExposed, 2);

    let client = crate::stage::client();
    let asked = |method: reqwest::Method, path: String| {
        let url = format!("{}{path}", stage.face.cloudflare_api);
        client
            .request(method, url)
            .bearer_auth(&stage.face.broad_token)
    };
    let (id, deleted) = pages(&stage, json!({})).await;
    connect(&stage, &id, &deleted).await;
    let gone = asked(reqwest::Method::DELETE, format!("/user/tokens/{id}"))
        .send()
        .await;
    assert!(gone.expect("an answer").status().is_success());
    let told = examine(&stage.app, of_connection(&id), broad, site()).await;
    row("deleted", &told, C::TokenDeleted, 2);
    let told = examine(&stage.app, of_connection(&id), None, site()).await;
    row("deleted, and nobody to ask", &told, C::TokenUnknown, 2);
    let (id, rolled) = pages(&stage, json!({})).await;
    connect(&stage, &id, &rolled).await;
    let roll = asked(reqwest::Method::PUT, format!("/user/tokens/{id}/value"))
        .send()
        .await;
    assert!(roll.expect("an answer").status().is_success());
    let told = examine(&stage.app, of_connection(&id), broad, site()).await;
    row("rolled", &told, C::TokenRolled, 2);

    let told = examine(&stage.app, given(&stage.face.global_key), None, site()).await;
    row("a Global API Key", &told, C::GlobalApiKey, 2);
    let told = examine(
        &stage.app,
        given(&("v1.0-".to_owned() + &"0a".repeat(70))),
        None,
        site(),
    )
    .await;
    row("an Origin CA key", &told, C::OriginCaKey, 2);
    let told = examine(&stage.app, given("ada@example.com"), None, site()).await;
    row("an e-mail address", &told, C::NotAToken, 2);
    let told = examine(&stage.app, given("abcdefghij0123456789"), None, site()).await;
    row("cut short", &told, C::TokenMalformed, 2);
    let unknown = "cfut_".to_owned() + &"q".repeat(40) + "0badc0de";
    let told = examine(&stage.app, given(&unknown), None, site()).await;
    row("unknown", &told, C::TokenUnknown, 2);

    let account_token =
        json!({ "kind": "account", "groups": ["Pages Write"], "account": stage.face.account_id });
    let (_, owned) = stage.make_token(account_token).await;
    let own = |kinds: &str| DoctorOptions {
        against: Against::Profile(profile_file(&stage, kinds)),
        ..site()
    };
    let told = examine(&stage.app, given(&owned), None, own("user")).await;
    row(
        "an account's token where a person's is wanted",
        &told,
        C::AccountTokenAsUser,
        1,
    );
    let (_, personal) = pages(&stage, json!({})).await;
    let told = examine(&stage.app, given(&personal), None, own("account")).await;
    row(
        "a person's token where an account's is wanted",
        &told,
        C::UserTokenAsAccount,
        1,
    );

    let condition = json!({ "condition": { "request_ip": { "in": ["203.0.113.9/32"] } } });
    let (_, blocked) = pages(&stage, condition).await;
    let told = examine(&stage.app, given(&blocked), None, site()).await;
    row("address not allowed", &told, C::AddressBlocked, 2);
    assert_eq!(
        told.token.address_seen.as_deref(),
        Some("127.0.0.1"),
        "the address that Cloudflare saw is told"
    );

    let edge = |options: DoctorOptions| DoctorOptions {
        against: Against::Profile("flarelink".to_owned()),
        ..options
    };
    let four = [
        "Workers Scripts Write",
        "D1 Write",
        "Workers KV Storage Write",
        "Workers R2 Storage Write",
    ];
    let (_, r2) = pages(&stage, json!({ "groups": four })).await;
    stage.tell("/faults", &json!({ "r2_disabled": true })).await;
    let told = examine(&stage.app, given(&r2), None, edge(site())).await;
    row("R2 not switched on", &told, C::ProductNotEnabled, 3);
    stage
        .tell("/faults", &json!({ "r2_disabled": false }))
        .await;

    let stackone = Profile::load("stackone").expect("built in");
    let groups: Vec<String> = stackone
        .permissions(&[])
        .into_iter()
        .filter(|one| one.scope != Scope::User)
        .map(named)
        .collect();
    let body = json!({ "kind": "account", "groups": groups, "account": stage.face.account_id, "zone": stage.face.zone_id });
    let (_, hub) = stage.make_token(body).await;
    stage
        .fault(
            "GET",
            "/client/v4/zones/{}/pagerules",
            json!({ "kind": "status", "status": 403, "code": 10_000 }),
        )
        .await;
    let asks = options(&stage, "stackone", &[]);
    let told = examine(
        &stage.app,
        given(&hub),
        Some(&stage.face.broad_account_token),
        asks.clone(),
    )
    .await;
    row(
        "a product that refuses account tokens",
        &told,
        C::ProductRefusesAccountTokens,
        1,
    );
    stage.tell("/faults", &json!({ "faults": [] })).await;
    let told = examine(&stage.app, given(&hub), None, asks).await;
    row(
        "two permissions that are a person's, on an account token",
        &told,
        C::NotForAccountTokens,
        0,
    );

    let demoted = |role: &str| json!({ "roles": { stage.face.account_id.as_str(): role } });
    stage
        .tell("/world", &demoted("Minimal Account Access"))
        .await;
    let told = examine(&stage.app, given(&r2), broad, edge(site())).await;
    row(
        "the person's role is too small to read",
        &told,
        C::RoleTooSmall,
        1,
    );
    stage
        .tell("/world", &demoted("Administrator Read Only"))
        .await;
    let writes = DoctorOptions {
        probe_writes: true,
        ..site()
    };
    let (_, both) = pages(&stage, json!({ "groups": ["Pages Read", "Pages Write"] })).await;
    let told = examine(&stage.app, given(&both), broad, writes).await;
    row(
        "the person's role is too small to write",
        &told,
        C::RoleTooSmall,
        1,
    );
    stage
        .tell("/world", &demoted("Super Administrator - All Privileges"))
        .await;

    stage
        .tell("/faults", &json!({ "propagation_ms": { "pages": 60_000 } }))
        .await;
    let (_, fresh) = pages(&stage, json!({ "fresh": true })).await;
    let told = examine(&stage.app, given(&fresh), broad, site()).await;
    row("still spreading", &told, C::Propagation, 3);
    stage
        .tell("/faults", &json!({ "propagation_ms": { "pages": 0 } }))
        .await;

    let projects = "/client/v4/accounts/{}/pages/projects";
    for (seeded, path, fault, cause) in [
        (
            "rate limited, on everything",
            "/client/v4/**",
            json!({ "kind": "rate-limit", "retry_after": 240 }),
            C::RateLimited,
        ),
        (
            "rate limited, on one product",
            projects,
            json!({ "kind": "rate-limit", "retry_after": 240 }),
            C::RateLimited,
        ),
        (
            "Cloudflare in trouble",
            "/client/v4/**",
            json!({ "kind": "status", "status": 503 }),
            C::CloudflareDown,
        ),
        (
            "a sign-in page in between",
            "/client/v4/**",
            json!({ "kind": "html", "status": 200 }),
            C::NotCloudflare,
        ),
        (
            "answers that break off",
            "/client/v4/**",
            json!({ "kind": "reset-before" }),
            C::NoAnswer,
        ),
    ] {
        stage.fault("*", path, fault).await;
        let told = examine(&stage.app, given(&personal), None, site()).await;
        row(seeded, &told, cause, 3);
        stage.tell("/faults", &json!({ "faults": [] })).await;
    }
    let mut late = stage.app.clone();
    late.now = || "2031-01-01T00:00:00Z".parse().expect("a time");
    let told = examine(&late, given(&personal), None, site()).await;
    row("a clock that is years ahead", &told, C::ClockWrong, 0);
    let mut away = stage.app.clone();
    away.addresses.cloudflare = "http://127.0.0.1:9/client/v4".parse().expect("an address");
    let told = examine(&away, given(&personal), None, site()).await;
    row("nobody there", &told, C::NoNetwork, 3);

    let (_, blind) = pages(&stage, json!({ "groups": ["User Details Read"] })).await;
    let told = examine(&stage.app, given(&blind), None, site()).await;
    row(
        "no account among its resources",
        &told,
        C::NoAccountVisible,
        1,
    );
    let (_, holds_other) = pages(&stage, json!({ "groups": ["Pages Read"] })).await;
    let told = examine(&stage.app, given(&holds_other), None, edge(site())).await;
    row("none of several permissions", &told, C::NoPermission, 1);
    let (_, several) = pages(&stage, json!({ "account": Value::Null })).await;
    let told = examine(
        &stage.app,
        given(&several),
        None,
        DoctorOptions {
            account: None,
            ..site()
        },
    )
    .await;
    row(
        "several accounts and none named",
        &told,
        C::AccountNotNamed,
        3,
    );
    let (_, unzoned) = pages(&stage, json!({})).await;
    let told = examine(
        &stage.app,
        given(&unzoned),
        None,
        DoctorOptions {
            zones: Vec::new(),
            ..domain()
        },
    )
    .await;
    row(
        "a zone needed and none to be found",
        &told,
        C::ZoneNotNamed,
        3,
    );

    let listed = stage.admin("/tokens").await;
    let group = listed["tokens"]
        .as_array()
        .expect("tokens")
        .iter()
        .flat_map(|token| token["policies"].as_array().expect("policies"))
        .flat_map(|policy| policy["permission_groups"].as_array().expect("groups"))
        .find(|group| group["name"] == "Pages Write")
        .expect("some token has it");
    let on = format!("com.cloudflare.api.account.{}", stage.face.account_id);
    let policy = |effect: &str| json!({ "effect": effect, "resources": { on.as_str(): "*" }, "permission_groups": [{ "id": group["id"] }] });
    let body = json!({ "kind": "user", "policies": [policy("allow"), policy("deny")] });
    let (_, denied) = stage.make_token(body).await;
    let told = examine(&stage.app, given(&denied), broad, site()).await;
    row(
        "denied by another row of its own",
        &told,
        C::PermissionDenied,
        1,
    );

    table.finish("Each cause that a server can show");
}
