//! The format of the sealed file: bytes in, bytes out, no disk.
//!
//! | bytes | what |
//! |---|---|
//! | 8 | `NARROWS` and a zero byte |
//! | 2 | version, 1 (numbers are big-endian) |
//! | 4, 4, 4 | Argon2id's memory in KiB, passes, lanes |
//! | 16 | salt |
//! | 16 | check of the passphrase |
//! | 12 | nonce, new at each writing |
//! | 16 | first half of the SHA-256 of all the above |
//! | rest | AES-256-GCM over a JSON object of account names and values, then its tag |
//!
//! Everything before the rest is associated data. Argon2id makes 64 bytes: the first half is the key, and from the
//! second half comes the check, by which a wrong passphrase is told from a damaged file.

use std::collections::BTreeMap;

use aes_gcm::{AeadInOut, Aes256Gcm, Key, KeyInit, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::Error;
use crate::random;
use crate::secret::Secret;

const MAGIC: &[u8; 8] = b"NARROWS\0";
const VERSION: u16 = 1;
const SUM: usize = 16;
const HEADER: usize = 8 + 2 + 12 + 16 + 16 + 12 + SUM;
const TAG: usize = 16;
const CHECK_DOMAIN: &[u8] = b"narrows-sealed-file-check-v1\n";

/// What is in the file: account names and values.
pub(super) type Contents = BTreeMap<String, Secret>;

/// What deriving the key costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl Cost {
    /// Of new files: RFC 9106's second recommended option, with one lane.
    const OURS: Self = Self {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// More than this is not computed, so that a planted file can take neither the memory nor the day.
    const MOST: Self = Self {
        memory_kib: 256 * 1024,
        passes: 10,
        lanes: 4,
    };

    fn is_bearable(self) -> bool {
        self.memory_kib <= Self::MOST.memory_kib
            && self.passes <= Self::MOST.passes
            && self.lanes <= Self::MOST.lanes
    }
}

/// The part of the header that a passphrase is tried on, and that stays when the contents change.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Lock {
    cost: Cost,
    salt: [u8; 16],
    check: [u8; 16],
}

/// A lock with the key that opens it.
pub(super) struct Seal {
    lock: Lock,
    key: Zeroizing<[u8; 32]>,
}

impl Seal {
    /// A new lock for `passphrase`.
    pub(super) fn new(passphrase: &Secret) -> Result<Self, Error> {
        let cost = Cost::OURS;
        let salt = random::bytes()?;
        let (key, check) = derive(passphrase, cost, &salt)?;
        let lock = Lock { cost, salt, check };
        Ok(Self { lock, key })
    }

    /// The seal of a file, with its contents.
    pub(super) fn unlock(file: &[u8], passphrase: &Secret) -> Result<(Self, Contents), Error> {
        let (lock, ..) = read(file)?;
        let (key, check) = derive(passphrase, lock.cost, &lock.salt)?;
        if check != lock.check {
            return Err(Error::WrongPassphrase);
        }
        let seal = Self { lock, key };
        let contents = seal.open(file)?;
        Ok((seal, contents))
    }

    /// The contents of a file that bears this seal.
    pub(super) fn open(&self, file: &[u8]) -> Result<Contents, Error> {
        let (lock, nonce, header, body) = read(file)?;
        if lock != self.lock {
            return Err(Error::Replaced);
        }
        let mut body = Zeroizing::new(body.to_vec());
        self.cipher()
            .decrypt_in_place(&Nonce::from(nonce), header, &mut *body)
            .map_err(|_| Error::Damaged("its contents were changed"))?;
        serde_json::from_slice(&body).map_err(|_| Error::Damaged("its contents are not readable"))
    }

    /// The bytes of a file with these contents.
    pub(super) fn close(&self, contents: &Contents) -> Result<Vec<u8>, Error> {
        let nonce: [u8; 12] = random::bytes()?;
        let header = write_header(&self.lock, &nonce);
        let mut body = write_json(contents)?;
        self.cipher()
            .encrypt_in_place(&Nonce::from(nonce), &header, &mut *body)
            .map_err(|_| Error::Foreign("it is too large"))?;
        Ok([header.as_slice(), &body].concat())
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&Key::<Aes256Gcm>::from(*self.key))
    }
}

fn derive(
    passphrase: &Secret,
    cost: Cost,
    salt: &[u8; 16],
) -> Result<(Zeroizing<[u8; 32]>, [u8; 16]), Error> {
    let unusual = |_| Error::Foreign("its key cannot be computed");
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, None).map_err(unusual)?;
    let mut derived = Zeroizing::new([0; 64]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(&passphrase.to_bytes(), salt, derived.as_mut_slice())
        .map_err(unusual)?;
    let mut key = Zeroizing::new([0; 32]);
    key.copy_from_slice(&derived[..32]);
    let mut check = Sha256::new();
    check.update(CHECK_DOMAIN);
    check.update(&derived[32..]);
    Ok((key, first_half(check)))
}

fn write_header(lock: &Lock, nonce: &[u8; 12]) -> Vec<u8> {
    let mut header = Vec::with_capacity(HEADER);
    header.extend(MAGIC);
    header.extend(VERSION.to_be_bytes());
    let Cost {
        memory_kib,
        passes,
        lanes,
    } = lock.cost;
    for number in [memory_kib, passes, lanes] {
        header.extend(number.to_be_bytes());
    }
    header.extend(lock.salt);
    header.extend(lock.check);
    header.extend(nonce);
    header.extend(sum(&header));
    header
}

type Parts<'a> = (Lock, [u8; 12], &'a [u8], &'a [u8]);

/// Lock, nonce, whole header and body of a file.
fn read(file: &[u8]) -> Result<Parts<'_>, Error> {
    let start = &MAGIC[..MAGIC.len().min(file.len())];
    if !file.starts_with(start) {
        return Err(Error::Foreign("it begins otherwise"));
    }
    let cut = || Error::Damaged("its end is missing");
    let mut rest = file.get(MAGIC.len()..).ok_or_else(cut)?;
    let version = u16::from_be_bytes(take(&mut rest).ok_or_else(cut)?);
    if version != VERSION {
        return Err(Error::Newer(version));
    }
    let mut number = || take(&mut rest).map(u32::from_be_bytes).ok_or_else(cut);
    let cost = Cost {
        memory_kib: number()?,
        passes: number()?,
        lanes: number()?,
    };
    let salt = take(&mut rest).ok_or_else(cut)?;
    let check = take(&mut rest).ok_or_else(cut)?;
    let nonce = take(&mut rest).ok_or_else(cut)?;
    let summed = &file[..file.len() - rest.len()];
    let noted: [u8; SUM] = take(&mut rest).ok_or_else(cut)?;
    if noted != sum(summed) {
        return Err(Error::Damaged("its header was changed"));
    }
    if !cost.is_bearable() {
        return Err(Error::Foreign("its key costs too much to compute"));
    }
    if rest.len() < TAG {
        return Err(cut());
    }
    let lock = Lock { cost, salt, check };
    Ok((lock, nonce, &file[..HEADER], rest))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(*taken)
}

fn sum(bytes: &[u8]) -> [u8; SUM] {
    first_half(Sha256::new_with_prefix(bytes))
}

fn first_half(hash: Sha256) -> [u8; 16] {
    let mut half = [0; 16];
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// The contents as JSON, in a buffer that is wiped and, being large enough from the start, never left behind by growing.
fn write_json(contents: &Contents) -> Result<Zeroizing<Vec<u8>>, Error> {
    // A byte takes at most six in JSON.
    let most: usize = contents
        .iter()
        .map(|(name, value)| 6 * (name.len() + value.len()) + 6)
        .sum();
    let mut json = Zeroizing::new(Vec::with_capacity(most + 2 + TAG));
    let unwritable = |_| Error::Foreign("it cannot hold this value");
    json.push(b'{');
    for (index, (name, value)) in contents.iter().enumerate() {
        if index > 0 {
            json.push(b',');
        }
        serde_json::to_writer(&mut *json, name).map_err(unwritable)?;
        json.push(b':');
        // Exposed to be sealed: this is the one place where values are written.
        serde_json::to_writer(&mut *json, value.expose()).map_err(unwritable)?;
    }
    json.push(b'}');
    Ok(json)
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;

    use super::*;

    /// A seal whose key took no time to derive.
    static SEAL: LazyLock<Seal> = LazyLock::new(|| Seal {
        lock: Lock {
            cost: Cost::OURS,
            salt: [1; 16],
            check: [2; 16],
        },
        key: Zeroizing::new([3; 32]),
    });

    fn contents(pairs: &[(String, String)]) -> Contents {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), Secret::new(value.clone())))
            .collect()
    }

    fn same(one: &Contents, other: &Contents) -> bool {
        one.len() == other.len()
            && one
                .iter()
                .zip(other)
                .all(|((a, x), (b, y))| a == b && x.same_as(y))
    }

    fn sample() -> Vec<u8> {
        let pairs = [("token c1 t1".to_owned(), "cfut_example".to_owned())];
        SEAL.close(&contents(&pairs)).expect("seals")
    }

    proptest! {
        #[test]
        fn what_is_sealed_comes_out_as_it_was(pairs in prop::collection::vec((any::<String>(), any::<String>()), 0..8)) {
            let before = contents(&pairs);
            let after = SEAL.open(&SEAL.close(&before).expect("seals")).expect("opens");
            prop_assert!(same(&before, &after), "names and values of any characters");
        }

        #[test]
        fn a_file_of_any_bytes_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(SEAL.open(&bytes).is_err());
        }

        #[test]
        fn any_bytes_after_our_header_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let file = [&sample()[..HEADER], &bytes].concat();
            prop_assert!(SEAL.open(&file).is_err());
        }
    }

    #[test]
    fn any_changed_bit_is_an_error_and_never_other_contents() {
        let file = sample();
        for index in 0..file.len() {
            for bit in 0..8 {
                let mut changed = file.clone();
                changed[index] ^= 1 << bit;
                let opened = SEAL.open(&changed).map(|contents| contents.len());
                assert!(opened.is_err(), "bit {bit} of byte {index}");
                assert!(
                    !matches!(opened, Err(Error::WrongPassphrase)),
                    "a damaged file must not send a person looking for another passphrase: byte {index}"
                );
            }
        }
    }

    #[test]
    fn a_file_cut_anywhere_is_said_to_be_damaged() {
        let file = sample();
        for length in 0..file.len() {
            let opened = SEAL.open(&file[..length]).map(|contents| contents.len());
            assert!(
                matches!(opened, Err(Error::Damaged(_))),
                "cut to {length} bytes: {opened:?}"
            );
        }
    }

    #[test]
    fn each_writing_has_a_nonce_of_its_own() {
        assert_ne!(
            sample(),
            sample(),
            "AES-GCM gives its key away when a nonce is used twice"
        );
    }

    #[test]
    fn no_value_can_be_read_in_the_file() {
        let file = sample();
        assert!(
            !file.windows(5).any(|part| part == b"cfut_"),
            "the value lies open"
        );
    }

    #[test]
    fn a_planted_file_cannot_ask_for_memory_or_time_without_end() {
        let passphrase = Secret::new("eight or more".to_owned());
        for (memory_kib, passes, lanes) in [(u32::MAX, 3, 1), (65_536, u32::MAX, 1), (65_536, 3, 5)]
        {
            let lock = Lock {
                cost: Cost {
                    memory_kib,
                    passes,
                    lanes,
                },
                ..SEAL.lock.clone()
            };
            let mut file = write_header(&lock, &[0; 12]);
            file.extend([0; 32]);
            let unlocked = Seal::unlock(&file, &passphrase).map(|_| ());
            assert!(
                matches!(unlocked, Err(Error::Foreign(_))),
                "{memory_kib} KiB, {passes} passes, {lanes} lanes: {unlocked:?}"
            );
        }
    }

    #[test]
    fn costs_that_cannot_be_are_an_error_and_never_a_panic() {
        let passphrase = Secret::new("eight or more".to_owned());
        for (memory_kib, passes, lanes) in [(0, 0, 0), (8, 0, 1), (8, 1, 0), (0, 1, 1)] {
            let lock = Lock {
                cost: Cost {
                    memory_kib,
                    passes,
                    lanes,
                },
                ..SEAL.lock.clone()
            };
            let mut file = write_header(&lock, &[0; 12]);
            file.extend([0; 32]);
            let unlocked = Seal::unlock(&file, &passphrase).map(|_| ());
            assert!(
                matches!(unlocked, Err(Error::Foreign(_))),
                "{memory_kib} KiB, {passes} passes, {lanes} lanes: {unlocked:?}"
            );
        }
    }

    #[test]
    fn a_newer_version_says_so() {
        let mut file = sample();
        file[9] = 2;
        assert!(matches!(SEAL.open(&file), Err(Error::Newer(2))));
    }
}
