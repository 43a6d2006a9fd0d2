//! A connect that was cut off after its token was kept, brought to its end without the broad token.

use serde_json::json;

use crate::cards;
use crate::cloudflare::Credential;
use crate::cloudflare::policies::same_reach;
use crate::platform::Nonce;
use crate::problem::{Next, Problem};
use crate::record::{Connection, Extra};
use crate::run::known::word;
use crate::run::{App, Cut, Decision, Journal, Link, Nominated, Report, Trace, kept};
use crate::secret::Secret;
use crate::steps::destroy::broad_left;
use crate::steps::prove::{project, prove, questions, settle};
use crate::steps::{Delivered, Extras, Inspected, Parcel, Subject};
use crate::story::{ConnectionCard, Delivery, Step, StepState};

/// A connect that came to its end after all.
pub(crate) struct Finished {
    /// The connection.
    pub connection: ConnectionCard,
    /// What was done, a sentence each.
    pub done: Vec<String>,
    /// Why the platform has not confirmed it, where it has not.
    pub problem: Option<Problem>,
}

/// Proves the kept token, delivers it, and writes the connection down.
pub(crate) async fn finish(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    link: Option<&Link>,
    broad: Option<&Inspected>,
    report: &Report,
) -> Result<Finished, Problem> {
    let nominated = cut.nominated.as_ref().ok_or_else(cannot)?;
    let decision = nominated.decision.as_ref().ok_or_else(cannot)?;
    let trace = cut.traces().into_iter().next_back().ok_or_else(cannot)?;
    let id = trace.id.clone().ok_or_else(cannot)?;
    let vault = app.vault_of(cut.vault())?;
    let kept = kept::read_in(app, &vault, &nominated.item(&id), &trace.name).await?;
    let value = kept.ok_or_else(cannot)?;
    if link.is_none() && nominated.platform_address.is_some() {
        return Err(crate::platform::Error::NotSignedIn("no session is kept".to_owned()).problem());
    }
    if let Some(link) = link {
        link.is_of(nominated.person())?;
    }
    let given = trace.policies.as_deref().ok_or_else(cannot)?;
    if !same_reach(given, &decision.new_token.policies) {
        return Err(granted_differs());
    }
    let narrow = app
        .cloudflare(Credential::Token(value.duplicate()))
        .map_err(|error| error.problem())?;
    let plan = questions(decision, &decision.requested, None);
    let owner = nominated.owner();
    let subject = Subject {
        client: &narrow,
        owner: &owner,
        plan: &plan,
        project: project(decision),
        limited_to_addresses: !decision.allow_ip.is_empty(),
    };
    report.began(Step::Prove);
    let proof = prove(&subject, app.pace).await?;
    journal.activity("prove token", &trace.name, "proved", None);
    let proved = format!(
        "The token was proved: can {} of {}, cannot {} of {}.",
        proof.can.proved, proof.can.of, proof.cannot.proved, proof.cannot.of
    );
    report.done(Step::Prove, proved.clone());
    let mut done = vec![proved];
    report.began(Step::Deliver);
    let (delivered, _) = tokio::join!(
        hand_over(
            app, journal, cut, nominated, decision, link, &id, &trace, &value
        ),
        async { proof.elsewhere || settle(&narrow, &plan, app.pace).await },
    );
    let (delivery, code, nonce, problem) = told(delivered?, nominated, report, &mut done);
    let person = link.map(|link| link.person.clone());
    // What the platform has no connection for it cannot take.
    let link = link.filter(|_| delivery == Delivery::Accepted);
    let broad = broad.filter(|broad| broad.owner == owner);
    let extras = beside(
        app,
        journal,
        cut,
        (nominated, decision),
        (link, broad),
        report,
    )
    .await?;
    for extra in cards::extras(&extras, &nominated.platform) {
        done.push(format!("{}: {}", extra.label, extra.sentence));
    }
    report.began(Step::Record);
    let known = Connection {
        id: nominated.connection.clone(),
        profile: cut.run.profile.clone(),
        platform: nominated.platform.clone(),
        platform_address: nominated.platform_address.clone(),
        account_id: decision.account.id.clone(),
        account_name: decision.account.name.clone(),
        project: decision.project.clone(),
        token_id: id,
        token_name: trace.name,
        token_kind: word(nominated.kind),
        fingerprint: value.fingerprint(),
        policy: json!(decision.requested),
        expires_on: decision.new_token.expires_on,
        allow_ip: decision.allow_ip.clone(),
        connected_on: (app.now)(),
        delivery: word(delivery),
        receipt_code: code,
        nonce,
        vault: word(vault.kind()),
        broad_left: broad_left(app, cut).map(|left| json!(left)),
        choices: json!(decision.choices),
        person,
        extras,
    };
    app.record
        .put_connection(&known)
        .map_err(|error| error.problem())?;
    let listed = "The connection is in the list.".to_owned();
    report.done(Step::Record, listed.clone());
    done.push(listed);
    Ok(Finished {
        connection: cards::connection(app, &known)?,
        done,
        problem,
    })
}

/// Where the platform stands by what became of the delivery: with the receipt's short code and nonce, or why there is none.
fn told(
    delivered: Option<Delivered>,
    nominated: &Nominated,
    report: &Report,
    done: &mut Vec<String>,
) -> (Delivery, Option<String>, Option<String>, Option<Problem>) {
    let told = match delivered {
        None => {
            report.tell(Step::Deliver, StepState::Skipped, "");
            (Delivery::Skipped, None, None, None)
        }
        Some(Delivered::Accepted { code, nonce }) => {
            let held = format!("{} holds it: receipt {code}.", nominated.platform);
            report.done(Step::Deliver, held.clone());
            done.push(held);
            (Delivery::Accepted, Some(code), Some(nonce), None)
        }
        Some(Delivered::Refused(problem)) => (Delivery::Refused, None, None, Some(problem)),
        Some(Delivered::Unknown(problem)) => (Delivery::Unknown, None, None, Some(problem)),
    };
    if let (_, _, _, Some(problem)) = &told {
        report.tell(Step::Deliver, StepState::Warned, problem.message.clone());
    }
    told
}

/// Takes up what was begun of tokens of their own beside the narrow one.
async fn beside(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    (nominated, decision): (&Nominated, &Decision),
    (link, broad): (Option<&Link>, Option<&Inspected>),
    report: &Report,
) -> Result<Vec<Extra>, Problem> {
    let listed = app.record.connection(&nominated.connection);
    let listed = listed.map_err(|error| error.problem())?;
    let extras = Extras {
        app,
        journal,
        report,
        connection: &nominated.connection,
        platform: &nominated.platform,
        account: &decision.account,
        kind: nominated.kind,
        vault: app.vault_of(cut.vault())?,
        link,
        broad,
        maker: cut.maker(),
        listed: listed.is_some(),
    };
    let had = listed.map_or_else(Vec::new, |known| known.extras);
    Ok(Box::pin(extras.settle(&decision.extras, had, cut.entries())).await)
}

/// Asks first what the platform holds: it may have taken the token before the run was cut off.
#[allow(clippy::too_many_arguments, reason = "each is a different thing")]
async fn hand_over(
    app: &App,
    journal: &Journal,
    cut: &Cut,
    nominated: &Nominated,
    decision: &Decision,
    link: Option<&Link>,
    id: &str,
    trace: &Trace,
    value: &Secret,
) -> Result<Option<Delivered>, Problem> {
    let Some(link) = link else { return Ok(None) };
    let nonce = Nonce::generate().map_err(|error| error.problem())?;
    let held = link
        .platform
        .get_connection(&link.session, &nominated.connection, &nonce)
        .await;
    if let Ok(held) = held
        && held.proves(value, &nonce)
    {
        return Ok(Some(Delivered::Accepted {
            code: held.receipt.code(),
            nonce: nonce.as_str().to_owned(),
        }));
    }
    let parcel = Parcel {
        connection: &nominated.connection,
        profile: &cut.run.profile,
        platform_name: &nominated.platform,
        account: &decision.account,
        project: decision.project.as_deref(),
        value,
        token_id: id,
        token_name: &trace.name,
        token_kind: nominated.kind,
        expires_on: decision.new_token.expires_on,
        replaces: None,
    };
    Ok(Some(parcel.send(app, link, journal).await))
}

fn cannot() -> Problem {
    Problem::new(
        "run-lost",
        "This run cannot be finished: the value of its token was never kept, or is not here any more.",
        "Take it back, then connect again.",
        Next::Home,
    )
}

fn granted_differs() -> Problem {
    Problem::new(
        "granted-differs",
        "Cloudflare made a token with other permissions than were asked for.",
        "Take the run back, then connect again.",
        Next::Retry,
    )
}
