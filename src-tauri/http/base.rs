//! The addresses that are ever asked.

use std::fmt;

use url::{Host, Url};

use crate::problem::{Next, Problem};

/// An address below which a client asks: https anywhere, or http on this machine for the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(Url);

impl Base {
    /// An http address on this machine, such as `http://127.0.0.1:4000/client/v4`.
    pub fn loopback(text: &str) -> Result<Self, Problem> {
        let url = plain(text)?;
        if is_loopback(&url) && url.scheme() == "http" {
            return Ok(Self(url));
        }
        Err(refuse(
            text,
            "is not an address on this computer",
            "Use http on 127.0.0.1, [::1] or localhost, or leave it unset.",
        ))
    }

    /// Any https address, such as a platform's.
    pub fn https(text: &str) -> Result<Self, Problem> {
        let url = plain(text)?;
        if url.scheme() == "https" {
            return Ok(Self(url));
        }
        Err(refuse(
            text,
            "is not a secure address",
            "Use an address that begins with https://.",
        ))
    }

    /// Any https address, or one on this machine.
    pub fn https_or_loopback(text: &str) -> Result<Self, Problem> {
        Self::loopback(text).or_else(|_| Self::https(text))
    }

    /// The address, without a slash at its end unless it has no path.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// Whether it lies on this machine, so that it stands for a sandbox.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.0)
    }

    /// The address of `path` below this base; see [`below`].
    pub fn join(&self, path: &str) -> Url {
        below(&self.0, path)
    }

    /// A well-known address, written in the source.
    pub(crate) fn constant(text: &'static str) -> Self {
        #[allow(clippy::expect_used, reason = "a constant, and a test asks for each")]
        Self(Url::parse(text).expect("a constant address"))
    }
}

/// The address of `path` (which begins with a slash and may hold a query) below `base`.
pub fn below(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    let (path, query) = match path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (path, None),
    };
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    url.set_path(&whole);
    url.set_query(query);
    url
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

/// Reads an address that holds nothing but scheme, host, port and path.
fn plain(text: &str) -> Result<Url, Problem> {
    let mut url = Url::parse(text.trim()).map_err(|_| {
        refuse(
            text,
            "is not an address",
            "Write it whole, with https:// in front.",
        )
    })?;
    let bare = url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    if !bare {
        return Err(refuse(
            "The address",
            "holds more than a host and a path",
            "Leave out user names, question marks and what follows them.",
        ));
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

fn refuse(what: &str, why: &str, hint: &str) -> Problem {
    // What was given may be a token put into the wrong variable: only what looks like an address is repeated.
    let what = if what.contains("://") && !what.contains('@') && !what.contains('?') {
        what
    } else {
        "The address"
    };
    Problem::new(
        "address-refused",
        format!("{what} {why}."),
        hint,
        Next::ChangeChoices,
    )
}

/// Whether `url` names this machine: `localhost`, 127.0.0.0/8 or `::1`.
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_or_this_machine_is_ever_asked() {
        for text in [
            "http://127.0.0.1:4000/client/v4/",
            "http://localhost",
            "http://[::1]:80",
        ] {
            assert!(Base::loopback(text).is_ok(), "{text} is this machine");
        }
        for text in [
            "http://192.0.2.1/",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com",
            "http://user@127.0.0.1/",
            "http://127.0.0.1/?x",
            "file:///etc/passwd",
            "cfut_notanaddress",
            "",
        ] {
            let problem = Base::https_or_loopback(text).expect_err(text);
            assert_eq!(problem.code, "address-refused");
            assert!(
                !problem.to_string().contains("cfut_"),
                "a token in the wrong variable is not repeated"
            );
        }
        assert!(Base::https("https://platform.example/").is_ok());
        assert!(
            Base::loopback("https://api.cloudflare.com").is_err(),
            "not this machine"
        );
    }

    #[test]
    fn a_path_is_joined_below_the_base_and_keeps_its_query() {
        let base = Base::loopback("http://127.0.0.1:4000/client/v4/").unwrap();
        assert_eq!(
            base.join("/zones?per_page=1").as_str(),
            "http://127.0.0.1:4000/client/v4/zones?per_page=1"
        );
        let root = Base::https("https://platform.example").unwrap();
        assert_eq!(
            root.join("/v1/me").as_str(),
            "https://platform.example/v1/me"
        );
    }
}
