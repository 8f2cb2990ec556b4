//! Reading the settings, and refusing what is wrong with them by name.

use std::env;
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, CommandFactory, Parser};

use super::Arguments;

/// How the variables of this program begin.
const PREFIX: &str = "JIXIAO_";

/// Variables that Kubernetes sets for every container beside a service named `jixiao`.
const NOT_OURS: [&str; 2] = ["JIXIAO_SERVICE_", "JIXIAO_PORT"];

/// Reads flags and environment variables.
///
/// # Errors
/// With the exit code where the program is to end at once: help was asked for, or a setting is wrong.
pub(super) fn read() -> Result<Arguments, ExitCode> {
    let mut command = Arguments::command();
    command.build();
    if let Some(name) = unknown_variable(&command) {
        eprintln!("没有名为 {name} 的设置；jixiao --help 列出所有设置");
        eprintln!("there is no setting {name}; jixiao --help lists all settings");
        return Err(ExitCode::from(2));
    }
    Arguments::try_parse().map_err(|error| {
        // Where even the terminal is gone there is nobody to tell.
        let _ = error.print();
        if let Some(variable) = variable_of(&command, &error) {
            eprintln!("环境变量 {variable}\nenvironment variable {variable}");
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// A variable that looks like ours, but that no command knows: misspelt, it would be ignored without a word.
fn unknown_variable(command: &Command) -> Option<String> {
    let known: Vec<_> = arguments(command).into_iter().filter_map(Arg::get_env).collect();
    let ours = |name: &str| name.starts_with(PREFIX) && !NOT_OURS.iter().any(|other| name.starts_with(other));
    env::vars_os()
        .map(|(name, _)| name)
        .find(|name| name.to_str().is_some_and(ours) && !known.contains(&name.as_os_str()))
        .map(|name| name.to_string_lossy().into_owned())
}

/// The variable by which the argument can be set that an error is about.
fn variable_of(command: &Command, error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(named)) = error.get(ContextKind::InvalidArg) else { return None };
    let argument = arguments(command).into_iter().find(|argument| argument.to_string() == *named)?;
    Some(argument.get_env()?.to_string_lossy().into_owned())
}

fn arguments(command: &Command) -> Vec<&Arg> {
    command.get_arguments().chain(command.get_subcommands().flat_map(arguments)).collect()
}
