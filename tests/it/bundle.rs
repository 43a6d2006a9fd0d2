//! The support bundle of real runs: whole, valid, and without anything that must not be given away.

use narrows_core::doctor::bundle::{self, Form, LeakKind};
use narrows_core::doctor::story::{Against, Diagnosis, DoctorOptions};
use narrows_core::doctor::{self, Input};
use narrows_core::secret::Secret;
use serde_json::{Value, json};

use crate::doctor::given;
use crate::golden::listed;
use crate::program::Program;
use crate::stage::Stage;

const SCHEMA: &str = include_str!("../../docs/support-bundle.schema.json");

async fn diagnosis(stage: &Stage, value: &str) -> Diagnosis {
    let input = Input {
        subject: given(value),
        second: None,
        options: DoctorOptions {
            against: Against::Profile("site-generator".to_owned()),
            account: Some(stage.face.account_id.clone()),
            ..DoctorOptions::default()
        },
    };
    doctor::examine(&stage.app, input, None)
        .await
        .expect("the question is sound")
}

fn valid(bundle: &Value) {
    let schema: Value = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    let schema = jsonschema::validator_for(&schema).expect("the schema is one");
    let wrong: Vec<String> = schema
        .iter_errors(bundle)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_whole_bundle_is_valid_and_holds_no_secret_and_a_planted_one_is_found() {
    let stage = Stage::new().await;
    let narrows = Program::on(&stage.face);
    let file = narrows.root().join("for support.json");
    let path = file.display().to_string();
    let (_, poor) = stage
        .make_token(
            json!({ "kind": "user", "groups": ["Pages Read"], "name": "of ada@example.com" }),
        )
        .await;
    let arguments = [
        "doctor",
        "--profile",
        "site-generator",
        "--account",
        &stage.face.account_id,
        "--policy-credential-stdin",
        "--bundle",
        &path,
    ];
    let input = format!("{poor}\n{}\n", stage.face.broad_token);
    // The second time it is also held against the first.
    for _ in 0..2 {
        let ran = narrows.run(&arguments, input.clone()).await;
        assert_eq!(ran.exit, Some(1), "{ran:?}");
    }
    let json = std::fs::read_to_string(&file).expect("the JSON file");
    let markdown = std::fs::read_to_string(file.with_extension("md")).expect("the Markdown file");
    let bundle: Value = serde_json::from_str(&json).expect("JSON");
    valid(&bundle);
    assert_eq!(bundle["diagnosis"]["causes"][0]["kind"], "level-too-low");
    assert_eq!(bundle["diagnosis"]["token"]["name"], "of (e-mail)");
    assert!(bundle["comparison"]["summary"].is_string(), "{bundle}");
    assert!(
        bundle["activity"]
            .as_array()
            .is_some_and(|lines| !lines.is_empty())
    );
    assert!(markdown.contains("level-too-low") && markdown.contains("Pages Write"));

    let secrets = || [&poor, &stage.face.broad_token].map(|value| Secret::new(value.clone()));
    for (name, text) in [("JSON", &json), ("Markdown", &markdown)] {
        assert_eq!(bundle::scan(text, &secrets()), [], "{name} is harmless");
        for value in [&poor, &stage.face.broad_token, &stage.face.account_id] {
            assert!(!text.contains(value.as_str()), "{name} holds {value:.9}…");
        }
        let hex = data_encoding::HEXLOWER.encode(poor.as_bytes());
        let base64 = data_encoding::BASE64.encode(format!("Bearer {poor}").as_bytes());
        for planted in [poor.clone(), hex, base64] {
            let middle = text.find("Pages Write").expect("the permission");
            let spoilt = format!("{}{planted}{}", &text[..middle], &text[middle..]);
            let found = bundle::scan(&spoilt, &secrets());
            assert!(
                found.iter().any(|leak| leak.kind == LeakKind::Known),
                "planted into the {name} and not found"
            );
        }
    }
    #[cfg(unix)]
    for file in [&file, &file.with_extension("md")] {
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &std::fs::metadata(file).expect("a file").permissions(),
        );
        assert_eq!(mode & 0o777, 0o600, "its owner's alone");
    }
}

#[tokio::test]
async fn ids_are_short_unless_asked_for_whole() {
    let stage = Stage::new().await;
    let told = diagnosis(&stage, &stage.face.narrow_token).await;
    for full in [false, true] {
        let made = bundle::make(&stage.app, &told, full)
            .await
            .expect("a bundle");
        let (json, markdown) = bundle::render(&made, &[]).expect("harmless");
        valid(&serde_json::from_str(&json).expect("JSON"));
        for text in [json, markdown] {
            assert_eq!(text.contains(&stage.face.account_id), full, "{text}");
        }
    }
}

#[tokio::test]
async fn a_bundle_with_a_leak_is_refused_and_leaves_no_file() {
    let stage = Stage::new().await;
    let mut told = diagnosis(&stage, &stage.face.narrow_token).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("bundle.json");
    let made = bundle::make(&stage.app, &told, false)
        .await
        .expect("a bundle");
    let known = [Secret::new(stage.face.narrow_token.clone())];
    bundle::write(&file, &made, &known).expect("a harmless bundle is written");
    std::fs::remove_file(&file).expect("it was there");
    std::fs::remove_file(file.with_extension("md")).expect("and the other");

    for (form, beginning) in [(Form::Json, "{"), (Form::Markdown, "# ")] {
        bundle::write_as(&file, form, &made, &known).expect("it is written in that form");
        let text = std::fs::read_to_string(&file).expect("under exactly that name");
        assert!(text.starts_with(beginning), "{text}");
        std::fs::remove_file(&file).expect("it was there");
    }

    told.notices
        .push(format!("Somebody wrote {}", stage.face.narrow_token));
    let made = bundle::make(&stage.app, &told, false)
        .await
        .expect("a bundle");
    for form in [Form::Json, Form::Markdown] {
        let refused = bundle::write_as(&file, form, &made, &known).expect_err("it holds the token");
        assert_eq!(listed(refused).code, "bundle-leak");
    }
    let refused = listed(bundle::write(&file, &made, &known).expect_err("it holds the token"));
    assert_eq!(refused.code, "bundle-leak");
    let said = format!("{refused:?}");
    assert!(
        !said.contains(&stage.face.narrow_token),
        "a leak is not repeated: {said}"
    );
    let left: Vec<_> = std::fs::read_dir(folder.path())
        .expect("the folder")
        .collect();
    assert!(left.is_empty(), "not even a draft: {left:?}");

    let nowhere = folder.path().join("none").join("bundle.json");
    told.notices.clear();
    let made = bundle::make(&stage.app, &told, false)
        .await
        .expect("a bundle");
    let unwritable = listed(bundle::write(&nowhere, &made, &known).expect_err("no such folder"));
    assert_eq!(unwritable.code, "bundle-unwritable");
}
