//! Problems in words, Chinese and English.

use super::parse::{MAX_DEPTH, MAX_LENGTH, MAX_PARTS};
use super::{Expected, Fault, Problem, Type};

impl Problem {
    /// The message in Chinese, without the place.
    #[must_use]
    pub fn zh(&self) -> String {
        match &self.fault {
            Fault::TooLong => format!("表达式过长，最多 {MAX_LENGTH} 个字符"),
            Fault::TooDeep => format!("嵌套过深，最多 {MAX_DEPTH} 层"),
            Fault::TooManyParts => format!("表达式过于复杂，最多 {MAX_PARTS} 个组成部分"),
            Fault::UnexpectedCharacter(character) if is_full_width(*character) => {
                format!("无法识别的字符“{character}”，请使用半角符号")
            }
            Fault::UnexpectedCharacter(character) => format!("无法识别的字符“{character}”"),
            Fault::UnterminatedText => "文本缺少右引号，且不能跨行".to_owned(),
            Fault::UnknownEscape(character) => {
                format!("“\\{character}”不是有效的转义，只能写 \\\" 或 \\\\")
            }
            Fault::InvalidNumber(written) => format!("“{written}”不是有效的数值"),
            Fault::TooManyDigits => "数值最多 28 位数字".to_owned(),
            Fault::InvalidName(written) => {
                format!("“{written}”不是有效的代码：应以小写字母开头，只含小写字母、数字、下划线和圆点")
            }
            Fault::InvalidDate(written) => {
                format!("“{written}”不是有效的日期，格式应为 YYYY-MM-DD")
            }
            Fault::Unexpected { expected, found } if found.is_empty() => {
                format!("此处应为{}，但表达式已结束", expected.zh())
            }
            Fault::Unexpected { expected, found } => {
                format!("此处应为{}，却是“{found}”", expected.zh())
            }
            Fault::ChainedComparison => "比较不能连写，请用 and 连接，例如 a < b and b < c".to_owned(),
            Fault::SingleEquals => "比较是否相等请用 ==".to_owned(),
            Fault::RepeatedDimension(dimension) => format!("维度“{dimension}”重复"),
            Fault::UnknownFunction { name, suggestion } => {
                format!("没有函数“{name}”{}", suggestion_zh(suggestion.as_deref()))
            }
            Fault::UnknownName { name, suggestion } => {
                format!("没有指标“{name}”{}", suggestion_zh(suggestion.as_deref()))
            }
            Fault::UnknownDimension { name, dimension, suggestion } => {
                format!("指标“{name}”没有维度“{dimension}”{}", suggestion_zh(suggestion.as_deref()))
            }
            Fault::UnknownOption { dimension, option, suggestion } => {
                format!("维度“{dimension}”没有选项“{option}”{}", suggestion_zh(suggestion.as_deref()))
            }
            Fault::NotFixed { name, dimensions } => format!(
                "指标“{name}”的维度未全部确定（{}）：请在方括号中指定选项，或使用 sum、count、present、missing",
                dimensions.join("、")
            ),
            Fault::WrongType { expected, found } => {
                format!("此处需要{}，却是{}", expected.zh(), found.zh())
            }
            Fault::DifferentTypes { left, right } => {
                format!("两边类型应当相同，却分别是{}和{}", left.zh(), right.zh())
            }
            Fault::NotOrdered(found) => format!("只有数值和日期可以比较大小，此处是{}", found.zh()),
            Fault::DivisionByZero => "除数为零".to_owned(),
            Fault::Overflow => "计算结果超出数值范围".to_owned(),
            Fault::UnfitFacts => "数据与指标的定义不符".to_owned(),
        }
    }

    /// The message in English, without the place.
    #[must_use]
    pub fn en(&self) -> String {
        match &self.fault {
            Fault::TooLong => format!("the expression is longer than {MAX_LENGTH} characters"),
            Fault::TooDeep => format!("nested more than {MAX_DEPTH} deep"),
            Fault::TooManyParts => format!("the expression has more than {MAX_PARTS} parts"),
            Fault::UnexpectedCharacter(character) if is_full_width(*character) => {
                format!("unexpected full-width character `{character}`, use the ASCII one")
            }
            Fault::UnexpectedCharacter(character) => format!("unexpected character `{character}`"),
            Fault::UnterminatedText => "the text is not closed with a quotation mark on its line".to_owned(),
            Fault::UnknownEscape(character) => {
                format!("`\\{character}` means nothing, only `\\\"` and `\\\\` do")
            }
            Fault::InvalidNumber(written) => format!("`{written}` is not a number"),
            Fault::TooManyDigits => "a number has at most 28 digits".to_owned(),
            Fault::InvalidName(written) => {
                format!("`{written}` is not a code: lower-case letters, digits, underscores and dots, a letter first")
            }
            Fault::InvalidDate(written) => {
                format!("`{written}` is not a date of the form YYYY-MM-DD")
            }
            Fault::Unexpected { expected, found } if found.is_empty() => {
                format!("expected {}, but the expression ends", expected.en())
            }
            Fault::Unexpected { expected, found } => {
                format!("expected {}, found `{found}`", expected.en())
            }
            Fault::ChainedComparison => "comparisons do not chain, join them with `and`: a < b and b < c".to_owned(),
            Fault::SingleEquals => "use `==` to compare".to_owned(),
            Fault::RepeatedDimension(dimension) => {
                format!("the dimension `{dimension}` is given twice")
            }
            Fault::UnknownFunction { name, suggestion } => {
                format!("there is no function `{name}`{}", suggestion_en(suggestion.as_deref()))
            }
            Fault::UnknownName { name, suggestion } => {
                format!("there is no indicator `{name}`{}", suggestion_en(suggestion.as_deref()))
            }
            Fault::UnknownDimension { name, dimension, suggestion } => {
                format!("the indicator `{name}` has no dimension `{dimension}`{}", suggestion_en(suggestion.as_deref()))
            }
            Fault::UnknownOption { dimension, option, suggestion } => {
                format!("the dimension `{dimension}` has no option `{option}`{}", suggestion_en(suggestion.as_deref()))
            }
            Fault::NotFixed { name, dimensions } => format!(
                "the selector of `{name}` leaves dimensions open ({}): fix them, or use sum, count, present or missing",
                dimensions.join(", ")
            ),
            Fault::WrongType { expected, found } => {
                format!("expected a {}, found a {}", expected.en(), found.en())
            }
            Fault::DifferentTypes { left, right } => {
                format!("both sides should have one type, but are a {} and a {}", left.en(), right.en())
            }
            Fault::NotOrdered(found) => {
                format!("only numbers and dates have an order, this is a {}", found.en())
            }
            Fault::DivisionByZero => "division by zero".to_owned(),
            Fault::Overflow => "the result is beyond the range of numbers".to_owned(),
            Fault::UnfitFacts => "the facts do not fit the definition of the indicator".to_owned(),
        }
    }
}

impl Expected {
    fn zh(self) -> String {
        match self {
            Self::Value => "一个值".to_owned(),
            Self::Name => "指标代码".to_owned(),
            Self::Dimension => "维度代码".to_owned(),
            Self::Option => "选项代码或带引号的文本".to_owned(),
            Self::Text => "带引号的文本".to_owned(),
            Self::Digits => "0 到 28 的小数位数".to_owned(),
            Self::OperatorOrEnd => "运算符或表达式的结尾".to_owned(),
            Self::Symbol(symbol) => format!("“{symbol}”"),
        }
    }

    fn en(self) -> String {
        match self {
            Self::Value => "a value".to_owned(),
            Self::Name => "an indicator code".to_owned(),
            Self::Dimension => "a dimension".to_owned(),
            Self::Option => "an option or a text in quotation marks".to_owned(),
            Self::Text => "a text in quotation marks".to_owned(),
            Self::Digits => "a number of digits from 0 to 28".to_owned(),
            Self::OperatorOrEnd => "an operator or the end".to_owned(),
            Self::Symbol(symbol) => format!("`{symbol}`"),
        }
    }
}

impl Type {
    fn zh(self) -> &'static str {
        match self {
            Self::Number => "数值",
            Self::Boolean => "是否值",
            Self::Text => "文本",
            Self::Date => "日期",
        }
    }

    fn en(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Text => "text",
            Self::Date => "date",
        }
    }
}

/// What a Chinese keyboard types in place of ASCII punctuation.
fn is_full_width(character: char) -> bool {
    matches!(character, '！'..='～' | '“' | '”' | '‘' | '’' | '、' | '。' | '【' | '】' | '《' | '》')
}

fn suggestion_zh(suggestion: Option<&str>) -> String {
    suggestion.map(|suggestion| format!("，是否想写“{suggestion}”？")).unwrap_or_default()
}

fn suggestion_en(suggestion: Option<&str>) -> String {
    suggestion.map(|suggestion| format!(", did you mean `{suggestion}`?")).unwrap_or_default()
}
