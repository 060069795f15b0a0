//! What is wrong with a connection string, and what was noticed in one. None of it quotes the string.

use contract::connection_string::{Notice, Part, StringFault};

pub fn part(part: Part) -> &'static str {
    match part {
        Part::Host => "host",
        Part::User => "database user",
        Part::Password => "password",
        Part::Database => "database name",
        Part::Options => "options",
    }
}

pub fn fault(fault: &StringFault) -> String {
    match fault {
        StringFault::Empty => "Paste a connection string, a JDBC URL or an endpoint.".into(),
        StringFault::TooLong => "The string is longer than 16 KiB. Paste the connection string only.".into(),
        StringFault::ControlCharacter => {
            "There is a line break or another control character in the string. Paste it as one line.".into()
        }
        StringFault::Scheme => {
            "The beginning is not one that Redshift has. Start with postgresql://, redshift:// or jdbc:redshift://, \
             or paste the endpoint alone."
                .into()
        }
        StringFault::IamString => {
            "This is a string for AWS IAM sign-in. Choose AWS IAM above and paste it there.".into()
        }
        StringFault::Missing { part: Part::Host } => {
            "The host is missing. Copy the endpoint from the AWS console into the string.".into()
        }
        StringFault::Missing { part } => {
            format!("The {0} is missing. Add it to the string, or type it in its own field below.", self::part(*part))
        }
        StringFault::Invalid { part } => format!("The {} cannot be read. Check its spelling.", self::part(*part)),
        StringFault::PercentEncoding { part } => format!(
            "There is a % in the {} that does not start an escape such as %40. Write a % itself as %25.",
            self::part(*part)
        ),
        StringFault::EncodePassword => {
            "The password seems to hold a / or a #. Percent-encode it (/ as %2F, # as %23), or take it out of the \
             string and type it in its own field below."
                .into()
        }
        StringFault::ManyHosts => "There is more than one host. Flitch connects to one.".into(),
        StringFault::Socket => "The host is a Unix socket. Redshift is reached by its endpoint's name.".into(),
        StringFault::Port => {
            "The port is not a number from 1 to 65535. If the password holds a : or a ?, percent-encode it.".into()
        }
        StringFault::OptionRefused { option } => format!(
            "The option “{}” is not taken: it would change where or how Flitch connects. Remove it.",
            option.as_str()
        ),
        StringFault::OptionUnknown => {
            "There is an option that Flitch does not know. Remove it; if it is a part of the password, percent-encode \
             & as %26."
                .into()
        }
        StringFault::GivenTwice { part: Part::Options } => "An option is given twice. Leave one.".into(),
        StringFault::GivenTwice { part } => format!("The {} is given twice. Leave one.", self::part(*part)),
        StringFault::TlsModeWeak => {
            "This sslmode allows clear text. Use sslmode=verify-full, or leave it out for the same.".into()
        }
        StringFault::TlsModeUnknown => {
            "This sslmode is unknown. Use verify-full, verify-ca or require, or leave it out for verify-full.".into()
        }
    }
}

pub fn notice(notice: Notice) -> &'static str {
    match notice {
        Notice::DefaultPort => "No port was given; 5439 is Redshift's.",
        Notice::OptionsDropped => "Time-outs, keep-alives and application names are left out; Flitch has its own.",
        Notice::RequireRaised => "sslmode=require is raised to verify-full, so that the server proves who it is.",
    }
}
