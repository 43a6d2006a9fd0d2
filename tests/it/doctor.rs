//! The diagnosis, against the sandbox.

use narrows_core::connect::story::Outcome;
use narrows_core::doctor::story::{
    CauseKind, Diagnosis, DoctorOptions, DoctorProgress, Evidence, PermissionState, PolicySource,
};
use narrows_core::doctor::{self, Given, Input, Subject};
use narrows_core::secret::Secret;
use serde_json::json;

use crate::stage::{Stage, destroy};

pub(crate) fn given(value: &str) -> Subject {
    Subject::Given(Given::Token(Secret::new(value.to_owned())))
}

pub(crate) fn against(profile: &str, stage: &Stage) -> DoctorOptions {
    DoctorOptions {
        profile: Some(profile.to_owned()),
        account: Some(stage.face.account_id.clone()),
        ..DoctorOptions::default()
    }
}

pub(crate) async fn examine(stage: &Stage, value: &str, options: DoctorOptions) -> Diagnosis {
    let input = Input {
        subject: given(value),
        second: None,
        options,
    };
    doctor::examine(&stage.app, input, None)
        .await
        .expect("the question is sound")
}

#[tokio::test]
async fn a_narrow_token_is_told_as_what_it_is() {
    let stage = Stage::new().await;
    let told = examine(
        &stage,
        &stage.face.narrow_token,
        against("site-generator", &stage),
    )
    .await;
    assert_eq!(told.headline, "1/1, 1 assumed", "{told:#?}");
}
