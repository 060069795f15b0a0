//! `flitch check`: the stages of a connection test in a terminal, or as JSON for a script.

mod iam;

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Context;
use app::words::findings::{Around, hint};
use app::words::numbers::duration;
use app::words::{Step, checks, faults};
use async_trait::async_trait;
use contract::check::{CheckOutcome, Stage, StageState, StageView};
use contract::connection::{ConnectionForm, Target};
use contract::secret::Secret;
use server::config::Reach;
use server::services::{Journal, check_alone};

/// The exit code is 0 when the check passed, 1 when a file cannot be read, 2 for a string that cannot be read, and 10 plus the number of the stage
/// that failed: 10 read, 11 address, 12 tcp, 13 tls, 14 sign-in, 15 read-only, 16 database, 17 tables, 18 rights, 19 aws
/// identity, 20 aws endpoint, 21 mint.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The connection string. Without it, or as `-`, it is read from standard input, so that it stands in no shell's
    /// history and in no process list. With --iam: an endpoint, a JDBC IAM URL or an ARN, if there is one.
    string: Option<String>,
    /// Read the string from a file.
    #[arg(long, conflicts_with = "string")]
    file: Option<PathBuf>,
    /// Read the password from a file, for a string that has none.
    #[arg(long)]
    password_file: Option<PathBuf>,
    /// The name the certificate must carry, where it is not the host's.
    #[arg(long, default_value = "")]
    tls_name: String,
    /// A certificate authority to trust in the place of the system's, in PEM.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// With sslmode=require: encrypt without checking who answers.
    #[arg(long)]
    accept_unverified: bool,
    #[command(flatten)]
    iam: iam::IamArgs,
    /// One line of JSON per stage, as it ends.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    reach: Reach,
}

/// A line of output, as far as somebody still reads it: a closed pipe ends no check.
fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Text of others on its way to a terminal: what moves the cursor or turns the reading direction is replaced.
fn plain(text: &str) -> String {
    let is_hidden = |c: char| {
        c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
    };
    text.chars().map(|c| if is_hidden(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

pub async fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let form = match form(args) {
        Ok(form) => form,
        Err(error) if args.json => {
            line(&serde_json::json!({ "message": format!("{error:#}") }).to_string());
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error),
    };
    let check = match check_alone(&args.reach, &form, args.iam.external_id())? {
        Ok(check) => check,
        Err(fault) => {
            let said = faults::fault(&fault);
            if args.json {
                line(&serde_json::json!({ "fault": fault, "message": said }).to_string());
            } else {
                eprintln!("{said}");
            }
            return Ok(ExitCode::from(2));
        }
    };
    if !args.json {
        line(&plain(&check.target.redacted()));
    }
    let journal = Arc::new(Terminal {
        target: Mutex::new(check.target.clone()),
        egress: args.reach.egress_ips.iter().map(|net| net.0.to_string()).collect(),
        is_json: args.json,
        failed: Mutex::new(None),
    });
    check.run(Arc::clone(&journal) as Arc<dyn Journal>).await;
    let failed = *journal.failed.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(failed.map_or(ExitCode::SUCCESS, |stage| ExitCode::from(exit_code(stage))))
}

/// Scripts know these numbers.
fn exit_code(stage: Stage) -> u8 {
    match stage {
        Stage::Read => 10,
        Stage::Address => 11,
        Stage::Tcp => 12,
        Stage::Tls => 13,
        Stage::SignIn => 14,
        Stage::ReadOnly => 15,
        Stage::Database => 16,
        Stage::Tables => 17,
        Stage::Rights => 18,
        Stage::AwsIdentity => 19,
        Stage::AwsEndpoint => 20,
        Stage::Mint => 21,
    }
}

fn form(args: &Args) -> anyhow::Result<ConnectionForm> {
    let read = |path: &PathBuf| std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()));
    let string = match (&args.file, args.string.as_deref()) {
        (Some(path), _) => read(path)?,
        (None, Some(string)) if string != "-" => string.to_owned(),
        (None, None) if args.iam.is_wanted("") => String::new(),
        _ => {
            if std::io::stdin().is_terminal() {
                eprintln!("Type the connection string, then Enter and Ctrl-D:");
            }
            let mut string = String::new();
            std::io::stdin().read_to_string(&mut string).context("reading standard input")?;
            string
        }
    };
    let without_end = |text: String| text.trim_end_matches(['\n', '\r']).to_owned();
    let is_iam = args.iam.is_wanted(&string);
    let form = ConnectionForm {
        // Some editors put a mark in front of a text.
        connection_string: Secret::new(string.trim_start_matches('\u{feff}').trim()),
        password: Secret::new(args.password_file.as_ref().map(read).transpose()?.map(without_end).unwrap_or_default()),
        tls_name: args.tls_name.clone(),
        ca_certificate: args.ca_file.as_ref().map(read).transpose()?.unwrap_or_default(),
        accept_unverified: args.accept_unverified,
        ..ConnectionForm::default()
    };
    Ok(if is_iam { args.iam.form(&string, form) } else { form })
}

/// Prints each stage as it ends.
struct Terminal {
    target: Mutex<Target>,
    egress: Vec<String>,
    is_json: bool,
    failed: Mutex<Option<Stage>>,
}

impl Terminal {
    fn print(&self, stage: &StageView) {
        let mark = match stage.state {
            StageState::Passed => "ok",
            StageState::Warned => "warning",
            StageState::Failed => "FAILED",
            StageState::NotRun => "not run",
            StageState::Running | StageState::Waiting => "…",
        };
        let took = stage.duration_us.map(duration).unwrap_or_default();
        line(&format!("{mark:>8}  {:<24} {took}", checks::stage(stage.stage)));
        let target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
        for finding in &stage.findings {
            let hint = hint(finding, Around { target: &target, egress: &self.egress });
            line(&format!("          {}", plain(&hint.sentence)));
            for step in &hint.steps {
                match step {
                    Step::Do(text) => line(&format!("            - {}", plain(text))),
                    Step::Copy(label, text) => {
                        line(&format!("            {label}:"));
                        text.lines().for_each(|part| line(&format!("              {}", plain(part))));
                    }
                }
            }
        }
    }
}

#[async_trait]
impl Journal for Terminal {
    async fn stage(&self, stage: &StageView) {
        // Stages that wait or were not reached say nothing; one that takes its time says what it waits for.
        let is_silent = matches!(stage.state, StageState::Running | StageState::Waiting) && stage.findings.is_empty();
        if stage.state == StageState::Failed {
            *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(stage.stage);
        }
        if self.is_json && !is_silent {
            line(&serde_json::to_string(stage).unwrap_or_default());
        } else if !is_silent {
            self.print(stage);
        }
    }

    async fn alive(&self) {}

    async fn found(&self, target: &Target, _: &str) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = target.clone();
    }

    async fn end(&self, outcome: CheckOutcome, duration_us: i64) {
        if self.is_json {
            line(&serde_json::json!({ "outcome": outcome, "duration_us": duration_us }).to_string());
        }
    }
}
