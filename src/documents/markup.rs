//! Writes markup: XML, and HTML in the manner of XML.

use std::fmt::{self, Display, Write};

/// Attributes of an element; values are escaped.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

/// Markup as it grows. What is not markup goes in escaped, so that no text can become an element.
#[derive(Debug, Default)]
pub(super) struct Markup {
    text: String,
}

impl Markup {
    /// An element with what `content` writes into it.
    pub(super) fn within(&mut self, name: &str, attributes: Attributes, content: impl FnOnce(&mut Self)) {
        self.begin(name, attributes);
        self.text.push('>');
        content(self);
        self.text.push_str("</");
        self.text.push_str(name);
        self.text.push('>');
    }

    /// An element with a text in it.
    pub(super) fn element(&mut self, name: &str, attributes: Attributes, text: impl Display) {
        self.within(name, attributes, |markup| markup.text(text));
    }

    /// An element with nothing in it. In HTML, only what has to be empty.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes) {
        self.begin(name, attributes);
        self.text.push_str("/>");
    }

    /// A text, escaped.
    pub(super) fn text(&mut self, text: impl Display) {
        // Nothing fails that writes into a string.
        write!(Escaped(&mut self.text), "{text}").unwrap_or_default();
    }

    /// Markup that is ready.
    pub(super) fn raw(&mut self, markup: &str) {
        self.text.push_str(markup);
    }

    /// All that was written.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn begin(&mut self, name: &str, attributes: Attributes) {
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            self.text.push(' ');
            self.text.push_str(key);
            self.text.push_str("=\"");
            self.text(value);
            self.text.push('"');
        }
    }
}

/// Escapes what is written to it, and leaves out what no XML document may contain.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\t' | '\n' => self.0.push(character),
                '\u{fffe}' | '\u{ffff}' => {}
                _ if character.is_ascii_control() => {}
                _ => self.0.push(character),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_attributes_are_escaped() {
        let mut markup = Markup::default();
        markup.within("p", &[("title", &"\"'<&>"), ("n", &3)], |markup| {
            markup.text("a<b>&\"'\u{0}\u{8}\u{ffff}绩效\n");
            markup.empty("br", &[]);
        });
        let expected = "<p title=\"&quot;&#39;&lt;&amp;&gt;\" n=\"3\">a&lt;b&gt;&amp;&quot;&#39;绩效\n<br/></p>";
        assert_eq!(markup.finish(), expected);
    }
}
