//! A reader of Rust source that knows just enough to tell code, comments and texts apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().expect("the workspace").to_owned()
}

/// Every file of the workspace with this ending, without build output and installed packages.
pub(crate) fn files(extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                let foreign = ["target", "node_modules", "vendor", "__pycache__"];
                if !name.starts_with('.') && !foreign.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// One Rust file, taken apart.
pub(crate) struct Source {
    /// Path from the root of the workspace.
    pub(crate) name: String,
    /// The lines as they are.
    pub(crate) lines: Vec<String>,
    /// The lines with comments and the insides of texts replaced by blanks.
    pub(crate) code: Vec<String>,
    /// Comments that are not documentation: line number from 1 and text.
    pub(crate) comments: Vec<(usize, String)>,
    /// Texts: the line number of their start, and their content.
    pub(crate) texts: Vec<(usize, String)>,
}

impl Source {
    /// Every Rust file of the workspace.
    pub(crate) fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Source>> =
            LazyLock::new(|| files("rs").iter().map(|path| Source::read(path)).collect());
        &ALL
    }

    /// Files of one crate or folder.
    pub(crate) fn within(folder: &str) -> impl Iterator<Item = &'static Self> {
        Self::all().iter().filter(move |source| source.name.starts_with(folder))
    }

    /// Whether it holds tests only.
    pub(crate) fn is_test(&self) -> bool {
        self.name.starts_with("tests/")
            || self.name.contains("/tests/")
            || self.name.ends_with("/tests.rs")
    }

    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path).expect("a readable source");
        let name = path.strip_prefix(root()).unwrap_or(path).display().to_string();
        Self::parse(name, &text)
    }

    pub(crate) fn parse(name: String, text: &str) -> Self {
        let mut scanner = Scanner::new(text);
        scanner.run();
        Self {
            name,
            lines: text.lines().map(str::to_owned).collect(),
            code: scanner.code.lines().map(str::to_owned).collect(),
            comments: scanner.comments,
            texts: scanner.texts,
        }
    }

    /// Functions with a body: line of the `fn`, name, number of lines to the closing brace.
    pub(crate) fn functions(&self) -> Vec<(usize, String, usize)> {
        let code = self.code.join("\n");
        let mut found = Vec::new();
        for (start, _) in code.match_indices("fn ") {
            let before = code[..start].chars().next_back();
            let name: String = code[start + 3..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_') || name.is_empty() {
                continue;
            }
            if let Some(end) = end_of_body(&code, start) {
                let line = code[..start].matches('\n').count() + 1;
                found.push((line, name, code[start..end].matches('\n').count() + 1));
            }
        }
        found
    }
}

/// The end of the block that follows; `None` for a declaration without a body.
fn end_of_body(code: &str, start: usize) -> Option<usize> {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (offset, c) in code[start..].char_indices() {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            ';' if round == 0 && curly == 0 => return None,
            '{' => curly += 1,
            '}' => {
                curly -= 1;
                if curly <= 0 {
                    return Some(start + offset);
                }
            }
            _ => {}
        }
    }
    None
}

struct Scanner<'a> {
    rest: std::str::Chars<'a>,
    line: usize,
    code: String,
    comments: Vec<(usize, String)>,
    texts: Vec<(usize, String)>,
}

impl<'a> Scanner<'a> {
    fn new(text: &'a str) -> Self {
        let rest = text.chars();
        Self { rest, line: 1, code: String::new(), comments: vec![], texts: vec![] }
    }

    fn run(&mut self) {
        while let Some(c) = self.rest.clone().next() {
            let ahead = self.rest.as_str();
            if ahead.starts_with("//") {
                self.line_comment();
            } else if ahead.starts_with("/*") {
                self.block_comment();
            } else if c == '"' {
                self.keep();
                self.text(0, true);
            } else if let Some(hashes) = raw_text(ahead, &self.code) {
                (0..hashes + 2).for_each(|_| self.keep());
                self.text(hashes, false);
            } else if c == '\'' {
                self.quote();
            } else {
                self.keep();
            }
        }
    }

    /// Takes one character as code.
    fn keep(&mut self) {
        if let Some(c) = self.rest.next() {
            self.code.push(c);
            self.line += usize::from(c == '\n');
        }
    }

    /// Takes one character and leaves a blank in the code.
    fn hide(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.code.push(if c == '\n' { '\n' } else { ' ' });
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn line_comment(&mut self) {
        let (line, mut text) = (self.line, String::new());
        while !self.rest.as_str().is_empty() && !self.rest.as_str().starts_with('\n') {
            text.extend(self.hide());
        }
        let documentation = text.starts_with("///") || text.starts_with("//!");
        if !documentation {
            self.comments.push((line, text.trim_start_matches('/').trim().to_owned()));
        }
    }

    fn block_comment(&mut self) {
        let (line, mut text) = (self.line, String::new());
        while !text.ends_with("*/") {
            match self.hide() {
                Some(c) => text.push(c),
                None => break,
            }
        }
        self.comments.push((line, text));
    }

    fn text(&mut self, hashes: usize, escapes: bool) {
        let (line, mut text) = (self.line, String::new());
        let end = format!("\"{}", "#".repeat(hashes));
        while !self.rest.as_str().starts_with(&end) {
            match self.hide() {
                Some('\\') if escapes => {
                    text.push('\\');
                    text.extend(self.hide());
                }
                Some(c) => text.push(c),
                None => return,
            }
        }
        (0..=hashes).for_each(|_| self.keep());
        self.texts.push((line, text));
    }

    /// A character such as `'{'`, or the quote of a lifetime.
    fn quote(&mut self) {
        self.keep();
        let ahead: Vec<char> = self.rest.clone().take(12).collect();
        let length = match ahead.first() {
            Some('\\') => ahead.iter().skip(2).position(|c| *c == '\'').map(|end| end + 2),
            _ => (ahead.get(1) == Some(&'\'')).then_some(1),
        };
        if let Some(length) = length {
            for _ in 0..length {
                self.hide();
            }
            self.keep();
        }
    }
}

/// The number of hashes if a raw text starts here: `r"`, `r#"`, `br"`.
fn raw_text(ahead: &str, code: &str) -> Option<usize> {
    let after = ahead.strip_prefix('r')?;
    let inside_word =
        code.chars().next_back().is_some_and(|c| (c.is_alphanumeric() && c != 'b') || c == '_');
    let hashes = after.chars().take_while(|c| *c == '#').count();
    (!inside_word && after[hashes..].starts_with('"')).then_some(hashes)
}

#[test]
fn the_reader_tells_code_from_comments_and_texts() {
    let text = "fn a() { // let b = 1;\n  let c = \"fn d() {\"; let e = '{'; /* } */\n}\n\
                fn f<'a>(g: &'a str);\nfn h() -> [u8; 2] { r#\"} \"#; [0; 2] }\n";
    let source = Source::parse("x.rs".to_owned(), text);
    assert_eq!(source.functions(), [(1, "a".to_owned(), 3), (5, "h".to_owned(), 1)]);
    assert_eq!(source.comments[0], (1, "let b = 1;".to_owned()));
    assert_eq!(source.texts[0], (2, "fn d() {".to_owned()));
}
