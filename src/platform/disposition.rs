//! `Content-Disposition` for names in any language (RFC 6266, RFC 8187).

use std::fmt::Write;

/// Tells a browser to save the file under its name: as it is for those that know `filename*`, and in
/// ASCII for the others.
#[must_use]
pub fn attachment(name: &str) -> String {
    disposition("attachment", name)
}

/// Tells a browser to show the file, and under which name to save it.
#[must_use]
pub fn inline(name: &str) -> String {
    disposition("inline", name)
}

fn disposition(kind: &str, name: &str) -> String {
    let plain = |c: char| if (c.is_ascii_graphic() || c == ' ') && !matches!(c, '"' | '\\' | '%') { c } else { '_' };
    let fallback: String = name.chars().map(plain).collect();
    let mut value = format!("{kind}; filename=\"{fallback}\"; filename*=UTF-8''");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(char::from(byte));
        } else {
            let _ = write!(value, "%{byte:02X}");
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_names_are_encoded_and_have_a_fallback() {
        assert_eq!(
            attachment("证书 1.pdf"),
            "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E8%AF%81%E4%B9%A6%201.pdf"
        );
    }

    #[test]
    fn what_is_shown_has_a_name_as_well() {
        assert_eq!(inline("a.html"), "inline; filename=\"a.html\"; filename*=UTF-8''a.html");
    }

    #[test]
    fn nothing_in_a_name_ends_the_header_or_the_quotes() {
        let value = attachment("a\"; filename=\"b.exe\r\nX: y%41'\\");
        assert_eq!(
            value,
            "attachment; filename=\"a_; filename=_b.exe__X: y_41'_\"; \
             filename*=UTF-8''a%22%3B%20filename%3D%22b.exe%0D%0AX%3A%20y%2541%27%5C"
        );
    }
}
