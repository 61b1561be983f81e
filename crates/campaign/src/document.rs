//! JSON as a tree that keeps the text of every value, so that it can be written again with one thing wrong.

/// A value, with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// Number, `true`, `false` or `null`.
    Literal(String),
    /// What stands between the quotation marks.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object: keys in their order, which may repeat.
    Record(Vec<(String, Node)>),
}

/// Where a value stands: the places to follow from the root.
pub type Path = Vec<usize>;

impl Node {
    /// Reads compact JSON; `None` for any other text.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(bytes).ok()?;
        let (node, rest) = read(text)?;
        rest.is_empty().then_some(node)
    }

    /// The compact text.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Literal(text) => out.push_str(text),
            Self::Text(text) => out.extend(["\"", text, "\""]),
            Self::List(items) => {
                out.push('[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
            Self::Record(fields) => {
                out.push('{');
                for (at, (key, value)) in fields.iter().enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    out.extend(["\"", key, "\":"]);
                    value.write(out);
                }
                out.push('}');
            }
        }
    }

    fn children(&self) -> Vec<&Self> {
        match self {
            Self::List(items) => items.iter().collect(),
            Self::Record(fields) => fields.iter().map(|(_, value)| value).collect(),
            Self::Literal(_) | Self::Text(_) => Vec::new(),
        }
    }

    /// The value at a path.
    #[must_use]
    pub fn at(&self, path: &[usize]) -> Option<&Self> {
        path.iter()
            .try_fold(self, |node, place| node.children().get(*place).copied())
    }

    /// The value at a path, to be changed.
    pub fn at_mut(&mut self, path: &[usize]) -> Option<&mut Self> {
        path.iter().try_fold(self, |node, place| match node {
            Self::List(items) => items.get_mut(*place),
            Self::Record(fields) => fields.get_mut(*place).map(|(_, value)| value),
            Self::Literal(_) | Self::Text(_) => None,
        })
    }

    /// The value of a field.
    #[must_use]
    pub fn field(&self, key: &str) -> Option<&Self> {
        self.place_of(key).and_then(|place| self.at(&[place]))
    }

    /// The place of a field.
    #[must_use]
    pub fn place_of(&self, key: &str) -> Option<usize> {
        match self {
            Self::Record(fields) => fields.iter().position(|(own, _)| own == key),
            _ => None,
        }
    }

    /// Paths of all values but those of fields named in `except`.
    #[must_use]
    pub fn paths(&self, except: &[&str]) -> Vec<Path> {
        let mut all = Vec::new();
        self.collect(&mut Vec::new(), except, &mut all);
        all
    }

    fn collect(&self, here: &mut Path, except: &[&str], all: &mut Vec<Path>) {
        all.push(here.clone());
        let skipped = |place: usize| match self {
            Self::Record(fields) => fields.get(place).is_some_and(|(key, _)| except.contains(&key.as_str())),
            _ => false,
        };
        for (place, child) in self.children().into_iter().enumerate() {
            if !skipped(place) {
                here.push(place);
                child.collect(here, except, all);
                here.pop();
            }
        }
    }

    /// All texts, in order.
    #[must_use]
    pub fn texts(&self) -> Vec<&str> {
        match self {
            Self::Text(text) => vec![text],
            _ => self.children().into_iter().flat_map(Self::texts).collect(),
        }
    }
}

fn read(text: &str) -> Option<(Node, &str)> {
    match text.chars().next()? {
        '"' => read_text(text).map(|(text, rest)| (Node::Text(text.to_owned()), rest)),
        '[' => {
            let (items, rest) = read_all(text, ']', read)?;
            Some((Node::List(items), rest))
        }
        '{' => {
            let field = |text| {
                let (key, rest) = read_text(text)?;
                let (value, rest) = read(rest.strip_prefix(':')?)?;
                Some(((key.to_owned(), value), rest))
            };
            let (fields, rest) = read_all(text, '}', field)?;
            Some((Node::Record(fields), rest))
        }
        _ => {
            let end = text.find([',', ']', '}']).unwrap_or(text.len());
            let (literal, rest) = text.split_at_checked(end)?;
            (!literal.is_empty()).then(|| (Node::Literal(literal.to_owned()), rest))
        }
    }
}

/// Items between brackets, separated by commas.
fn read_all<'a, T>(
    text: &'a str,
    close: char,
    read_one: impl Fn(&'a str) -> Option<(T, &'a str)>,
) -> Option<(Vec<T>, &'a str)> {
    let mut rest = text.get(1..)?;
    let mut items = Vec::new();
    if let Some(rest) = rest.strip_prefix(close) {
        return Some((items, rest));
    }
    loop {
        let (item, after) = read_one(rest)?;
        items.push(item);
        if let Some(after) = after.strip_prefix(close) {
            return Some((items, after));
        }
        rest = after.strip_prefix(',')?;
    }
}

/// What stands between quotation marks, escapes as they are.
fn read_text(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut escaped = false;
    for (at, symbol) in inner.char_indices() {
        match symbol {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some((inner.get(..at)?, inner.get(at + 1..)?)),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Node;

    #[test]
    fn what_is_read_is_written_again() {
        for text in [
            r#"{"a":[1,"x\"y\\",{"b":null}],"é":"«»","a":{}}"#,
            "[]",
            "{}",
            "true",
            r#"[[],[[]],"",-1]"#,
        ] {
            assert_eq!(Node::parse(text.as_bytes()).unwrap().to_text(), text);
        }
        for wrong in ["", "[", "[1", r#"{"a"}"#, "[1]]", r#""a"#] {
            assert!(Node::parse(wrong.as_bytes()).is_none(), "{wrong}");
        }
    }

    #[test]
    fn paths_reach_every_value_but_those_left_out() {
        let mut node = Node::parse(br#"{"a":[1,2],"name":["x"]}"#).unwrap();
        assert_eq!(node.paths(&[]).len(), 6);
        assert_eq!(node.paths(&["name"]).len(), 4);
        *node.at_mut(&[0, 1]).unwrap() = Node::Literal("3".into());
        assert_eq!(node.to_text(), r#"{"a":[1,3],"name":["x"]}"#);
        assert_eq!(node.texts(), ["x"]);
    }
}
