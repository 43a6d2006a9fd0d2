//! Form parameters of the OAuth endpoints, read as RFC 6749, section 3.2 wants: unknown ones ignored, empty ones as if absent, none twice.

use axum::Form;
use axum::extract::{FromRequest, Request};

use super::sign_in::{Refusal, RefusalCode};

/// The parameters of a form.
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// The parameter's value.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    /// The value of a parameter that must be there.
    pub(super) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::OAuth(
            RefusalCode::InvalidRequest,
            "A parameter is missing.",
        ))
    }
}

impl<S: Send + Sync> FromRequest<S> for Parameters {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let invalid = |why| Refusal::OAuth(RefusalCode::InvalidRequest, why);
        let Form(mut pairs) = Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|_| invalid("A form of at most 65,536 bytes is wanted."))?;
        pairs.retain(|(_, value)| !value.is_empty());
        pairs.sort();
        if pairs.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(invalid("A parameter is there twice."));
        }
        Ok(Self(pairs))
    }
}
