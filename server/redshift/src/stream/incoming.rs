//! What the peer sends: checked message by message, and handed to the driver clean.

mod rows;

use bytes::BytesMut;
use secrecy::{ExposeSecret, SecretString};
use tokio::io::ReadBuf;

use super::frame::{self, Body, Frame};
use super::outgoing::Outgoing;
use super::report::{AuthRequest, Report};
use super::{WireFault, digest, limits};
use crate::clean::clean;

/// The OID of `text`, under which every column reaches the driver.
const TEXT_OID: u32 = 25;

/// Clean bytes beyond this wait until the driver has read.
const CLEAN_ENOUGH: usize = 64 * 1024;

pub(super) struct Incoming {
    password: SecretString,
    may_send_clear: bool,
    /// Bytes since the last request was answered that were no part of the answer.
    chatter: usize,
    clean: BytesMut,
    is_ready: bool,
    startup_bytes: usize,
    parameters: usize,
    startup_notices: usize,
    /// Columns of the result under way; `None` outside one.
    columns: Option<usize>,
}

impl Incoming {
    pub fn new(password: SecretString, may_send_clear: bool) -> Self {
        Self {
            password,
            may_send_clear,
            chatter: 0,
            clean: BytesMut::new(),
            is_ready: false,
            startup_bytes: 0,
            parameters: 0,
            startup_notices: 0,
            columns: None,
        }
    }

    pub fn has_clean(&self) -> bool {
        !self.clean.is_empty()
    }

    pub fn read_clean(&mut self, out: &mut ReadBuf<'_>) {
        let count = out.remaining().min(self.clean.len());
        out.put_slice(&self.clean.split_to(count));
    }

    /// Works through the whole messages in the inbox.
    pub fn take(&mut self, inbox: &mut BytesMut, out: &mut Outgoing, report: &Report) -> Result<(), WireFault> {
        while self.clean.len() < CLEAN_ENOUGH && !report.is_sink_full() {
            let cap = if self.is_ready { limits::MESSAGE } else { limits::STARTUP };
            let Some(frame) = frame::take(inbox, cap)? else {
                return Ok(());
            };
            if !self.is_ready {
                self.startup_bytes += frame.body.len() + 5;
                if self.startup_bytes > limits::STARTUP {
                    return Err(WireFault::StartupTooLarge);
                }
            }
            self.judge(&frame, out, report)?;
        }
        Ok(())
    }

    fn judge(&mut self, frame: &Frame, out: &mut Outgoing, report: &Report) -> Result<(), WireFault> {
        if self.is_ready && matches!(frame.tag, b'N' | b'S' | b'A') {
            self.chatter += frame.body.len();
            if self.chatter > limits::CHATTER {
                return Err(WireFault::TooManyNotices);
            }
        }
        match frame.tag {
            b'D' => self.data_row(frame, report),
            b'R' if !self.is_ready => self.auth(frame, out, report),
            b'S' => self.parameter(frame, report),
            b'K' if !self.is_ready => self.backend_key(frame, report),
            b'Z' => self.ready(frame, out, report),
            b'T' => self.row_description(frame, report),
            b't' => self.parameter_description(frame),
            b'E' => self.error(frame),
            b'N' => self.notice(frame, report),
            b'C' | b'I' if self.is_ready => {
                if !out.count_result() {
                    return Err(WireFault::Unexpected);
                }
                self.columns = None;
                self.pass(frame);
                Ok(())
            }
            b'1' | b'2' | b'3' | b'n' if self.is_ready => {
                self.pass(frame);
                Ok(())
            }
            // Nothing listens for notifications.
            b'A' => Ok(()),
            // COPY in any direction, a suspended portal, and whatever else has no place in reading rows.
            _ => Err(WireFault::Unexpected),
        }
    }

    fn pass(&mut self, frame: &Frame) {
        frame::put(&mut self.clean, frame.tag, &frame.body);
    }

    fn auth(&mut self, frame: &Frame, out: &mut Outgoing, report: &Report) -> Result<(), WireFault> {
        let mut body = Body(&frame.body);
        match body.i32()? {
            0 => report.set_signed_in(),
            3 if !self.may_send_clear => return Err(WireFault::ClearTextUnverified),
            3 => report.set_auth(AuthRequest::ClearText),
            5 => report.set_auth(AuthRequest::Md5),
            10 | 12 => report.set_auth(AuthRequest::Scram),
            11 => refuse_many_rounds(body.0)?,
            13 => {
                report.set_auth(AuthRequest::Sha256);
                let nonce = std::time::SystemTime::now()
                    .duration_since(std::time::UNIX_EPOCH)
                    .map_or(0, |since| since.as_millis())
                    .to_string();
                let answer = digest::answer(&mut body, self.password.expose_secret(), nonce.as_bytes())?;
                out.push_own(digest::TAG, &answer);
                return Ok(());
            }
            request => {
                return Err(WireFault::SignInUnsupported { request: request.unsigned_abs() });
            }
        }
        self.pass(frame);
        Ok(())
    }

    fn parameter(&mut self, frame: &Frame, report: &Report) -> Result<(), WireFault> {
        if !self.is_ready {
            self.parameters += 1;
            if self.parameters > limits::PARAMETERS || frame.body.len() > limits::PARAMETER {
                return Err(WireFault::StartupTooLarge);
            }
            let mut body = Body(&frame.body);
            let name = clean(body.text()?, limits::PARAMETER);
            let value = clean(body.text()?, limits::PARAMETER);
            report.push_parameter(name.clone(), value.clone());
            // Rewritten, so that the driver's strict UTF-8 reading cannot fail on it.
            let mut clean = name.into_bytes();
            clean.push(0);
            clean.extend_from_slice(value.as_bytes());
            clean.push(0);
            frame::put(&mut self.clean, b'S', &clean);
        }
        // A change in mid-session concerns nothing that Flitch reads, and the driver would keep every new name.
        Ok(())
    }

    fn backend_key(&mut self, frame: &Frame, report: &Report) -> Result<(), WireFault> {
        let mut body = Body(&frame.body);
        report.set_backend(body.i32()?, body.i32()?);
        if !body.is_empty() {
            return Err(WireFault::Malformed);
        }
        self.pass(frame);
        Ok(())
    }

    fn ready(&mut self, frame: &Frame, out: &mut Outgoing, report: &Report) -> Result<(), WireFault> {
        let [status] = frame.body.as_ref() else {
            return Err(WireFault::Malformed);
        };
        report.set_in_transaction(*status != b'I');
        if self.is_ready {
            out.count_ready();
        }
        self.chatter = 0;
        self.is_ready = true;
        self.columns = None;
        self.pass(frame);
        Ok(())
    }

    /// Hands an error on with its fields cleaned and cut.
    fn error(&mut self, frame: &Frame) -> Result<(), WireFault> {
        self.columns = None;
        if frame.body.len() > limits::ERROR {
            return Err(WireFault::TooLarge);
        }
        let mut body = Body(&frame.body);
        let mut fields = Vec::new();
        loop {
            let kind = body.u8()?;
            if kind == 0 {
                break;
            }
            fields.push(kind);
            fields.extend_from_slice(clean(body.text()?, limits::ERROR_FIELD).as_bytes());
            fields.push(0);
        }
        fields.push(0);
        frame::put(&mut self.clean, b'E', &fields);
        Ok(())
    }

    /// Notices stay here: the driver would log each one.
    fn notice(&mut self, frame: &Frame, report: &Report) -> Result<(), WireFault> {
        if !self.is_ready {
            self.startup_notices += 1;
            if self.startup_notices > limits::STARTUP_NOTICES {
                return Err(WireFault::StartupTooLarge);
            }
        }
        let mut body = Body(&frame.body);
        while let Ok(kind) = body.u8()
            && kind != 0
        {
            let text = body.text()?;
            if kind == b'M' {
                report.push_notice(clean(text, limits::NOTICE), limits::NOTICES);
            }
        }
        Ok(())
    }
}

/// SCRAM's server-first message is `r=…,s=…,i=rounds`.
fn refuse_many_rounds(message: &[u8]) -> Result<(), WireFault> {
    let rounds = message
        .split(|b| *b == b',')
        .find_map(|part| part.strip_prefix(b"i="))
        .and_then(|rounds| std::str::from_utf8(rounds).ok())
        .and_then(|rounds| rounds.parse::<u32>().ok());
    match rounds {
        Some(rounds) if rounds <= limits::SCRAM_ROUNDS => Ok(()),
        _ => Err(WireFault::SignInMalformed),
    }
}
