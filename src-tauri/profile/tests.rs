//! Profiles that hold, and every way in which one does not.

use super::*;
use crate::cloudflare::{Scope, TokenKind};

/// A profile in which nothing is wrong; a table of cases spoils one line each.
const SOUND: &str = r##"id = "sound"
name = "Sound"
summary = "Nothing is wrong with it."
kept = [{ what = "Token", place = "Here" }]
never_kept = ["The broad token"]
[brand]
accent = "#112233"
logo = "data:image/png;base64,iVBORw0KGgo="
docs = [{ title = "Docs", url = "https://docs.example" }]
[platform]
name = "Sound"
address = "https://sound.example"
[tokens]
kinds = ["user", "account"]
[project]
label = "Project"
suggestion = "sound-<siteId>"
help = "Small letters."
[[condition]]
id = "domain"
question = "A domain?"
needs_zone = true
[[permission]]
group = "Pages Write"
scope = "account"
key = "page"
level = "edit"
why = "To publish."
[[permission]]
group = "Cache Purge"
scope = "zone"
level = "purge"
why = "To purge."
need = { when = "domain" }
"##;

fn names(permissions: &[&Permission]) -> Vec<String> {
    permissions.iter().map(|one| one.group.clone()).collect()
}

#[test]
fn every_built_in_profile_is_without_a_finding() {
    for id in Profile::built_in() {
        let profile = Profile::load(id).unwrap();
        assert_eq!(profile.id, id, "a profile is found by its own id");
        let (_, text) = BUILT_IN.iter().find(|(name, _)| *name == id).unwrap();
        assert_eq!(lint(text), [], "{id}");
    }
}

#[test]
fn the_worked_example_of_the_documentation_is_without_a_finding() {
    let page = include_str!("../../docs/profiles.md");
    let (_, rest) = page.split_once("```toml\n").expect("a fenced example");
    let (example, _) = rest.split_once("```").expect("an end of the fence");
    assert_eq!(lint(example), []);
    let profile = Profile::parse(example, "docs").unwrap();
    let with = ["basket".to_owned(), "domain".to_owned()];
    assert_eq!(
        profile.permissions(&with).len(),
        4,
        "as the text below the example says"
    );
}

#[test]
fn the_documentation_names_every_field() {
    let page = include_str!("../../docs/profiles.md");
    for (_, fields) in sheet::FIELDS {
        for field in fields {
            let field = field.trim_end_matches('!');
            let named = [
                format!("`{field}`"),
                format!("`[{field}]`"),
                format!("`[[{field}]]`"),
            ];
            let plain = ["title", "url", "what", "place"].contains(&field);
            assert!(
                plain || named.iter().any(|named| page.contains(named)),
                "{field} is nowhere explained"
            );
        }
    }
}

#[test]
fn a_site_without_a_domain_asks_for_pages_alone() {
    let profile = Profile::load("site-generator").unwrap();
    assert_eq!(names(&profile.permissions(&[])), ["Pages Write"]);
    assert!(!profile.needs_zone(&[]));
    assert_eq!(
        profile.platform.as_ref().unwrap().base(),
        None,
        "no platform's address is built in"
    );
    assert_eq!(
        profile.project.as_ref().unwrap().suggest("42"),
        "generator-42"
    );
}

#[test]
fn a_domain_adds_five_permissions_on_one_zone() {
    let profile = Profile::load("site-generator").unwrap();
    let with = ["domain".to_owned()];
    let added: Vec<_> = profile.permissions(&with).into_iter().skip(1).collect();
    assert_eq!(
        names(&added),
        [
            "Zone Read",
            "DNS Write",
            "Dynamic URL Redirects Write",
            "Cache Settings Write",
            "Zone Transform Rules Write"
        ]
    );
    assert!(added.iter().all(|one| one.scope == Scope::Zone));
    assert!(profile.needs_zone(&with));
}

#[test]
fn getaipage_has_eight_permissions_with_either_kind_of_token_and_workers_routes_on_the_zone() {
    let profile = Profile::load("getaipage").unwrap();
    for kind in [TokenKind::User, TokenKind::Account] {
        let permissions = profile.permissions_of(kind, &[]);
        assert_eq!(permissions.len(), 8, "8 of 8 with {kind:?}");
        let zone = permissions.iter().filter(|one| one.scope == Scope::Zone);
        assert_eq!(
            zone.map(|one| one.group.as_str()).collect::<Vec<_>>(),
            [
                "Workers Routes Write",
                "Zone Read",
                "SSL and Certificates Read",
                "SSL and Certificates Write"
            ]
        );
    }
    let read = profile
        .permissions
        .iter()
        .find(|one| one.group == "Workers Scripts Read")
        .expect("Read counts as a row of its own, although Write implies it");
    assert_eq!(read.accepts, ["Workers Scripts Write"]);
    assert!(profile.needs_zone(&[]));
}

#[test]
fn stackone_has_25_permissions_of_which_an_account_token_reaches_23() {
    let profile = Profile::load("stackone").unwrap();
    let count = |scope| {
        let permissions = profile.permissions(&[]);
        permissions.iter().filter(|one| one.scope == scope).count()
    };
    assert_eq!(
        [Scope::Account, Scope::Zone, Scope::User].map(count),
        [11, 12, 2]
    );
    assert_eq!(profile.permissions_of(TokenKind::User, &[]).len(), 25);
    let reached = profile.permissions_of(TokenKind::Account, &[]);
    assert_eq!(reached.len(), 23);
    let beyond: Vec<_> = profile
        .permissions(&[])
        .into_iter()
        .filter(|one| !one.fits(TokenKind::Account))
        .collect();
    assert_eq!(names(&beyond), ["API Tokens Read", "Memberships Read"]);
}

#[test]
fn a_part_that_is_chosen_leaves_out_the_others_and_none_leaves_out_nothing() {
    let profile = Profile::load("stackone").unwrap();
    let with = |parts: &[&str]| {
        let with: Vec<_> = parts.iter().map(|part| (*part).to_owned()).collect();
        (
            names(&profile.permissions(&with)),
            profile.needs_zone(&with),
        )
    };
    let (tunnels, zone) = with(&["tunnels"]);
    assert_eq!(
        tunnels,
        [
            "Account Settings Read",
            "Cloudflare Tunnel Write",
            "API Tokens Read",
            "Memberships Read"
        ]
    );
    assert!(!zone, "tunnels are the account's");
    let (two, zone) = with(&["pages", "rules"]);
    assert!(two.contains(&"Pages Write".to_owned()) && two.contains(&"Cache Purge".to_owned()));
    assert!(!two.contains(&"DNS Write".to_owned()) && zone);
    let each: Vec<_> = profile.parts.iter().map(|part| part.id.as_str()).collect();
    assert_eq!(with(&each), with(&[]), "every part is all of them");
}

#[test]
fn an_own_stack_asks_for_what_is_used() {
    let profile = Profile::load("edge-stack").unwrap();
    let with = |ids: &[&str]| {
        let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
        names(&profile.permissions(&ids))
    };
    assert_eq!(with(&[]).len(), 6);
    assert!(with(&["kv"]).contains(&"Workers KV Storage Write".to_owned()));
    assert!(with(&["domain"]).contains(&"Zone Settings Read".to_owned()));
    assert!(!with(&["domain"]).contains(&"DNS Write".to_owned()));
    assert_eq!(with(&["kv", "domain", "dns"]).len(), 9);
    assert!(profile.platform.is_none() && profile.no_platform.is_some());
}

#[test]
fn each_permission_of_flarelink_says_why_and_what_is_made_and_r2_keys_are_optional() {
    let profile = Profile::load("flarelink").unwrap();
    assert_eq!(profile.permissions(&[]).len(), 4);
    assert!(profile.permissions.iter().all(|one| one.creates.is_some()));
    let keys = profile.permissions(&["API Tokens Write".to_owned()])[4];
    assert!(!keys.can_be_minted() && keys.without.is_some());
}

#[test]
fn each_fault_is_named_on_its_line() {
    assert_eq!(lint(SOUND), [], "the cases spoil a sound profile");
    let error = Severity::Error;
    let warning = Severity::Warning;
    #[rustfmt::skip]
    let table = [
        ("id = \"sound\"", "id = \"So und\"", error, "is no id"),
        ("id = \"sound\"", "", error, "The field `id` is missing"),
        ("id = \"sound\"", "id = 7", error, "invalid type"),
        ("id = \"sound\"", "id = ", error, "string"),
        ("name = \"Sound\"\nsummary", "name = \"Sound\"\ncolour = 1\nsummary", error, "Nobody knows the field `colour`"),
        ("accent = \"#112233\"", "accent = \"blue\"", error, "is no colour"),
        ("data:image/png;base64,iVBORw0KGgo=", "https://sound.example/logo.png", error, "not a small PNG"),
        ("data:image/png;base64,iVBORw0KGgo=", "data:image/svg+xml;base64,PHN2Zy8+", error, "not a small PNG"),
        ("image/png;base64,iVBORw0KGgo=", "image/png;base64,PHN2Zy8+", error, "not a small PNG"),
        ("https://docs.example", "http://docs.example", error, "not a secure address"),
        ("https://sound.example", "http://sound.example", error, "not a secure address"),
        ("[platform]\nname = \"Sound\"\naddress = \"https://sound.example\"", "", error, "who gets the narrow token"),
        ("kinds = [\"user\", \"account\"]", "kinds = [\"user\"]", error, "not said why"),
        ("kinds = [\"user\", \"account\"]", "kinds = [\"robot\"]", error, "unknown variant"),
        ("sound-<siteId>", "Sound <siteId>", error, "would not be accepted"),
        ("help = \"Small letters.\"", "help = \"\"\nmax_length = 63", error, "cannot be"),
        ("need = { when = \"domain\" }", "need = \"required\"", warning, "never used"),
        ("need = { when = \"domain\" }", "need = { when = \"moon\" }", error, "never asked"),
        ("needs_zone = true", "needs_zone = false", error, "asks for no zone"),
        ("question = \"A domain?\"", "question = \"A domain?\"\nanswer = 1", error, "`condition[0].answer`"),
        ("\"Pages Write\"", "\"Pages Edit\"", error, "no group `Pages Edit`"),
        ("\"Pages Write\"", "\"Page Write\"", warning, "No group `Page Write` is known"),
        ("scope = \"account\"", "scope = \"zone\"", error, "no group of scope zone"),
        ("scope = \"account\"", "scope = \"planet\"", error, "unknown scope"),
        ("key = \"page\"", "key = \"pages\"", warning, "leave the row out without a word"),
        ("key = \"page\"", "key = \"dns\"", error, "key of another group"),
        ("level = \"edit\"", "level = \"write\"", error, "There is no level `write`"),
        ("level = \"edit\"", "level = \"read\"", error, "not of level"),
        ("level = \"purge\"", "level = \"edit\"", error, "not of level"),
        ("why = \"To publish.\"", "why = \"To publish.\"\nkinds = []\naccepts = [\"Pages Write\"]", warning, "its own alternative"),
        ("why = \"To publish.\"", "", error, "`permission[0].why` is missing"),
        ("group = \"Cache Purge\"\nscope = \"zone\"\nlevel = \"purge\"", "group = \"Pages Write\"\nscope = \"account\"", error, "asked for twice"),
        ("group = \"Pages Write\"\nscope = \"account\"\nkey = \"page\"", "group = \"Account API Tokens Write\"\nscope = \"account\"", error, "made by a token"),
        ("group = \"Cache Purge\"\nscope = \"zone\"\nlevel = \"purge\"\nwhy = \"To purge.\"\nneed = { when = \"domain\" }", "group = \"API Tokens Write\"\nscope = \"user\"\nkinds = [\"user\"]\nwhy = \"Keys.\"\nneed = \"optional\"", warning, "made by a token"),
        ("scope = \"account\"\nkey = \"page\"", "scope = \"account\"\npart = \"web\"\nkey = \"page\"", error, "can never be chosen"),
        ("[[condition]]", "[[part]]\nid = \"web\"\nlabel = \"Web\"\n[[condition]]", warning, "No permission belongs to the part `web`"),
        ("[[condition]]", "[[part]]\nid = \"domain\"\nlabel = \"Domain\"\n[[condition]]", error, "something else already"),
        ("[[condition]]", "[[part]]\nid = \"web\"\n[[condition]]", error, "`part[0].label` is missing"),
        ("\"Cache Purge\"\nscope = \"zone\"\nlevel = \"purge\"", "\"Cache Purge Write\"\nscope = \"zone\"", error, "no group `Cache Purge Write`"),
        ("\"Pages Write\"", "\"Cloudflare Pages Edit\"", error, "no group `Cloudflare Pages Edit`"),
        ("\"Pages Write\"", "\"Argo Tunnel Write\"", error, "no group `Argo Tunnel Write`"),
        ("why = \"To publish.\"", "why = \"To publish.\"\nprobe = \"page-projects\"", error, "no probe `page-projects`"),
        ("why = \"To publish.\"", "why = \"To publish.\"\nprobe = \"dns-records\"", error, "shows permissions of scope zone"),
        ("group = \"Pages Write\"\nscope = \"account\"\nkey = \"page\"", "group = \"Workers Routes Write\"\nscope = \"account\"", error, "no group of scope account"),
        ("group = \"Pages Write\"\nscope = \"account\"\nkey = \"page\"\nlevel = \"edit\"", "group = \"Memberships Read\"\nscope = \"user\"", error, "No account token can have"),
    ];
    for (sound, spoilt, severity, what) in table {
        assert!(SOUND.contains(sound), "nothing to spoil: {sound}");
        let text = SOUND.replacen(sound, spoilt, 1);
        let findings = lint(&text);
        let found = findings.iter().find(|finding| finding.what.contains(what));
        let Some(found) = found else {
            panic!("{spoilt:?} should be met with {what:?}, not with {findings:#?}");
        };
        assert_eq!(found.severity, severity, "{spoilt}");
        assert!(!found.fix.is_empty(), "{spoilt}");
        assert_eq!(
            Profile::parse(&text, "test").is_err(),
            findings.iter().any(|finding| finding.severity == error),
            "a warning does not stop anybody: {spoilt}"
        );
    }
}

/// A token of its own in which nothing is wrong.
const EXTRA: &str = r#"[[condition]]
id = "keys"
question = "Keys?"
[[extra]]
id = "r2-keys"
label = "R2 keys"
condition = "keys"
name = "sound-r2-"
why = "For tools that speak S3."
without = "Make them by hand."
[[extra.permission]]
group = "Workers R2 Storage Write"
scope = "account"
why = "To reach the buckets."
probe = "r2-buckets"
"#;

#[test]
fn each_fault_of_a_token_of_its_own_is_named() {
    let sound = format!("{SOUND}{EXTRA}");
    assert_eq!(lint(&sound), [], "the cases spoil a sound one");
    let profile = Profile::parse(&sound, "test").expect("sound");
    assert_eq!(profile.extras(&[]).len(), 0, "nobody asked");
    assert_eq!(profile.extras(&["keys".to_owned()]).len(), 1);
    assert_eq!(
        profile.permissions(&["keys".to_owned()]).len(),
        1,
        "the narrow token gets nothing of it"
    );
    let group = "group = \"Workers R2 Storage Write\"\nscope = \"account\"";
    #[rustfmt::skip]
    let table = [
        ("condition = \"keys\"", "condition = \"moon\"", "never asked"),
        ("id = \"r2-keys\"", "id = \"R2 keys\"", "is no id"),
        ("name = \"sound-r2-\"", "name = \"sound-r2\"", "can begin with"),
        ("name = \"sound-r2-\"", "name = \"My keys -\"", "can begin with"),
        ("name = \"sound-r2-\"", "name = \"a-very-long-name-that-nobody-would-want-to-read-\"", "can begin with"),
        ("without = \"Make them by hand.\"\n", "", "`extra[0].without` is missing"),
        ("label = \"R2 keys\"", "label = \"R2 keys\"\ncolour = 1", "Nobody knows the field `extra[0].colour`"),
        (group, "group = \"Account API Tokens Write\"\nscope = \"account\"", "made by a token"),
        (group, "group = \"Account API Tokens Write\"\nscope = \"account\"\nneed = \"optional\"\nwithout = \"\"", "all of its permissions or none"),
        (group, "group = \"Workers R2 Storage Writes\"\nscope = \"account\"", "No group `Workers R2 Storage Writes` is known"),
        (group, "group = \"Workers R2 Storage Write\"\nscope = \"zone\"", "no group of scope zone"),
        (group, "group = \"Workers Routes Write\"\nscope = \"zone\"", "reaches the nominated account and nothing else"),
        (group, "group = \"Workers R2 Storage Write\"\nscope = \"account\"\npart = \"web\"", "belongs to no part"),
        ("probe = \"r2-buckets\"", "probe = \"r2\"", "There is no probe `r2`"),
    ];
    for (part, spoilt, what) in table {
        assert!(EXTRA.contains(part), "nothing to spoil: {part}");
        let text = format!("{SOUND}{}", EXTRA.replacen(part, spoilt, 1));
        let findings = lint(&text);
        let found = findings.iter().find(|finding| finding.what.contains(what));
        let Some(found) = found else {
            panic!("{spoilt:?} should be met with {what:?}, not with {findings:#?}");
        };
        assert!(!found.fix.is_empty(), "{spoilt}");
        let known = !what.starts_with("No group");
        assert_eq!(Profile::parse(&text, "test").is_err(), known, "{spoilt}");
    }
    let twice = format!("{sound}{}", &EXTRA[EXTRA.find("[[extra]]").unwrap()..]);
    assert!(
        lint(&twice)
            .iter()
            .any(|one| one.what.contains("asked for twice"))
    );
    let platform = "[platform]\nname = \"Sound\"\naddress = \"https://sound.example\"";
    let alone = sound.replacen(platform, "", 1).replacen(
        "never_kept",
        "no_platform = \"It is your own.\"\nnever_kept",
        1,
    );
    assert!(
        lint(&alone)
            .iter()
            .any(|one| one.what.contains("no platform to hand"))
    );
    let unused = format!("{SOUND}{}", &EXTRA[..EXTRA.find("[[extra]]").unwrap()]);
    assert!(
        lint(&unused)
            .iter()
            .any(|one| one.what.contains("never used"))
    );
}

#[test]
fn r2_keys_of_flarelink_come_from_a_token_with_r2_alone_and_only_when_asked() {
    let profile = Profile::load("flarelink").unwrap();
    assert!(profile.extras(&[]).is_empty());
    let keys = profile.extras(&["r2-keys".to_owned()])[0];
    let groups: Vec<&str> = keys
        .permissions
        .iter()
        .map(|one| one.group.as_str())
        .collect();
    assert_eq!(groups, ["Workers R2 Storage Write"]);
    assert_eq!(keys.name, "flarelink-r2-");
}

#[test]
fn a_finding_stands_on_the_line_that_is_wrong() {
    let text = SOUND.replacen("level = \"purge\"", "level = \"edit\"", 1);
    let line = text
        .lines()
        .position(|line| line == "scope = \"zone\"")
        .unwrap()
        + 2;
    let findings = lint(&text);
    assert_eq!(findings[0].line, line, "{findings:?}");
    let text = SOUND.replacen("why = \"To purge.\"\n", "", 1);
    let line = text
        .lines()
        .position(|line| line.contains("Cache Purge"))
        .unwrap();
    assert_eq!(
        lint(&text)[0].line,
        line,
        "what is missing is told at its table"
    );
}

#[test]
fn a_profile_that_is_not_there_names_those_that_are() {
    let problem = Profile::load("/nonexistent/profile.toml").unwrap_err();
    assert_eq!(problem.code, "profile-not-found");
    assert!(problem.hint.contains("site-generator"), "{problem}");
}

#[test]
fn a_file_with_faults_tells_all_of_them() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(
        file.path(),
        SOUND.replace("id = \"sound\"", "").replace("#112233", "x"),
    )
    .unwrap();
    let problem = Profile::load(file.path().to_str().unwrap()).unwrap_err();
    assert_eq!(problem.code, "profile-invalid");
    assert!(problem.evidence.unwrap().contains("`id` is missing"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_linter_panic(cut in 0..SOUND.len(), junk in "\\PC{0,8}") {
        let text = format!("{}{junk}{}", &SOUND[..cut], &SOUND[cut..]);
        let _ = lint(&text);
    }
}
