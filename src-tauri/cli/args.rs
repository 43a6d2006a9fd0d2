//! The words of the command line.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Connects a Cloudflare account to a platform with the least privilege that works.
///
/// Without a command the window opens.
#[derive(Debug, Parser)]
#[command(name = "narrows", version, after_help = AFTER)]
pub(crate) struct Line {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

const AFTER: &str = "\
Exit codes:
  0   done
  1   stopped, and nothing is left of it, or something needs you
  2   the pasted token cannot be used
  3   could not tell: no answer came, or the platform has not confirmed
  64  wrong usage
  70  a fault of Narrows itself

Environment:
  NARROWS_HOME                data folder
  NARROWS_CLOUDFLARE_API      a sandbox on this computer in place of Cloudflare's API
  NARROWS_DASHBOARD           the same for the dashboard
  NARROWS_PLATFORM            the same for the platform
  NARROWS_LOG                 what to log on standard error, such as narrows_core=debug";

const CONNECT: &str = "\
Examples:
  narrows connect                                  asks for the token without showing it
  pass cloudflare | narrows connect --json         reads it from another program
  narrows connect --vault file --expires 90d       keeps the narrow one in a sealed file";

const DISCONNECT: &str = "\
Exit codes:
  0   all three are done
  1   the token may still work at Cloudflare
  3   the platform has not confirmed

Examples:
  narrows disconnect ID                            asks for a one-time token to revoke with
  pass cloudflare | narrows disconnect ID --json
  narrows disconnect ID --no-revoke                leaves Cloudflare open until the token is seen refused";

const RESUME: &str = "\
Exit codes:
  0   nothing is left, or the run has ended
  1   something is left that needs you

Examples:
  narrows resume                                   shows everything that is left
  narrows resume RUN --finish                      goes on to the end that was wanted
  pass cloudflare | narrows resume RUN --undo      takes it back, the token at Cloudflare included";

const ROTATE: &str = "\
Exit codes:
  0   the new token is in use, and the old one is refused
  1   stopped, and the old token is in use as before; or the old one is still open
  2   the pasted token cannot be used
  3   the platform has not acknowledged the new token: both live, `narrows deliver` finishes it
  64  wrong usage

Examples:
  narrows rotate ID                                asks for the token without showing it
  pass cloudflare | narrows rotate ID --json       reads it from another program
  pass cloudflare | narrows rotate --all           every connection that this token can serve
  narrows rotate ID --profile-policy               takes the profile's policy as it is now";

const DOCTOR: &str = "\
Exit codes:
  0   all that is required is granted
  1   something is missing
  2   the token cannot be used
  3   could not tell
  64  wrong usage

Examples:
  narrows doctor --connection ID                   a connection's own token against its profile
  pass cf | narrows doctor --profile getaipage --account ID --zone ID --json
  narrows doctor --policy-credential-stdin         the second line may read the first one's policies";

const STATUS: &str = "\
Exit codes:
  0   nothing needs you
  1   something needs you; each reason is listed
  3   nothing is known to need you, but with --check not everything could be told";

const ACTIVITY: &str = "\
Exit codes:
  0   shown; with --verify or --export, every hash is what it should be
  1   the chain is broken, and the first bad row is named
  64  wrong usage, or there is a file of that name already

Examples:
  narrows activity --search deliver --limit 20
  narrows activity --verify --export activity.jsonl";

const FORGET: &str = "\
Exit codes:
  0   everything is forgotten
  1   something could not be deleted, and it is named
  64  not confirmed

Examples:
  narrows forget --plan                            what would be deleted, and what lives on elsewhere
  narrows forget --confirm \"forget everything\"";

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Makes a narrow token from a one-time one, then proves, delivers and keeps it.
    ///
    /// The one-time token is read from standard input or a hidden prompt, never from an argument, and is destroyed at
    /// the end, whoever made it, unless --keep-broad is given. Ctrl-C undoes what was made.
    #[command(after_help = CONNECT)]
    Connect(Connect),
    /// Prints the link that makes the one-time token, and the same list in words.
    TokenPage(TokenPage),
    /// Lists the connections.
    Connections(Output),
    /// Shows the profiles, and checks one that you write.
    #[command(subcommand)]
    Profile(ProfileCommand),
    /// Puts a new token in the place of a connection's old one; the old one works until the platform has the new.
    ///
    /// The one-time token is read from standard input or a hidden prompt, never from an argument, and is destroyed at
    /// the end, whoever made it, unless --keep-broad is given. Ctrl-C undoes what was made, as long as nobody else has
    /// it.
    #[command(after_help = ROTATE)]
    Rotate(Rotate),
    /// Hands the kept token of a connection to the platform once more, and finishes a rotation that waits for it.
    Deliver(Deliver),
    /// Ends a connection: at the platform, on this computer, and at Cloudflare.
    ///
    /// With a one-time token on standard input or at a hidden prompt, the narrow token is deleted at Cloudflare and seen
    /// refused. Sites that were deployed stay up. What cannot be done now stays open, and `narrows resume` goes on.
    #[command(after_help = DISCONNECT)]
    Disconnect(Disconnect),
    /// Shows runs that were cut off and ends that are open, by what is true now, and ends them.
    ///
    /// Deletions that a platform has not answered are tried again first.
    #[command(after_help = RESUME)]
    Resume(Resume),
    /// Lists tokens at Cloudflare that this installation made and that nothing uses, and deletes them.
    ///
    /// The one-time token is read from standard input or a hidden prompt, and destroyed at the end unless --keep-broad is
    /// given. A token without this installation's mark is never touched.
    Orphans(Orphans),
    /// Says what a token can do, why it fails, and how to mend it.
    ///
    /// The token is read from standard input or a hidden prompt, kept in memory alone, and never from an argument. No
    /// request changes anything.
    #[command(after_help = DOCTOR)]
    Doctor(Doctor),
    /// Says where secrets rest, whether that works, and whether anything needs you.
    #[command(after_help = STATUS)]
    Status(Status),
    /// Shows what was done, newest first; checks the log's chain of hashes; exports it.
    #[command(after_help = ACTIVITY)]
    Activity(Activity),
    /// Shows and changes the settings.
    #[command(subcommand)]
    Settings(SettingsCommand),
    /// Shows what is kept in which vault, and moves it from one to the other.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Forgets everything on this computer: secrets first, then records. Tokens live on at Cloudflare and at platforms.
    #[command(after_help = FORGET)]
    Forget(Forget),
}

/// How to print.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Output {
    /// Print one JSON object; an error is {code, message, hint} on standard error.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Which vault.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Vault {
    /// Where the narrow token is kept on this computer.
    #[arg(long, value_enum, default_value = "keychain")]
    pub(crate) vault: VaultChoice,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
}

/// Where its passphrase comes from.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Passphrase {
    /// Read the sealed file's passphrase from the first line of standard input.
    #[arg(long)]
    pub(crate) passphrase_stdin: bool,
}

/// What a command needs on this computer.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Here {
    #[command(flatten)]
    pub(crate) vault: Vault,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// What becomes of a pasted token.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Paste {
    /// Leave the pasted token alive. Otherwise it is destroyed, whoever made it.
    #[arg(long)]
    pub(crate) keep_broad: bool,
}

/// Which connection.
#[derive(Debug, Args)]
pub(crate) struct One {
    /// The connection's id, as `narrows connections` shows it.
    pub(crate) connection: String,
}

/// The vaults to choose from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum VaultChoice {
    /// The keychain of the operating system.
    Keychain,
    /// A file sealed with a passphrase.
    File,
}

/// `narrows connect`
#[derive(Debug, Args)]
pub(crate) struct Connect {
    #[command(flatten)]
    pub(crate) profile: Profile,
    /// Account id; needed where the token sees several.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Project name; left out, the profile's suggestion.
    #[arg(long, value_name = "NAME")]
    pub(crate) project: Option<String>,
    /// When the narrow token ends: 12h, 90d, 2w, or a date such as 2027-01-31.
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    /// Address or range that the narrow token is limited to; can be given more than once.
    #[arg(long, value_name = "CIDR")]
    pub(crate) allow_ip: Vec<String>,
    /// A condition of the profile that holds, a part of it that is wanted (none for all), or an optional permission by
    /// its name; can be given more than once. `narrows profile show` lists them.
    #[arg(long, value_name = "NAME")]
    pub(crate) with: Vec<String>,
    /// Zone to reach, by id or, where the pasted token sees it, by domain; can be given more than once. `all` where the
    /// profile allows it.
    #[arg(long, value_name = "ID")]
    pub(crate) zone: Vec<String>,
    #[command(flatten)]
    pub(crate) paste: Paste,
    /// The platform's address, for a profile that has none of its own.
    #[arg(long, value_name = "URL")]
    pub(crate) platform: Option<String>,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `--profile`
#[derive(Debug, Args)]
pub(crate) struct Profile {
    /// What to connect to: a built-in profile, or a file.
    #[arg(long, value_name = "NAME|FILE", default_value = "site-generator")]
    pub(crate) profile: String,
}

/// `narrows profile`
#[derive(Debug, Subcommand)]
pub(crate) enum ProfileCommand {
    /// Lists the built-in profiles.
    List(Output),
    /// Shows everything of a profile.
    Show(OneProfile),
    /// Says what is wrong with a profile, line by line. Exit code 1 where it cannot be used so.
    Lint(OneProfile),
}

/// `narrows profile show` and `narrows profile lint`
#[derive(Debug, Args)]
pub(crate) struct OneProfile {
    /// A built-in profile, or a file.
    #[arg(value_name = "NAME|FILE")]
    pub(crate) profile: String,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows token-page`
#[derive(Debug, Args)]
pub(crate) struct TokenPage {
    #[command(flatten)]
    pub(crate) profile: Profile,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows rotate`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Rotate {
    /// The connection's id, as `narrows connections` shows it.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub(crate) connection: Option<String>,
    /// Rotate every connection, one after another. Those that the token cannot serve are told and skipped.
    #[arg(long)]
    pub(crate) all: bool,
    /// Take the profile's policy as it is now. Left out, the new token may do what the old one may.
    #[arg(long)]
    pub(crate) profile_policy: bool,
    /// Give the old token a new value, in place of making a new one. The old value dies at once, so the platform fails
    /// until it has the new one; and if Cloudflare's answer is lost, the new value is lost with it.
    #[arg(long, conflicts_with_all = ["profile_policy", "expires"])]
    pub(crate) in_place: bool,
    /// When the new token ends: 12h, 90d, 2w, a date such as 2027-01-31, or never. Left out, as it was chosen before.
    #[arg(long, value_name = "WHEN")]
    pub(crate) expires: Option<String>,
    #[command(flatten)]
    pub(crate) paste: Paste,
    /// The connection's profile, where it is a file and not built in.
    #[arg(long, value_name = "FILE", conflicts_with = "all")]
    pub(crate) profile: Option<String>,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows deliver`
#[derive(Debug, Args)]
pub(crate) struct Deliver {
    #[command(flatten)]
    pub(crate) one: One,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows disconnect`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Disconnect {
    #[command(flatten)]
    pub(crate) one: One,
    /// Do not ask for a one-time token: the token stays at Cloudflare until you delete it there.
    #[arg(long, conflicts_with = "keep_broad")]
    pub(crate) no_revoke: bool,
    #[command(flatten)]
    pub(crate) paste: Paste,
    /// Forget everything here at once, also what is still open: then nothing can be checked from here any more.
    #[arg(long)]
    pub(crate) forget: bool,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows resume`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Resume {
    /// The run's id; left out, all that is left is shown.
    pub(crate) run: Option<String>,
    /// Go on to the end that was wanted.
    #[arg(long, requires = "run", conflicts_with = "undo")]
    pub(crate) finish: bool,
    /// Take back what was done.
    #[arg(long, requires = "run")]
    pub(crate) undo: bool,
    /// Do not ask for a one-time token, where one would help.
    #[arg(long, conflicts_with = "keep_broad")]
    pub(crate) no_revoke: bool,
    #[command(flatten)]
    pub(crate) paste: Paste,
    /// Forget everything here at once, also what is still open.
    #[arg(long, requires = "run")]
    pub(crate) forget: bool,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows orphans`
#[derive(Debug, Args)]
pub(crate) struct Orphans {
    /// Delete the token of this id; can be given more than once.
    #[arg(long, value_name = "ID", conflicts_with = "delete_all")]
    pub(crate) delete: Vec<String>,
    /// Delete all that are listed.
    #[arg(long)]
    pub(crate) delete_all: bool,
    /// Account id; needed for an account token that does not see its account.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    #[command(flatten)]
    pub(crate) paste: Paste,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows doctor`
#[derive(Debug, Args)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct Doctor {
    /// Diagnose the token of a connection, as `narrows connections` shows its id.
    #[arg(long, value_name = "ID")]
    pub(crate) connection: Option<String>,
    /// What the token should be able to do: a built-in profile, or a file. Left out, the connection's own; without a
    /// connection it is told what the token can do.
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) profile: Option<String>,
    /// Hold it against no profile, not even the connection's own: only tell what the token can do.
    #[arg(long, conflicts_with = "profile")]
    pub(crate) no_profile: bool,
    /// Account id; left out, the connection's, or the only one that the token sees.
    #[arg(long, value_name = "ID")]
    pub(crate) account: Option<String>,
    /// Zone id; can be given more than once. Left out, the connection's, or the first that the token sees.
    #[arg(long, value_name = "ID")]
    pub(crate) zone: Vec<String>,
    /// A condition of the profile that holds, a part of it, or an optional permission; can be given more than once.
    /// Left out, the connection's, or those that the token seems to be made for.
    #[arg(long, value_name = "NAME")]
    pub(crate) with: Vec<String>,
    /// Read a second, more powerful credential from the second line of standard input (the first, where the token comes
    /// from elsewhere). It is used to read the token's policies and for nothing else.
    #[arg(long)]
    pub(crate) policy_credential_stdin: bool,
    /// Read the credential from the environment: `CLOUDFLARE_API_TOKEN`, or `CLOUDFLARE_EMAIL` with
    /// `CLOUDFLARE_GLOBAL_KEY`; and `CLOUDFLARE_ACCOUNT_ID` and `CLOUDFLARE_ZONE_ID`.
    #[arg(long)]
    pub(crate) from_env: bool,
    /// Ask also with writes that cannot touch anything, each on a random name that nothing has.
    #[arg(long)]
    pub(crate) probe_writes: bool,
    /// Exit 3 where a permission is only assumed.
    #[arg(long)]
    pub(crate) strict: bool,
    /// Ask again for up to 60 seconds while the token may not be known everywhere yet.
    #[arg(long)]
    pub(crate) watch: bool,
    /// Write a support bundle: JSON to this file, and Markdown beside it.
    #[arg(long, value_name = "FILE")]
    pub(crate) bundle: Option<PathBuf>,
    /// Leave account and zone ids whole in the bundle.
    #[arg(long, requires = "bundle")]
    pub(crate) full_ids: bool,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows status`
#[derive(Debug, Args)]
pub(crate) struct Status {
    /// Ask the vault, Cloudflare and the platforms how each connection stands. Left out, what was found last is told.
    #[arg(long)]
    pub(crate) check: bool,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows activity`
#[derive(Debug, Args)]
pub(crate) struct Activity {
    /// Show only rows in which these words stand, whatever their case.
    #[arg(long, value_name = "TEXT")]
    pub(crate) search: Option<String>,
    /// Most rows to show.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) limit: u32,
    /// Compute every hash again. Exit code 1 where the chain is broken.
    #[arg(long)]
    pub(crate) verify: bool,
    /// Write the whole log, oldest first, to a new file: a JSON object a line.
    #[arg(long, value_name = "FILE")]
    pub(crate) export: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows settings`
#[derive(Debug, Subcommand)]
pub(crate) enum SettingsCommand {
    /// Shows every setting.
    Show(Output),
    /// Changes one: theme, language, reminders/days (such as 30,7,1, or off), reminders/age-days (a number, or off).
    Set(SetSetting),
    /// Gives the project of a connection another name, here and at the platform.
    Project(Project),
}

/// `narrows settings set`
#[derive(Debug, Args)]
pub(crate) struct SetSetting {
    /// Its name.
    pub(crate) name: String,
    /// What it is set to.
    pub(crate) value: String,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows settings project`
#[derive(Debug, Args)]
pub(crate) struct Project {
    #[command(flatten)]
    pub(crate) one: One,
    /// The project's new name.
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) here: Here,
}

/// `narrows vault`
#[derive(Debug, Subcommand)]
pub(crate) enum VaultCommand {
    /// Shows what is kept, by name, and whether the vault works.
    Show(Status),
    /// Moves everything that is kept into the other vault. Each copy is read back and compared before the old one is
    /// deleted; where anything fails before that, nothing moves.
    Move(MoveVault),
}

/// `narrows vault move`
#[derive(Debug, Args)]
pub(crate) struct MoveVault {
    /// Where to.
    #[arg(long, value_enum)]
    pub(crate) to: VaultChoice,
    #[command(flatten)]
    pub(crate) passphrase: Passphrase,
    #[command(flatten)]
    pub(crate) output: Output,
}

/// `narrows forget`
#[derive(Debug, Args)]
pub(crate) struct Forget {
    /// Only say what would be deleted, and what lives on elsewhere.
    #[arg(long)]
    pub(crate) plan: bool,
    /// The confirmation, "forget everything"; left out, it is asked for at a terminal.
    #[arg(long, value_name = "PHRASE")]
    pub(crate) confirm: Option<String>,
    /// Delete the records even where a secret could not be deleted that only they name.
    #[arg(long)]
    pub(crate) records_anyway: bool,
    #[command(flatten)]
    pub(crate) output: Output,
}
