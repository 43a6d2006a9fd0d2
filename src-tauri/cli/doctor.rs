//! `narrows doctor`.

use narrows_core::doctor::story::{
    Against, DiagnosedPermission, Diagnosis, DoctorOptions, DoctorProgress, Evidence,
    PermissionState,
};
use narrows_core::doctor::{self, Given, Input, Subject, bundle};
use narrows_core::problem::{Next, Problem};
use narrows_core::run::App;
use narrows_core::secret::Secret;
use serde::Serialize;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::args::Doctor;
use super::{ask, exit, hint, print};
use crate::start::variable;

/// Variables that other tools read a credential from, the newer names first.
const TOKENS: [&str; 2] = ["CLOUDFLARE_API_TOKEN", "CF_API_TOKEN"];
const EMAIL: &str = "CLOUDFLARE_EMAIL";
const GLOBAL_KEY: &str = "CLOUDFLARE_GLOBAL_KEY";
const ACCOUNT: &str = "CLOUDFLARE_ACCOUNT_ID";
const ZONE: &str = "CLOUDFLARE_ZONE_ID";

/// Diagnoses a token. Exit codes are those of a diagnosis, also where none could be made.
pub(crate) async fn doctor(app: &App, wanted: Doctor) -> u8 {
    let json = wanted.here.output.json;
    match diagnose(app, wanted).await {
        Ok(code) => code,
        Err(problem) => {
            print::problem(&problem, json);
            match exit::of(&problem) {
                // Here 1 says that a permission is missing; what merely stopped tells nothing of the token.
                exit::STOPPED => exit::UNKNOWN,
                code => code,
            }
        }
    }
}

async fn diagnose(app: &App, wanted: Doctor) -> Result<u8, Problem> {
    ask::vault(app, wanted.here.vault).await?;
    let mut warnings = Vec::new();
    let mut options = DoctorOptions {
        against: match &wanted.profile {
            Some(profile) => Against::Profile(profile.clone()),
            None if wanted.no_profile => Against::Nothing,
            None => Against::Own,
        },
        account: wanted.account.clone(),
        zones: wanted.zone.clone(),
        with: wanted.with.clone(),
        probe_writes: wanted.probe_writes,
        strict: wanted.strict,
        watch: wanted.watch,
    };
    let (subject, second) = credentials(&wanted, &mut options, &mut warnings).await?;
    // What the bundle must not hold, whatever becomes of the credentials meanwhile.
    let known: Vec<Secret> = [&subject, &second]
        .into_iter()
        .flatten()
        .map(|given| match given {
            Given::Token(value) | Given::GlobalKey { key: value, .. } => value.duplicate(),
        })
        .collect();
    let subject = match (subject, wanted.connection) {
        (_, Some(id)) => Subject::Connection(id),
        (Some(given), None) => Subject::Given(given),
        (None, None) => return Err(nothing_given()),
    };
    let input = Input {
        subject,
        second,
        options,
    };
    let (sender, receiver) = unbounded_channel();
    let shown = tokio::spawn(show(receiver, wanted.here.output.json));
    let mut diagnosis = doctor::examine(app, input, Some(sender)).await?;
    // Progress ends with the diagnosis; a fault in showing it is not the diagnosis's.
    let _ = shown.await;
    diagnosis.notices.splice(0..0, warnings);
    if wanted.here.output.json {
        print::object(&diagnosis);
    } else {
        tell(&diagnosis);
        if let Some(before) = doctor::before(app, &diagnosis.run)? {
            let comparison = doctor::compare(&before, &diagnosis);
            print::line("Before", &format!("{} ({})", comparison.summary, before.at));
        }
        print::out(&diagnosis.headline);
    }
    if let Some(path) = &wanted.bundle {
        let mut secrets = bundle::secrets(app, diagnosis.connection.as_deref()).await;
        secrets.extend(known);
        let made = bundle::make(app, &diagnosis, wanted.full_ids).await?;
        let written = bundle::write(path, &made, &secrets)?;
        print::err(format!(
            "Written: {} and {}",
            written.json.display(),
            written.markdown.display()
        ));
    }
    Ok(diagnosis.exit)
}

/// The credential to diagnose, and the more powerful one; from standard input, or from the environment where told so.
async fn credentials(
    wanted: &Doctor,
    options: &mut DoctorOptions,
    warnings: &mut Vec<String>,
) -> Result<(Option<Given>, Option<Given>), Problem> {
    let (mut subject, mut second) = (None, None);
    if wanted.from_env {
        let environment = Environment::read()?;
        environment.fill(options, warnings);
        let Environment {
            token, email, key, ..
        } = environment;
        let key = email
            .zip(key)
            .map(|(email, key)| Given::GlobalKey { email, key });
        match (token, key) {
            (Some(token), key) => {
                if key.is_some() {
                    warnings.push(format!(
                        "{} shadows {GLOBAL_KEY}: the token was diagnosed, and the key only used to read its policies.",
                        TOKENS[0]
                    ));
                }
                (subject, second) = (Some(Given::Token(token)), key);
            }
            (None, key) => subject = key,
        }
        if subject.is_none() && wanted.connection.is_none() {
            return Err(nothing_in_environment());
        }
    } else {
        // Only whether they are set: their values are read on request alone.
        for name in TOKENS.into_iter().chain([GLOBAL_KEY]) {
            if is_set(name) {
                warnings.push(format!(
                    "{name} is set here and shadows what was diagnosed: tools such as wrangler use it instead. It was \
                     not read; --from-env diagnoses it."
                ));
            }
        }
        let unread = [EMAIL, ACCOUNT, ZONE]
            .into_iter()
            .filter(|name| is_set(name));
        let unread: Vec<&str> = unread.collect();
        if !unread.is_empty() {
            warnings.push(format!(
                "Set here and not read: {}. Tools such as wrangler go by them, whatever was diagnosed; --from-env does too.",
                unread.join(", ")
            ));
        }
    }
    let from_stdin = subject.is_none() && wanted.connection.is_none();
    if from_stdin || wanted.policy_credential_stdin {
        let given = ask::credentials(from_stdin, wanted.policy_credential_stdin).await?;
        subject = given.0.map(Given::Token).or(subject);
        second = given.1.map(Given::Token).or(second);
    }
    Ok((subject, second))
}

/// Whether a variable is set to something; what, is not looked at.
fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// What the environment names.
struct Environment {
    token: Option<Secret>,
    email: Option<String>,
    key: Option<Secret>,
    account: Option<String>,
    zone: Option<String>,
}

impl Environment {
    fn read() -> Result<Self, Problem> {
        Ok(Self {
            token: variable(TOKENS[0])?.map(Secret::new),
            email: variable(EMAIL)?,
            key: variable(GLOBAL_KEY)?.map(Secret::new),
            account: variable(ACCOUNT)?,
            zone: variable(ZONE)?,
        })
    }

    /// Fills in what the options leave open, and warns of what they overrule.
    fn fill(&self, options: &mut DoctorOptions, warnings: &mut Vec<String>) {
        let mut overruled = |name: &str, option: &str| {
            warnings.push(format!(
                "{name} names another one than {option}. The option counts here; other tools use {name}."
            ));
        };
        match (&self.account, &options.account) {
            (Some(own), Some(asked)) if own.trim() != asked.trim() => {
                overruled(ACCOUNT, "--account");
            }
            (Some(own), None) => options.account = Some(own.clone()),
            _ => {}
        }
        match (&self.zone, options.zones.as_slice()) {
            (Some(own), []) => options.zones = vec![own.clone()],
            (Some(own), asked) if !asked.contains(own) => overruled(ZONE, "--zone"),
            _ => {}
        }
    }
}

/// Tells of each answer on standard error, so that standard output stays the result.
async fn show(mut progress: UnboundedReceiver<DoctorProgress>, json: bool) {
    while let Some(line) = progress.recv().await {
        match line {
            DoctorProgress::Waiting(waiting) if !json => print::err(waiting.message),
            _ => {}
        }
    }
}

fn tell(diagnosis: &Diagnosis) {
    let token = &diagnosis.token;
    let status = token.status.as_deref().unwrap_or("not told");
    print::line(
        "Token",
        &format!("{}, …{}, {status}", token.looks_like, token.last_four),
    );
    for (name, value) in [
        ("Id", &token.id),
        ("Name", &token.name),
        ("Made", &token.issued_on),
        ("Begins", &token.not_before),
        ("Ends", &token.expires_on),
        ("Seen from", &token.address_seen),
    ] {
        if let Some(value) = value {
            print::line(name, value);
        }
    }
    if let Some(limit) = token
        .addresses
        .as_ref()
        .filter(|limit| !limit.only_from.is_empty())
    {
        print::line("Works from", &limit.only_from.join(", "));
    }
    if let Some(profile) = &diagnosis.profile {
        print::line("Profile", &format!("{} ({})", profile.name, profile.id));
    }
    if let Some(account) = &diagnosis.account {
        print::line("Account", &format!("{} ({})", account.name, account.id));
    }
    for zone in &diagnosis.zones {
        print::line("Zone", &format!("{} ({})", zone.name, zone.id));
    }
    for permission in &diagnosis.permissions {
        row(permission);
    }
    for cause in &diagnosis.causes {
        print::line(
            "Cause",
            &format!("{} [{}]", cause.message, word(&cause.kind)),
        );
        print::line("Do", &hint::of_cause(cause.kind, &cause.action));
        if let Some(evidence) = &cause.evidence {
            print::line("Seen", evidence);
        }
    }
    for fix in &diagnosis.fix_rows {
        print::line(
            "Add",
            &format!("{} ({}). {}", fix.dashboard, fix.group, fix.resource),
        );
    }
    if let Some(link) = &diagnosis.fix_link {
        print::line("Link", link);
    }
    for notice in &diagnosis.notices {
        print::line("Note", notice);
    }
    print::line(
        "Took",
        &format!("{} ms in {} rounds", diagnosis.elapsed_ms, diagnosis.rounds),
    );
}

fn row(permission: &DiagnosedPermission) {
    let mark = match (permission.state, permission.evidence) {
        (PermissionState::Granted, Some(Evidence::Assumed)) => "assumed",
        (PermissionState::Granted, _) => "granted",
        (PermissionState::Missing, _) => "MISSING",
        (PermissionState::OptionalOff, _) => "off",
        (PermissionState::NotPossible, _) => "not possible",
        (PermissionState::Excess, _) => "more than asked",
        (PermissionState::Unknown, _) => "unknown",
    };
    let answer = match (permission.http_status, permission.code) {
        (Some(status), Some(code)) => format!(" [{status}/{code}]"),
        (Some(status), None) => format!(" [{status}]"),
        (None, _) => String::new(),
    };
    let place = permission
        .resource_name
        .as_deref()
        .map(|name| format!(" on {name}"))
        .unwrap_or_default();
    print::line(
        mark,
        &format!(
            "{} ({}{place}). {}{answer}",
            permission.group, permission.scope, permission.note
        ),
    );
}

/// The word of a closed enum.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn nothing_given() -> Problem {
    Problem::new(
        "paste-empty",
        "There is nothing to diagnose.",
        "Pipe the token in, or name a connection (--connection ID).",
        Next::PasteAgain,
    )
}

fn nothing_in_environment() -> Problem {
    Problem::new(
        "environment-empty",
        format!(
            "Neither {} nor {EMAIL} with {GLOBAL_KEY} is set.",
            TOKENS[0]
        ),
        "Set them, or leave --from-env out and pipe the token in.",
        Next::ChangeChoices,
    )
}
