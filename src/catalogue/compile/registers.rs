//! Registers: fields, states, transitions and rules.

use std::collections::{BTreeMap, HashMap, HashSet};

use regex::Regex;

use super::{Compiler, Dimensions, PartVersions, is_simple_code};
use crate::catalogue::compiled::{CompiledRegister, CompiledRule};
use crate::catalogue::document::{Choice, Concerns, FieldKind, Register, RegisterField, Writer};
use crate::platform::error::ViolationCode;
use crate::rules::{FieldType, Type};
use crate::say;

/// The name by which the rules of a register speak of a record's state.
const STATE: &str = "state";

/// What stands where the code of a transition would stand in an address.
const RESERVED: [&str; 4] = ["withdraw", "restore", "import", "revisions"];

impl Compiler {
    pub(super) fn registers(
        &mut self,
        registers: &[Register],
        dimensions: &Dimensions,
        versions: &PartVersions,
    ) -> HashMap<String, CompiledRegister> {
        self.unique("/registers", "/code", registers.iter().map(|register| register.code.as_str()));
        let codes: HashSet<&str> = registers.iter().map(|register| register.code.as_str()).collect();
        let mut compiled = HashMap::new();
        for (i, register) in registers.iter().enumerate() {
            let place = format!("/registers/{i}");
            self.code(&place, &register.code, is_simple_code);
            self.keepers(&place, register);
            let patterns = self.register_fields(&place, register, dimensions, &codes);
            self.states(&place, register);
            self.transitions(&place, register);
            let rules = self.register_rules(&place, register);
            let version = versions.get(&register.code).copied().unwrap_or(1);
            let choices = choices(register, dimensions);
            let definition = register.clone();
            compiled.insert(register.code.clone(), CompiledRegister { definition, version, rules, patterns, choices });
        }
        compiled
    }

    fn keepers(&mut self, place: &str, register: &Register) {
        if register.writers.is_empty() {
            self.report(
                format!("{place}/writers"),
                ViolationCode::WrongLength,
                say!("至少要有一方登记", "Somebody has to keep it"),
            );
        }
        if register.concerns == Concerns::Bureau && register.writers.contains(&Writer::School) {
            self.report(
                format!("{place}/writers"),
                ViolationCode::Inconsistent,
                say!(
                    "局本级的登记簿学校看不到，不能由学校登记",
                    "Schools do not see the bureau's register, so they cannot keep it"
                ),
            );
        }
    }

    /// Checks the fields; gives the patterns of those that have one.
    fn register_fields(
        &mut self,
        place: &str,
        register: &Register,
        dimensions: &Dimensions,
        registers: &HashSet<&str>,
    ) -> HashMap<String, Regex> {
        let place = format!("{place}/fields");
        self.unique(&place, "/code", register.fields.iter().map(|field| field.code.as_str()));
        let mut patterns = HashMap::new();
        for (i, field) in register.fields.iter().enumerate() {
            let place = format!("{place}/{i}");
            self.code(&place, &field.code, is_simple_code);
            if field.code == STATE {
                self.report(
                    format!("{place}/code"),
                    ViolationCode::NotAllowed,
                    say!("state 指记录的状态，不能作字段编码", "state is the record's state, and no code of a field"),
                );
            }
            let rival = register.fields.iter().take(i).any(|other| other.dimension == field.dimension);
            if field.dimension.is_some() && rival {
                self.report(
                    format!("{place}/dimension"),
                    ViolationCode::Duplicate,
                    say!("另一个字段已取自此维度", "Another field has the options of this dimension"),
                );
            }
            self.bounds(&place, field);
            self.choice(&place, field, dimensions);
            self.reference(&place, field, registers);
            if let Some(pattern) = field.pattern.as_deref().and_then(|pattern| self.pattern(&place, pattern)) {
                patterns.insert(field.code.clone(), pattern);
            }
        }
        patterns
    }

    /// What is said of a field that does not go with its type.
    fn bounds(&mut self, place: &str, field: &RegisterField) {
        let is_text = field.kind == FieldKind::Text;
        let is_numeric = field.kind.is_numeric();
        let is_listed = matches!(field.kind, FieldKind::Choice | FieldKind::Boolean);
        for (name, given, fits) in [
            ("pattern", field.pattern.is_some(), is_text),
            ("max_length", field.max_length.is_some(), is_text),
            ("minimum", field.minimum.is_some(), is_numeric),
            ("maximum", field.maximum.is_some(), is_numeric),
            ("options", !field.options.is_empty(), field.kind == FieldKind::Choice),
            ("dimension", field.dimension.is_some(), field.kind == FieldKind::Choice),
            ("register", field.register.is_some(), field.kind == FieldKind::Record),
            ("at_most", field.at_most.is_some(), field.kind == FieldKind::Record),
            ("unique", field.unique, !is_listed),
        ] {
            if given && !fits {
                self.report(
                    format!("{place}/{name}"),
                    ViolationCode::Inconsistent,
                    say!("此类字段没有 {name}", "A field of this type has no {name}"),
                );
            }
        }
        if field.minimum.zip(field.maximum).is_some_and(|(least, most)| least > most) {
            self.report(
                format!("{place}/maximum"),
                ViolationCode::Inconsistent,
                say!("maximum 不得小于 minimum", "maximum must not be less than minimum"),
            );
        }
    }

    fn choice(&mut self, place: &str, field: &RegisterField, dimensions: &Dimensions) {
        if field.kind != FieldKind::Choice {
            return;
        }
        match (&field.dimension, field.options.is_empty()) {
            (None, _) => self.options(&format!("{place}/options"), &field.options),
            (Some(code), true) if dimensions.contains_key(code) => {}
            (Some(code), true) => self.refer(format!("{place}/dimension"), code),
            (Some(_), false) => self.report(
                format!("{place}/options"),
                ViolationCode::Inconsistent,
                say!("选项取自维度，不再另列", "The options are those of the dimension, and not listed again"),
            ),
        }
    }

    fn reference(&mut self, place: &str, field: &RegisterField, registers: &HashSet<&str>) {
        if field.kind != FieldKind::Record {
            return;
        }
        match &field.register {
            None => self.report(
                format!("{place}/register"),
                ViolationCode::Missing,
                say!("请指明所引用的登记簿", "Name the register that is referred to"),
            ),
            Some(code) if registers.contains(code.as_str()) => {}
            Some(code) => self.refer(format!("{place}/register"), code),
        }
    }

    fn pattern(&mut self, place: &str, pattern: &str) -> Option<Regex> {
        const MOST_MEMORY: usize = 1 << 20;
        let whole = regex::RegexBuilder::new(&format!("^(?:{pattern})$")).size_limit(MOST_MEMORY).build();
        whole
            .map_err(|_| {
                self.report(
                    format!("{place}/pattern"),
                    ViolationCode::WrongFormat,
                    say!("不是有效的正则表达式", "This is not a regular expression"),
                );
            })
            .ok()
    }

    fn states(&mut self, place: &str, register: &Register) {
        let place = format!("{place}/states");
        self.unique(&place, "/code", register.states.iter().map(|state| state.code.as_str()));
        for (i, state) in register.states.iter().enumerate() {
            self.code(&format!("{place}/{i}"), &state.code, is_simple_code);
        }
        if !register.states.iter().any(|state| state.initial) {
            self.report(
                place,
                ViolationCode::Inconsistent,
                say!("至少要有一个初始状态（initial）", "At least one state must be initial"),
            );
        }
    }

    fn transitions(&mut self, place: &str, register: &Register) {
        let place = format!("{place}/transitions");
        self.unique(&place, "/code", register.transitions.iter().map(|transition| transition.code.as_str()));
        let states: HashSet<&str> = register.states.iter().map(|state| state.code.as_str()).collect();
        let fields: HashSet<&str> = register.fields.iter().map(|field| field.code.as_str()).collect();
        for (i, transition) in register.transitions.iter().enumerate() {
            let place = format!("{place}/{i}");
            self.code(&place, &transition.code, is_simple_code);
            if RESERVED.contains(&transition.code.as_str()) {
                let code = &transition.code;
                self.report(
                    format!("{place}/code"),
                    ViolationCode::NotAllowed,
                    say!("“{code}”另有含义", "“{code}” means something else"),
                );
            }
            if transition.from.is_empty() {
                self.report(
                    format!("{place}/from"),
                    ViolationCode::WrongLength,
                    say!("请指明出发状态", "Name the states in which it is possible"),
                );
            }
            self.unique(&format!("{place}/from"), "", transition.from.iter().map(String::as_str));
            for (j, state) in transition.from.iter().enumerate().filter(|(_, state)| !states.contains(state.as_str())) {
                self.refer(format!("{place}/from/{j}"), state);
            }
            if !states.contains(transition.to.as_str()) {
                self.refer(format!("{place}/to"), &transition.to);
            }
            for (j, field) in transition.requires.iter().enumerate().filter(|(_, code)| !fields.contains(code.as_str()))
            {
                self.refer(format!("{place}/requires/{j}"), field);
            }
        }
    }

    fn register_rules(&mut self, place: &str, register: &Register) -> Vec<CompiledRule> {
        let mut vocabulary: BTreeMap<String, FieldType> =
            register.fields.iter().map(|field| (field.code.clone(), FieldType::scalar(type_of(field.kind)))).collect();
        vocabulary.insert(STATE.to_owned(), FieldType::scalar(Type::Text));
        self.rules_over(place, &register.rules, &vocabulary)
    }
}

fn type_of(kind: FieldKind) -> Type {
    match kind {
        FieldKind::Whole | FieldKind::Decimal | FieldKind::Amount => Type::Number,
        FieldKind::Boolean => Type::Boolean,
        FieldKind::Date => Type::Date,
        FieldKind::Text | FieldKind::Choice | FieldKind::School | FieldKind::Record => Type::Text,
    }
}

/// The options of each choice, whether its own or those of a dimension.
fn choices(register: &Register, dimensions: &Dimensions) -> HashMap<String, Vec<Choice>> {
    let choices = register.fields.iter().filter(|field| field.kind == FieldKind::Choice);
    choices
        .map(|field| {
            let shared = field.dimension.as_ref().and_then(|code| dimensions.get(code));
            let options = shared.map_or_else(|| field.options.clone(), |dimension| dimension.options.clone());
            (field.code.clone(), options)
        })
        .collect()
}
