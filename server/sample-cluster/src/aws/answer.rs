//! Answers and errors, in the shape of each service (its model in botocore).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Protocol {
    Sts,
    Redshift,
    Json,
}

impl Protocol {
    fn namespace(self) -> &'static str {
        match self {
            Self::Sts => "https://sts.amazonaws.com/doc/2011-06-15/",
            _ => "http://redshift.amazonaws.com/doc/2012-12-01/",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Refusal {
    pub status: u16,
    pub code: String,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, code: &str, message: &str) -> Self {
        Self { status, code: code.to_owned(), message: message.to_owned() }
    }

    pub fn denied(message: String) -> Self {
        Self { status: 403, code: "AccessDenied".to_owned(), message }
    }

    pub(super) fn answer(&self, protocol: Protocol) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let Self { code, message, .. } = self;
        if protocol == Protocol::Json {
            // Services of this protocol say AccessDeniedException.
            let code = if code == "AccessDenied" { "AccessDeniedException" } else { code };
            return typed(status, JSON, json!({ "__type": code, "message": message }).to_string());
        }
        let body = format!(
            "<ErrorResponse xmlns=\"{}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error>\
             <RequestId>{}</RequestId></ErrorResponse>",
            protocol.namespace(),
            escaped(code),
            escaped(message),
            request_id()
        );
        typed(status, XML, body)
    }
}

const XML: &str = "text/xml";
const JSON: &str = "application/x-amz-json-1.1";

/// The result of an operation of the Query protocol; `inner` is XML.
pub(super) fn xml(protocol: Protocol, operation: &str, inner: &str) -> Response {
    let body = format!(
        "<{operation}Response xmlns=\"{}\"><{operation}Result>{inner}</{operation}Result><ResponseMetadata>\
         <RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        protocol.namespace(),
        request_id()
    );
    typed(StatusCode::OK, XML, body)
}

pub(super) fn json_body(value: &serde_json::Value) -> Response {
    typed(StatusCode::OK, JSON, value.to_string())
}

/// Elements with text in them.
pub(super) fn elements(pairs: &[(&str, &str)]) -> String {
    pairs.iter().map(|(name, text)| format!("<{name}>{}</{name}>", escaped(text))).collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn request_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn typed(status: StatusCode, kind: &'static str, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static(kind))], body).into_response()
}
