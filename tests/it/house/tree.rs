//! Reads Rust sources into arrows: which file names something that is defined in which other.
//!
//! What a path is about is found as the compiler would: through `crate`, `self`, `super`, child modules, imports,
//! re-exports, renames and globs, to the file that holds the definition. Where it ends in something that only a macro
//! makes, the file of the deepest module on the way stands for it. Code under `#[cfg(test)]` draws no arrows.

use std::collections::{BTreeMap, BTreeSet};

use syn::parse::{Parse, ParseStream};

/// The name by which the programs import the library.
const LIBRARY: &str = "narrows_core";

/// The sources, by their path below the folder they are in.
pub(crate) type Sources = BTreeMap<String, String>;

/// From which file to which, and the paths that say so.
pub(crate) type Arrows = BTreeMap<(String, String), BTreeSet<String>>;

/// What the sources say of themselves.
pub(crate) struct Tree {
    modules: Vec<Module>,
    uses: Vec<Use>,
    paths: Vec<Said>,
    /// Which file imports from which.
    pub(crate) arrows: Arrows,
    /// Every word of every file, tests included.
    pub(crate) words: BTreeMap<String, BTreeSet<String>>,
    /// Files that no module is, modules that have no file, and files that are no Rust.
    pub(crate) strays: Vec<String>,
}

struct Module {
    file: String,
    /// The folder its child modules are in, with a `/` after it where it has a name.
    folder: String,
    parent: Option<usize>,
    root: usize,
    children: BTreeMap<String, usize>,
    defined: BTreeSet<String>,
    uses: Vec<usize>,
}

struct Use {
    module: usize,
    path: Vec<String>,
    /// The name it binds; none where it is a glob.
    name: Option<String>,
    public: bool,
    /// Inside a function, so seen by that alone.
    local: bool,
}

/// A path in an expression, a type, an attribute or a macro's body.
struct Said {
    module: usize,
    path: Vec<String>,
}

/// What a path leads to.
#[derive(Clone, PartialEq)]
enum Target {
    Module(usize),
    /// Something that this file defines.
    Item(String),
    /// Something of another crate.
    Outside,
}

#[derive(PartialEq)]
enum Token {
    Word(String),
    Sign(char),
    Literal(String),
    Group(char, Vec<Token>),
}

struct Tokens(Vec<Token>);

impl Parse for Tokens {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let mut tokens = Vec::new();
        while !input.is_empty() {
            let inside;
            let open = if input.peek(syn::token::Brace) {
                syn::braced!(inside in input);
                '{'
            } else if input.peek(syn::token::Bracket) {
                syn::bracketed!(inside in input);
                '['
            } else if input.peek(syn::token::Paren) {
                syn::parenthesized!(inside in input);
                '('
            } else {
                tokens.push(input.step(|cursor| {
                    if let Some((word, rest)) = cursor.ident() {
                        let word = word.to_string();
                        let plain = word.strip_prefix("r#").unwrap_or(&word);
                        Ok((Token::Word(plain.to_owned()), rest))
                    } else if let Some((_, rest)) = cursor.lifetime() {
                        Ok((Token::Sign('\''), rest))
                    } else if let Some((sign, rest)) = cursor.punct() {
                        Ok((Token::Sign(sign.as_char()), rest))
                    } else if let Some((literal, rest)) = cursor.literal() {
                        Ok((Token::Literal(literal.to_string()), rest))
                    } else {
                        Err(cursor.error("a token of a kind that Rust has not"))
                    }
                })?);
                continue;
            };
            tokens.push(Token::Group(open, Tokens::parse(&inside)?.0));
        }
        Ok(Self(tokens))
    }
}

impl Token {
    fn word(&self) -> Option<&str> {
        match self {
            Self::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is(&self, word: &str) -> bool {
        self.word() == Some(word)
    }
}

impl Tree {
    /// Reads every module below `lib.rs` and `main.rs`.
    pub(crate) fn read(sources: &Sources) -> Self {
        let mut tree = Self {
            modules: Vec::new(),
            uses: Vec::new(),
            paths: Vec::new(),
            arrows: Arrows::new(),
            words: BTreeMap::new(),
            strays: Vec::new(),
        };
        for root in ["lib.rs", "main.rs"] {
            if sources.contains_key(root) {
                tree.file(sources, root, String::new(), None, false);
            }
        }
        for file in sources.keys() {
            if !tree.words.contains_key(file) && file != "build.rs" {
                tree.strays
                    .push(format!("{file} belongs to no module, so nobody reads it"));
            }
        }
        tree.draw();
        tree
    }

    fn file(
        &mut self,
        sources: &Sources,
        file: &str,
        folder: String,
        parent: Option<usize>,
        test: bool,
    ) -> usize {
        let module = self.module(file, folder, parent);
        let tokens = match syn::parse_str::<Tokens>(&sources[file]) {
            Ok(tokens) => tokens.0,
            Err(error) => {
                self.strays.push(format!("{file} is not Rust: {error}"));
                Vec::new()
            }
        };
        let words = self.words.entry(file.to_owned()).or_default();
        every_word(&tokens, words);
        self.scan(sources, module, &tokens, true, test);
        module
    }

    fn module(&mut self, file: &str, folder: String, parent: Option<usize>) -> usize {
        let id = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            folder,
            parent,
            root: parent.map_or(id, |parent| self.modules[parent].root),
            children: BTreeMap::new(),
            defined: BTreeSet::new(),
            uses: Vec::new(),
        });
        id
    }

    /// Notes what a module defines, imports and names. `top` is false inside of a body.
    fn scan(&mut self, sources: &Sources, module: usize, tokens: &[Token], top: bool, test: bool) {
        let mut at = 0;
        let mut only_test = test;
        while at < tokens.len() {
            let rest = &tokens[at..];
            at += match rest {
                [Token::Sign('#'), Token::Group('[', inside), ..] => {
                    only_test |= for_test_alone(inside);
                    if !only_test {
                        self.attribute(module, inside);
                    }
                    2
                }
                [
                    Token::Sign('#'),
                    Token::Sign('!'),
                    Token::Group('[', inside),
                    ..,
                ] => {
                    if for_test_alone(inside) {
                        return self.scan(sources, module, &rest[3..], top, true);
                    }
                    self.attribute(module, inside);
                    3
                }
                [Token::Word(word), Token::Word(name), then, ..] if word == "mod" => {
                    self.child(sources, module, name, then, only_test);
                    only_test = test;
                    3
                }
                // Of what is compiled for tests alone, only its modules are looked for.
                [Token::Word(word), ..] if only_test && !test && word != "pub" => {
                    only_test = test;
                    end_of_item(rest)
                }
                [Token::Word(word), ..] if word == "pub" => {
                    1 + usize::from(rest.get(1).is_some_and(how_public))
                }
                [Token::Group('{', _), ..] if only_test && !test => {
                    only_test = test;
                    1
                }
                _ if only_test => 1,
                [Token::Word(word), after, ..] if word == "use" && *after != Token::Sign('<') => {
                    self.import(module, &tokens[..at], &rest[1..], top)
                }
                [
                    Token::Word(word),
                    Token::Sign('!'),
                    Token::Word(name),
                    Token::Group(_, inside),
                    ..,
                ] if word == "macro_rules" => {
                    self.modules[module].defined.insert(name.clone());
                    self.scan(sources, module, inside, false, test);
                    4
                }
                [Token::Word(word), Token::Word(name), ..] if top && DEFINES.contains(&&**word) => {
                    // Of `const fn name` and `static mut NAME` the last word is the name.
                    let name_follows = DEFINES.contains(&&**name);
                    if !name_follows {
                        self.modules[module].defined.insert(name.clone());
                    }
                    2 - usize::from(name_follows)
                }
                [Token::Word(_), ..] => {
                    let (path, length) = path(rest);
                    let before = &tokens[..at];
                    let field = matches!(before, [.., Token::Sign('.')])
                        && !matches!(before, [.., Token::Sign('.'), Token::Sign('.')]);
                    let behind = matches!(before, [.., Token::Sign(':'), Token::Sign(':')]);
                    if !field && (!behind || path[0] == LIBRARY) {
                        self.paths.push(Said { module, path });
                    }
                    length
                }
                [Token::Group(_, inside), ..] => {
                    self.scan(sources, module, inside, false, test);
                    1
                }
                _ => 1,
            };
        }
    }

    /// A module inside of another: a file of its own, or what is between its braces.
    fn child(&mut self, sources: &Sources, module: usize, name: &str, body: &Token, test: bool) {
        if let Token::Group(_, inside) = body {
            let folder = format!("{}{name}/", self.modules[module].folder);
            let file = self.modules[module].file.clone();
            let child = self.module(&file, folder, Some(module));
            self.scan(sources, child, inside, true, test);
            self.modules[module].children.insert(name.to_owned(), child);
            return;
        }
        let folder = &self.modules[module].folder;
        let (plain, inner) = (
            format!("{folder}{name}.rs"),
            format!("{folder}{name}/mod.rs"),
        );
        let below = format!("{folder}{name}/");
        let Some(file) = [plain, inner]
            .into_iter()
            .find(|file| sources.contains_key(file))
        else {
            let file = &self.modules[module].file;
            self.strays
                .push(format!("{file} declares `mod {name};`, which has no file"));
            return;
        };
        let child = self.file(sources, &file, below, Some(module), test);
        self.modules[module].children.insert(name.to_owned(), child);
    }

    /// Notes an import, and says how many tokens it takes.
    fn import(&mut self, module: usize, before: &[Token], behind: &[Token], top: bool) -> usize {
        let end = behind.iter().position(|one| *one == Token::Sign(';'));
        let end = end.unwrap_or(behind.len());
        let public = match before {
            [.., Token::Word(word), Token::Group('(', _)] | [.., Token::Word(word)] => {
                word == "pub"
            }
            _ => false,
        };
        let mut found = Vec::new();
        imports(&behind[..end], &[], &mut found);
        for (path, name) in found {
            self.modules[module].uses.push(self.uses.len());
            self.uses.push(Use {
                module,
                path,
                name,
                public,
                local: !top,
            });
        }
        end + 2
    }

    /// An attribute names things as code does, and also in strings, as `#[serde(with = "…")]`.
    fn attribute(&mut self, module: usize, tokens: &[Token]) {
        if tokens.first().is_some_and(|first| first.is("doc")) {
            return;
        }
        let mut at = 0;
        while at < tokens.len() {
            at += match &tokens[at] {
                Token::Word(_) => {
                    let (path, length) = path(&tokens[at..]);
                    self.paths.push(Said { module, path });
                    length
                }
                Token::Literal(text) => {
                    let inner = text.trim_matches('"');
                    if let Ok(Tokens(inner)) = syn::parse_str(inner)
                        && matches!(inner.first(), Some(Token::Word(_)))
                    {
                        let (path, _) = path(&inner);
                        self.paths.push(Said { module, path });
                    }
                    1
                }
                Token::Group(_, inside) => {
                    self.attribute(module, inside);
                    1
                }
                Token::Sign(_) => 1,
            };
        }
    }

    fn draw(&mut self) {
        let mut arrows = Arrows::new();
        let mut draw = |from: &Module, to: &str, path: &[String]| {
            if from.file != to {
                let said = arrows.entry((from.file.clone(), to.to_owned()));
                said.or_default().insert(path.join("::"));
            }
        };
        let mut ways = BTreeSet::new();
        for Said { module, path } in &self.paths {
            let from = &self.modules[*module];
            if path.len() == 1 {
                for (glob, target) in self.through_globs(*module, &path[0], true, &mut Vec::new()) {
                    if let Target::Item(file) = target {
                        let mut through = self.uses[glob].path.clone();
                        through.push(path[0].clone());
                        draw(from, &file, &through);
                        ways.insert((&from.file, &self.uses[glob].path[0]));
                    }
                }
                continue;
            }
            ways.insert((&from.file, &path[0]));
            // Behind a name that this module imports by name, the import has said it.
            let imported = from
                .uses
                .iter()
                .any(|id| self.uses[*id].name.as_ref() == Some(&path[0]));
            let head = self.resolve(*module, &path[..1], &mut Vec::new());
            if imported
                && !head
                    .iter()
                    .any(|target| matches!(target, Target::Module(_)))
            {
                continue;
            }
            for target in self.resolve(*module, path, &mut Vec::new()) {
                match target {
                    Target::Item(file) => draw(from, &file, path),
                    Target::Module(other) if path.iter().any(|part| !is_way(part)) => {
                        draw(from, &self.modules[other].file, path);
                    }
                    Target::Module(_) | Target::Outside => {}
                }
            }
        }
        let heads: BTreeSet<_> = self
            .uses
            .iter()
            .map(|one| (&self.modules[one.module].file, &one.path[0]))
            .collect();
        for (id, one) in self.uses.iter().enumerate() {
            let from = &self.modules[one.module];
            for target in self.resolve(one.module, &one.path, &mut vec![id]) {
                match target {
                    Target::Item(file) => draw(from, &file, &one.path),
                    // A module that is imported only to be gone through is on the way to what is named behind it.
                    Target::Module(other) => {
                        let through = match &one.name {
                            _ if one.public => false,
                            Some(name) => {
                                ways.contains(&(&from.file, name))
                                    || heads.contains(&(&from.file, name))
                            }
                            None => true,
                        };
                        if !through {
                            draw(from, &self.modules[other].file, &one.path);
                        }
                    }
                    Target::Outside => {}
                }
            }
        }
        self.arrows = arrows;
    }

    /// What a path leads to, seen from a module. `trail` holds the imports that are being followed already.
    fn resolve(&self, from: usize, path: &[String], trail: &mut Vec<usize>) -> Vec<Target> {
        let mut at = match &*path[0] {
            "crate" => vec![Target::Module(self.modules[from].root)],
            "self" => vec![Target::Module(from)],
            "super" => self.above(from),
            LIBRARY if self.modules[0].file == "lib.rs" => vec![Target::Module(0)],
            name => self.lookup(from, name, true, trail),
        };
        for name in &path[1..] {
            let modules: Vec<_> = at
                .iter()
                .filter_map(|target| match target {
                    Target::Module(module) => Some(*module),
                    _ => None,
                })
                .collect();
            if modules.is_empty() {
                return at;
            }
            at = Vec::new();
            for module in &modules {
                at.extend(match &**name {
                    "self" => vec![Target::Module(*module)],
                    "super" => self.above(*module),
                    name => self.lookup(*module, name, false, trail),
                });
            }
            // What another crate has and this module imported is had from this module.
            let here = Target::Item(self.modules[modules[0]].file.clone());
            if at.is_empty() {
                at.push(here.clone());
            }
            for target in &mut at {
                if *target == Target::Outside {
                    *target = here.clone();
                }
            }
        }
        at
    }

    fn above(&self, module: usize) -> Vec<Target> {
        let parent = self.modules[module].parent;
        parent.map(Target::Module).into_iter().collect()
    }

    fn lookup(
        &self,
        module: usize,
        name: &str,
        inside: bool,
        trail: &mut Vec<usize>,
    ) -> Vec<Target> {
        let here = &self.modules[module];
        let mut found = Vec::new();
        if here.defined.contains(name) {
            found.push(Target::Item(here.file.clone()));
        }
        found.extend(here.children.get(name).map(|child| Target::Module(*child)));
        for id in &here.uses {
            let one = &self.uses[*id];
            if one.name.as_deref() != Some(name) || one.local && !inside || trail.contains(id) {
                continue;
            }
            trail.push(*id);
            let targets = self.resolve(module, &one.path, trail);
            trail.pop();
            if targets.is_empty() {
                found.push(Target::Outside);
            }
            found.extend(targets);
        }
        if found.is_empty() {
            let through = self.through_globs(module, name, inside, trail);
            found.extend(through.into_iter().map(|(_, target)| target));
        }
        found
    }

    /// What a name means by the globs of a module, and by which.
    fn through_globs(
        &self,
        module: usize,
        name: &str,
        inside: bool,
        trail: &mut Vec<usize>,
    ) -> Vec<(usize, Target)> {
        let mut found = Vec::new();
        for id in &self.modules[module].uses {
            let one = &self.uses[*id];
            if one.name.is_some() || one.local && !inside || trail.contains(id) {
                continue;
            }
            trail.push(*id);
            for target in self.resolve(module, &one.path, trail) {
                if let Target::Module(other) = target {
                    let there = self.lookup(other, name, false, trail);
                    found.extend(there.into_iter().map(|target| (*id, target)));
                }
            }
            trail.pop();
        }
        found
    }
}

/// Words that stand before the name of what is defined, or before another of them.
const DEFINES: [&str; 9] = [
    "fn", "struct", "enum", "union", "trait", "type", "const", "static", "mut",
];

/// Whether this is what may stand behind `pub`, and not the type of a field.
fn how_public(token: &Token) -> bool {
    match token {
        Token::Group('(', inside) => match &inside[..] {
            [Token::Word(one)] => is_way(one),
            [Token::Word(first), ..] => first == "in",
            _ => false,
        },
        _ => false,
    }
}

/// Whether a part of a path says only where to begin.
fn is_way(part: &str) -> bool {
    matches!(part, "crate" | "self" | "super")
}

fn every_word(tokens: &[Token], words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            Token::Word(word) => {
                words.insert(word.clone());
            }
            Token::Group(_, inside) => every_word(inside, words),
            Token::Sign(_) | Token::Literal(_) => {}
        }
    }
}

/// The path that begins here, and how many tokens it takes.
fn path(tokens: &[Token]) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    let mut at = 0;
    while let Some(Token::Word(word)) = tokens.get(at) {
        path.push(word.clone());
        at += 1;
        match &tokens[at..] {
            [Token::Sign(':'), Token::Sign(':'), Token::Word(_), ..] => at += 2,
            _ => break,
        }
    }
    (path, at)
}

/// The paths of an import, each with the name that it binds.
fn imports(tokens: &[Token], before: &[String], found: &mut Vec<(Vec<String>, Option<String>)>) {
    for part in tokens.split(|token| *token == Token::Sign(',')) {
        let mut one = part;
        let mut path = before.to_vec();
        let mut name = None;
        let mut glob = false;
        while let Some((first, rest)) = one.split_first() {
            one = rest;
            match first {
                Token::Word(word) if word == "as" => name = rest.first().and_then(Token::word),
                // The name behind `as` is no part of the path.
                Token::Word(_) if name.is_some() => {}
                Token::Word(word) if word == "self" && !path.is_empty() => {}
                Token::Word(word) => path.push(word.clone()),
                Token::Sign('*') => glob = true,
                Token::Group('{', inside) => {
                    imports(inside, &path, found);
                    path.clear();
                }
                _ => {}
            }
        }
        let itself = part.first().is_some_and(|first| first.is("self"));
        if path.len() > before.len() || !path.is_empty() && (glob || itself) {
            let last = path.last().cloned();
            let name = name.map(str::to_owned).or(last).filter(|_| !glob);
            found.push((path, name));
        }
    }
}

/// Whether what bears this attribute is compiled for tests alone.
fn for_test_alone(attribute: &[Token]) -> bool {
    match attribute {
        [Token::Word(cfg), Token::Group('(', inside)] if cfg == "cfg" => needs_test(inside),
        _ => false,
    }
}

fn needs_test(condition: &[Token]) -> bool {
    let parts = |inside: &[Token], every: bool| {
        let mut parts = inside
            .split(|token| *token == Token::Sign(','))
            .filter(|part| !part.is_empty())
            .map(needs_test);
        if every {
            parts.all(|one| one)
        } else {
            parts.any(|one| one)
        }
    };
    match condition {
        [Token::Word(word)] => word == "test",
        [Token::Word(word), Token::Group('(', inside)] => match &**word {
            "all" => parts(inside, false),
            "any" => parts(inside, true),
            _ => false,
        },
        _ => false,
    }
}

/// How many tokens the item, statement, field or arm that begins here takes.
fn end_of_item(tokens: &[Token]) -> usize {
    let import = tokens.iter().take(3).any(|token| token.is("use"));
    let end = tokens.iter().position(|token| match token {
        Token::Sign(';' | ',') => true,
        Token::Group('{', _) => !import,
        _ => false,
    });
    end.map_or(tokens.len(), |end| end + 1)
}
