//! The envelope around every answer of Cloudflare's API.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};

/// All of an answer but its result.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Envelope {
    /// Whether the call did what it should; a 200 may say no.
    pub(super) success: bool,
    /// Why not.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) errors: Vec<Complaint>,
    /// Which page of a list this is.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) result_info: PageInfo,
}

/// One reason for a refusal.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Complaint {
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) code: u32,
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) message: String,
    /// Reasons for the reason; that is where malformed headers are told apart.
    #[serde(default, deserialize_with = "null_is_default")]
    pub(super) error_chain: Vec<Complaint>,
}

impl Complaint {
    /// Its code, then those of its chain.
    pub(super) fn codes(&self) -> Vec<u32> {
        let mut codes = vec![self.code];
        codes.extend(self.error_chain.iter().flat_map(Complaint::codes));
        codes
    }
}

/// Where a page stands in its list.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(super) struct PageInfo {
    #[serde(default)]
    pub(super) per_page: Option<u32>,
    #[serde(default)]
    pub(super) total_count: Option<u32>,
    #[serde(default)]
    pub(super) total_pages: Option<u32>,
}

impl PageInfo {
    /// How many pages the list has, where that is told, if `asked` items were asked for per page.
    pub(super) fn pages(&self, asked: u32) -> Option<u32> {
        let size = self.per_page.filter(|&size| size > 0).unwrap_or(asked);
        self.total_count
            .map(|count| count.div_ceil(size))
            .or(self.total_pages)
    }
}

impl Envelope {
    /// Reads an answer; nothing where it is no envelope.
    pub(super) fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

/// Reads an answer's result.
pub(super) fn result<T: DeserializeOwned>(body: &[u8]) -> Result<T, serde_json::Error> {
    #[derive(Deserialize)]
    struct WithResult<T> {
        result: T,
    }
    serde_json::from_slice::<WithResult<T>>(body).map(|answer| answer.result)
}

fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
