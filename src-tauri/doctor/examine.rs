//! The diagnosis, step by step: read the credential, ask who it is and what it reads, read its policies, ask the rest,
//! weigh, and tell.
//!
//! Who the token is, its own policies and the first eight reads go out together, so 25 permissions take three rounds.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::mpsc::UnboundedSender;

use super::causes::Facts;
use super::found::{Found, key, resources};
use super::heard::Heard;
use super::history::keep;
use super::identify::{Look, Who, identify};
use super::issuer;
use super::places::{self, Places};
use super::policy::{Held, Spot};
use super::rows::{self, Row};
use super::story::{
    Against, Cause, CauseKind, Diagnosis, DoctorOptions, DoctorProgress, Evidence, PermissionNeed,
    PermissionState, Waiting,
};
use super::subject::{self, Input, Read};
use super::wants::{self, Want};
use crate::cloudflare::shape::Shape;
use crate::cloudflare::{Client, Credential, Scope, TokenKind};
use crate::problem::Problem;
use crate::profile::{Need, Profile};
use crate::proof::writes::Write;
use crate::proof::{
    Answered, Endpoint, Pace, Place, Question, READY_AFTER, Verdict, ask_each, ask_until_ready,
    judge_write,
};
use crate::record::Activity;
use crate::run::App;

/// Reads that are under way at once.
const AT_ONCE: usize = 8;

/// How long a token that was made or changed may be unknown to some services (a widened one was seen to take a
/// minute), with a margin.
const YOUNG: SignedDuration = SignedDuration::from_secs(120);

/// How long is watched.
const WATCH: Duration = Duration::from_mins(1);

/// How far the clocks may differ before it is told. Certificates and tokens are judged by the minute.
const SKEW: SignedDuration = SignedDuration::from_secs(300);

/// Examines a token. An error is a mistake in what was asked for; whatever is wrong with the token, the network or
/// Cloudflare is part of the diagnosis.
pub async fn examine(
    app: &App,
    input: Input,
    progress: Option<UnboundedSender<DoctorProgress>>,
) -> Result<Diagnosis, Problem> {
    let began = Instant::now();
    let (mut read, credential) = subject::read(app, input.subject).await?;
    let options = input.options;
    let mut notices = Vec::new();
    let profile = match (&options.against, &read.connection) {
        (Against::Profile(name), _) => Some(Profile::load(name)?),
        (Against::Own, Some(connection)) => known_profile(&connection.profile, &mut notices),
        (Against::Own, None) | (Against::Nothing, _) => None,
    };
    let places = Places::named(&options, read.connection.as_ref())?;
    let second = input.second.map(subject::second).transpose()?;
    let client = |credential| app.cloudflare(credential).map_err(|error| error.problem());
    let second = second.map(client).transpose()?;
    read.notices.extend(notices);
    let exam = Exam {
        app,
        began,
        wants: profile
            .as_ref()
            .map_or_else(wants::of_everything, wants::of_profile),
        profile,
        options,
        progress,
    };
    let diagnosis = Box::pin(exam.run(read, credential, places, second)).await?;
    remember(app, &diagnosis)?;
    Ok(diagnosis)
}

/// The profile that a connection was made by; one that came from a file is not known by its name.
fn known_profile(name: &str, notices: &mut Vec<String>) -> Option<Profile> {
    let profile = Profile::load(name).ok();
    if profile.is_none() {
        notices.push(format!(
            "The connection was made by the profile {name}, which is not built in: name its file to check against it."
        ));
    }
    profile
}

/// What one diagnosis goes by.
pub(super) struct Exam<'a> {
    pub(super) app: &'a App,
    pub(super) began: Instant,
    pub(super) profile: Option<Profile>,
    pub(super) wants: Vec<Want>,
    pub(super) options: DoctorOptions,
    progress: Option<UnboundedSender<DoctorProgress>>,
}

/// An answer that was not noted yet.
pub(super) struct Fresh<'f> {
    key: (&'static str, String),
    heard: &'f Heard,
}

impl Exam<'_> {
    async fn run(
        &self,
        mut read: Read,
        credential: Result<Credential, Box<Cause>>,
        places: Places,
        second: Option<Client>,
    ) -> Result<Diagnosis, Problem> {
        let mut found = Found {
            who: None,
            places,
            held: None,
            reads: HashMap::new(),
            writes: HashMap::new(),
            young: false,
            skew: None,
            stopped: None,
            notices: std::mem::take(&mut read.notices),
            read,
        };
        match credential {
            Err(cause) => found.stopped = Some(*cause),
            Ok(credential) => match self.app.cloudflare(credential) {
                Ok(client) => Box::pin(self.ask(&mut found, &client, second.as_ref())).await,
                Err(error) => {
                    let kind = super::causes::of_error(&error);
                    found.stopped = Some(super::identify::told(&error, kind, self.now()));
                }
            },
        }
        self.tell(&found)
    }

    /// Asks everything that is to be asked.
    async fn ask(&self, found: &mut Found, client: &Client, second: Option<&Client>) {
        let hint = match found.read.shape {
            Shape::UserToken => Some(TokenKind::User),
            Shape::AccountToken => Some(TokenKind::Account),
            _ => None,
        };
        let first: Vec<Question> = self
            .questions(found, hint)
            .into_iter()
            .take(AT_ONCE)
            .collect();
        let account = found.places.account.clone();
        let look = Look {
            client,
            second,
            hint,
            key: found.read.shape == Shape::GlobalKey,
            account: account.as_deref(),
            zones: self.asks_zones(found),
            connection: found.read.connection.as_ref(),
        };
        let (who, answers) = tokio::join!(
            identify(&look),
            ask_each(client, &first, self.pace(), |_| ())
        );
        found.notices.extend(
            found.places.fill(
                &who.seen,
                who.token
                    .as_ref()
                    .map(|token| Held::of(&token.policies))
                    .as_ref(),
                self.asks_zones(found),
            ),
        );
        found.note(&answers);
        self.identified(found, who).await;
        if found.stopped.is_some() {
            return;
        }
        self.answered_rows(found, &answers);
        let kind = found.who.as_ref().and_then(|who| who.kind);
        let rest: Vec<Question> = self
            .questions(found, kind)
            .into_iter()
            .filter(|question| !found.reads.contains_key(&key(question)))
            .collect();
        let answers = ask_each(client, &rest, self.pace(), |answered| {
            self.answered_rows(found, std::slice::from_ref(answered));
        })
        .await;
        found.note(&answers);
        self.ask_the_core(found, client).await;
        if self.options.watch {
            self.watch(found, client).await;
        }
        if self.options.probe_writes {
            self.probe_writes(found, client).await;
        }
    }

    /// Takes in who the token is.
    async fn identified(&self, found: &mut Found, who: Who) {
        // Where Cloudflare tells the time, that counts: ours may be wrong.
        let cloudflares = found.reads.values().find_map(|heard| heard.date);
        found.skew = cloudflares
            .map(|theirs| theirs.duration_since(self.now()))
            .filter(|skew| skew.abs() > SKEW);
        let now = cloudflares.unwrap_or_else(|| self.now());
        let changed = who
            .token
            .as_ref()
            .and_then(|token| token.modified_on.max(token.issued_on))
            .or_else(|| Some(found.read.connection.as_ref()?.connected_on));
        found.young = changed.is_some_and(|changed| now.duration_since(changed) < YOUNG);
        found.held = who.token.as_ref().map(|token| Held::of(&token.policies));
        found.stopped = who.unusable(now);
        found.told_by_lists(&who);
        found.who = Some(who);
        if let Some(cause) = &mut found.stopped
            && cause.kind == CauseKind::TlsIntercepted
            && let Some(issuer) = issuer::of(&self.app.addresses.cloudflare).await
        {
            let facts = Facts {
                issuer,
                evidence: cause.evidence.take(),
                ..Facts::default()
            };
            *cause = facts.cause(CauseKind::TlsIntercepted);
        }
        self.say(DoctorProgress::Token(Box::new(found.token())));
    }

    /// The reads that show what is asked about, each once.
    fn questions(&self, found: &Found, kind: Option<TokenKind>) -> Vec<Question> {
        let mut questions: Vec<Question> = Vec::new();
        for want in self.wants.iter().filter(|want| self.is_asked(found, want)) {
            if kind.is_some_and(|kind| !want.fits(kind)) {
                continue;
            }
            let Some(endpoint) = want.endpoint else {
                continue;
            };
            for resource in resources(want, &found.places) {
                if resource.is_empty() && endpoint.place != Place::User {
                    continue;
                }
                if found.is_listed(want, endpoint.id, &resource) {
                    continue;
                }
                let path = endpoint.path(&resource);
                if questions.iter().any(|question| question.path == path) {
                    continue;
                }
                questions.push(Question {
                    endpoint,
                    path,
                    what: endpoint.what.to_owned(),
                    allowed: true,
                });
            }
        }
        questions
    }

    /// Tells a role that is too small from a token that is new. The core of the API, which verifies tokens, knows a new
    /// one at once: where it refuses the account itself, although the policy opens it, it is not for being new.
    async fn ask_the_core(&self, found: &mut Found, client: &Client) {
        let spreading = |row: &Row<'_>| row.finding.cause == Some(CauseKind::Propagation);
        let (Some(held), Some(endpoint)) = (&found.held, Endpoint::find("account")) else {
            return;
        };
        let Some(account) = found.places.account.clone() else {
            return;
        };
        let spot = Spot {
            account: Some(&account),
            zone: None,
        };
        if !held.opens(endpoint, spot) || !self.rows(found, None).iter().any(spreading) {
            return;
        }
        let question = Question {
            endpoint,
            path: endpoint.path(&account),
            what: endpoint.what.to_owned(),
            allowed: true,
        };
        if !found.reads.contains_key(&key(&question)) {
            let answers = ask_each(client, &[question], self.pace(), |_| ()).await;
            found.note(&answers);
        }
        let told = found.reads.get(&(endpoint.id, account));
        if told.is_some_and(|heard| heard.verdict == Verdict::Refused) {
            found.young = false;
        }
    }

    /// Asks again until what was refused is answered, as long as the token may still be spreading.
    async fn watch(&self, found: &mut Found, client: &Client) {
        let rows = self.rows(found, None);
        // Where nobody knows the token's age, any refusal that no policy explains may be for its youth.
        let ageless = !found.young && found.held.is_none();
        let waiting: Vec<&Row<'_>> = rows
            .iter()
            .filter(|row| match row.finding.cause {
                Some(CauseKind::Propagation) => true,
                Some(CauseKind::GroupMissing) => ageless && row.counts() && row.heard.is_some(),
                _ => false,
            })
            .collect();
        let questions: Vec<Question> = self
            .questions(found, found.who.as_ref().and_then(|who| who.kind))
            .into_iter()
            .filter(|question| {
                waiting.iter().any(|row| {
                    row.want
                        .endpoint
                        .is_some_and(|e| e.id == question.endpoint.id)
                        && question.path == question.endpoint.path(&row.resource)
                })
            })
            .collect();
        if questions.is_empty() {
            return;
        }
        self.say(DoctorProgress::Waiting(Waiting {
            kind: CauseKind::Propagation,
            message: format!(
                "The token may not be known everywhere yet: asking again for up to {} seconds.",
                WATCH.as_secs()
            ),
            at_ms: millis(self.began.elapsed()),
        }));
        let pace = Pace {
            bound: WATCH,
            ..self.pace()
        };
        let readiness = ask_until_ready(client, &questions, 0, READY_AFTER, pace).await;
        found.note(&readiness.answers);
        if readiness.ready {
            found
                .notices
                .push("The token was not known everywhere at first; by now it is.".to_owned());
        } else {
            // Whoever is refused for a whole minute is not refused for being new.
            found.young = false;
        }
        self.answered_rows(found, &readiness.answers);
    }

    /// Asks for Write where only Read is known, with writes that cannot touch anything.
    async fn probe_writes(&self, found: &mut Found, client: &Client) {
        let mut asked: Vec<(&'static Write, String)> = Vec::new();
        for row in self.rows(found, None) {
            let open = matches!(
                (row.finding.state, row.finding.evidence),
                (
                    PermissionState::Granted,
                    Some(Evidence::Assumed | Evidence::Policy)
                )
            ) || (row.finding.state == PermissionState::Unknown && row.heard.is_none());
            let placed = !row.resource.is_empty() || row.want.place() == Place::User;
            if let Some(write) = row.want.write()
                && open
                && placed
                && !asked.iter().any(|(known, resource)| {
                    known.group == write.group && *resource == row.resource
                })
            {
                asked.push((write, row.resource.clone()));
            }
        }
        for batch in asked.chunks(AT_ONCE) {
            let answers = join_all(batch.iter().map(async |(write, resource)| {
                let drawn = write.draw(resource).ok()?;
                let answer = client
                    .probe_write(write.shown, drawn.method, &drawn.path, drawn.body)
                    .await;
                let heard = match answer {
                    Ok(probe) => {
                        let verdict = judge_write(&probe);
                        Heard::probed(write.shown, &probe, verdict)
                    }
                    Err(error) => {
                        let mut heard = Heard::listed::<()>(write.shown, &Err(error));
                        heard.verdict = Verdict::Unclear;
                        heard
                    }
                };
                Some(((write.group.to_owned(), resource.clone()), heard))
            }));
            found.writes.extend(answers.await.into_iter().flatten());
        }
        for row in self.rows(found, None) {
            self.say(DoctorProgress::Row(Box::new(row.told())));
        }
    }

    /// Every row with what follows from all that is known; or those alone that a fresh answer is about.
    pub(super) fn rows<'f>(&'f self, found: &'f Found, fresh: Option<&Fresh<'f>>) -> Vec<Row<'f>> {
        let mut rows = Vec::new();
        for want in &self.wants {
            for resource in resources(want, &found.places) {
                let endpoint = want.endpoint.map_or("", |endpoint| endpoint.id);
                if fresh.is_some_and(|fresh| fresh.key != (endpoint, resource.clone())) {
                    continue;
                }
                rows.push(found.row(want, resource, fresh.map(|fresh| fresh.heard)));
            }
        }
        rows::include(&mut rows);
        let with = self.with(found, &rows);
        for row in &mut rows {
            row.need = self.need(row.want, &with);
            if row.need == PermissionNeed::Unasked && row.finding.state == PermissionState::Granted
            {
                row.finding.state = match &self.profile {
                    Some(_) => PermissionState::Excess,
                    None => PermissionState::Granted,
                };
            }
        }
        rows
    }

    /// What holds of the profile's questions: what was said, what was chosen, or what the token seems to be made for.
    fn with(&self, found: &Found, rows: &[Row<'_>]) -> Vec<String> {
        let Some(profile) = &self.profile else {
            return Vec::new();
        };
        if let Some(with) = self.said(found) {
            return with;
        }
        wants::conditions(profile, found.places.zones_named, |permission| {
            rows.iter().any(|row| {
                row.want.group() == permission.group
                    && *row.want.scope() == permission.scope
                    && row.finding.state == PermissionState::Granted
            })
        })
    }

    /// What somebody said of the profile's questions.
    pub(super) fn said(&self, found: &Found) -> Option<Vec<String>> {
        if !self.options.with.is_empty() {
            return Some(self.options.with.clone());
        }
        let connection = found.read.connection.as_ref()?;
        let same = self.profile.as_ref()?.id == connection.profile;
        same.then(|| places::choices(connection).with)
    }

    fn need(&self, want: &Want, with: &[String]) -> PermissionNeed {
        let (Some(profile), Some(need)) = (&self.profile, &want.need) else {
            return PermissionNeed::Unasked;
        };
        let needed = profile.permissions(with).iter().any(|permission| {
            permission.group == want.group() && permission.scope == *want.scope()
        });
        match (need, needed) {
            (Need::Required, true) => PermissionNeed::Required,
            (_, true) => PermissionNeed::Condition,
            (Need::Optional, false) => PermissionNeed::Optional,
            (_, false) => PermissionNeed::Unasked,
        }
    }

    /// Whether a permission is worth a request: not one that somebody decided against.
    fn is_asked(&self, found: &Found, want: &Want) -> bool {
        let Some(with) = self.said(found) else {
            return true;
        };
        self.need(want, &with) != PermissionNeed::Unasked
    }

    fn asks_zones(&self, found: &Found) -> bool {
        self.wants
            .iter()
            .any(|want| *want.scope() == Scope::Zone && self.is_asked(found, want))
    }

    fn pace(&self) -> Pace {
        Pace {
            at_once: AT_ONCE,
            ..self.app.pace
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.app.now)()
    }

    /// Tells of the rows that these answers are about.
    fn answered_rows(&self, found: &Found, answers: &[Answered]) {
        if self.progress.is_none() {
            return;
        }
        for answered in answers {
            let heard = Heard::answered(answered);
            let fresh = Fresh {
                key: key(&answered.question),
                heard: &heard,
            };
            for row in self.rows(found, Some(&fresh)) {
                self.say(DoctorProgress::Row(Box::new(row.told())));
            }
        }
    }

    fn say(&self, line: DoctorProgress) {
        if let Some(progress) = &self.progress {
            // A window that was closed meanwhile does not end the diagnosis.
            let _ = progress.send(line);
        }
    }
}

pub(super) fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}

/// Keeps the diagnosis, so that a later one can be held against it.
fn remember(app: &App, diagnosis: &Diagnosis) -> Result<(), Problem> {
    keep(app, diagnosis)?;
    let line = Activity {
        at: (app.now)(),
        run: None,
        what: "token diagnosed".to_owned(),
        subject: format!("…{}", diagnosis.token.last_four),
        result: diagnosis.headline.clone(),
        request: None,
    };
    app.record.log(&line).map_err(|error| error.problem())
}
