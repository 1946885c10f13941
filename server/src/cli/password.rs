//! Asks for a password: from a terminal without showing it, from standard input, or from a file.
//!
//! Absent on purpose: passwords as arguments, which every process of the machine could read.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use billfold_app::access::Secret;
use nix::sys::termios::{LocalFlags, SetArg, tcgetattr, tcsetattr};

/// The first line of the file; without one, of standard input.
pub(super) fn read(file: Option<&Path>) -> io::Result<Secret> {
    let text = match file {
        Some(path) => fs::read_to_string(path)?,
        None if io::stdin().is_terminal() => return ask_twice(),
        None => line()?,
    };
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

fn ask_twice() -> io::Result<Secret> {
    let first = ask("password: ")?;
    if ask("once more: ")? == first {
        Ok(Secret::new(first))
    } else {
        Err(io::Error::other("the two passwords differ"))
    }
}

fn ask(prompt: &str) -> io::Result<String> {
    let mut terminal = io::stderr();
    terminal.write_all(prompt.as_bytes())?;
    let stdin = io::stdin();
    let shown = tcgetattr(&stdin)?;
    let mut hidden = shown.clone();
    hidden.local_flags.remove(LocalFlags::ECHO);
    tcsetattr(&stdin, SetArg::TCSANOW, &hidden)?;
    let typed = line();
    // Shown again whatever was typed; the terminal outlives this program.
    tcsetattr(&stdin, SetArg::TCSANOW, &shown)?;
    terminal.write_all(b"\n")?;
    typed
}

fn line() -> io::Result<String> {
    let mut text = String::new();
    io::stdin().lock().read_line(&mut text)?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}
