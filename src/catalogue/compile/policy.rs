//! Policies: that their parts fit together, and name what the catalogue has.

use super::{Compiler, Dimensions, is_option_code, is_simple_code};
use crate::catalogue::document::{
    AssetPolicy, Criterion, ExecutionStrategy, FinancePolicy, FrameworkWeights, GradeBand, Policy, ScoringPolicy,
};
use crate::platform::error::ViolationCode;
use crate::platform::message::Message;
use crate::say;

impl Compiler {
    pub(super) fn policies(&mut self, policies: &[Policy], dimensions: &Dimensions) {
        self.unique("/policies", "/code", policies.iter().map(|policy| policy.code.as_str()));
        let days: Vec<String> = policies.iter().map(|policy| policy.effective_from.to_string()).collect();
        self.unique("/policies", "/effective_from", days.iter().map(String::as_str));
        for (i, policy) in policies.iter().enumerate() {
            let place = format!("/policies/{i}");
            self.code(&place, &policy.code, is_option_code);
            self.classifications(&format!("{place}/finance"), &policy.finance, dimensions);
            self.criteria(&format!("{place}/appraisal/criteria"), &policy.appraisal.criteria);
            if policy.appraisal.partly_supported_from > policy.appraisal.supported_from {
                self.contradict(
                    format!("{place}/appraisal/partly_supported_from"),
                    say!("不得高于 supported_from", "It is at most supported_from"),
                );
            }
            self.scoring(&format!("{place}/scoring"), &policy.scoring);
            for (part, lights) in [("budget", policy.monitoring.budget), ("targets", policy.monitoring.targets)] {
                let bounds = [Some(lights.red_below), Some(lights.yellow_below), lights.blue_from];
                if !bounds.iter().flatten().is_sorted() {
                    self.contradict(
                        format!("{place}/monitoring/{part}"),
                        say!("红、黄、蓝的界限应依次升高", "The bounds of red, yellow and blue rise"),
                    );
                }
            }
            let grades: Vec<String> = policy.next_budget.iter().map(|each| format!("{:?}", each.grade)).collect();
            self.unique(&format!("{place}/next_budget"), "/grade", grades.iter().map(String::as_str));
            for GradeBand { grade, .. } in &policy.scoring.grades {
                if !policy.next_budget.iter().any(|each| each.grade == *grade) {
                    self.report(
                        format!("{place}/next_budget"),
                        ViolationCode::Missing,
                        say!("每个等级都要写明如何影响预算", "Each grade says what it means for the next budget"),
                    );
                }
            }
            self.assets(&format!("{place}/assets"), &policy.assets, dimensions);
        }
    }

    fn contradict(&mut self, place: String, message: Message) {
        self.report(place, ViolationCode::Inconsistent, message);
    }

    fn classifications(&mut self, place: &str, finance: &FinancePolicy, dimensions: &Dimensions) {
        let FinancePolicy { function, economic, government_economic, fund, source, payment, .. } = finance;
        let named = [
            ("function", function),
            ("economic", economic),
            ("government_economic", government_economic),
            ("fund", fund),
            ("source", source),
            ("payment", payment),
        ];
        for (key, code) in named {
            match code {
                Some(code) if !dimensions.contains_key(code) => self.refer(format!("{place}/{key}"), code),
                _ => {}
            }
        }
        let sources = source.as_ref().and_then(|code| dimensions.get(code));
        for (key, options) in
            [("current_appropriation", &finance.current_appropriation), ("carried_over", &finance.carried_over)]
        {
            for (i, option) in options.iter().enumerate() {
                if !sources.is_some_and(|table| table.options.iter().any(|each| each.code == *option)) {
                    self.refer(format!("{place}/{key}/{i}"), option);
                }
            }
        }
    }

    fn criteria(&mut self, place: &str, criteria: &[Criterion]) {
        self.unique(place, "/code", criteria.iter().map(|criterion| criterion.code.as_str()));
        for (i, criterion) in criteria.iter().enumerate() {
            self.code(&format!("{place}/{i}"), &criterion.code, is_simple_code);
        }
        if criteria.iter().map(|criterion| u64::from(criterion.weight)).sum::<u64>() != 100 {
            self.contradict(place.to_owned(), say!("权重之和应为 100", "The weights sum to 100"));
        }
    }

    fn scoring(&mut self, place: &str, scoring: &ScoringPolicy) {
        let FrameworkWeights { execution, output, benefit, satisfaction } = scoring.weights;
        if [execution, output, benefit, satisfaction].map(u64::from).iter().sum::<u64>() != 100 {
            self.contradict(format!("{place}/weights"), say!("权重之和应为 100", "The weights sum to 100"));
        }
        let steps = &scoring.execution_steps;
        if (scoring.execution == ExecutionStrategy::Stepped) == steps.is_empty()
            || !steps.is_sorted_by(|a, b| a.from > b.from && a.share >= b.share)
        {
            self.contradict(
                format!("{place}/execution_steps"),
                say!(
                    "阶梯只用于 stepped，从高到低排列",
                    "Steps are for stepped, and only for it; the highest comes first"
                ),
            );
        }
        if scoring.partly_achieved_from > scoring.achieved_from {
            self.contradict(
                format!("{place}/partly_achieved_from"),
                say!("不得高于 achieved_from", "It is at most achieved_from"),
            );
        }
        let grades = &scoring.grades;
        if !grades.is_sorted_by(|a, b| a.from > b.from && a.grade < b.grade)
            || grades.last().is_none_or(|last| last.from != 0)
        {
            self.contradict(
                format!("{place}/grades"),
                say!("等级从高到低排列，最低一档从 0 起", "The highest grade comes first, and the last begins at 0"),
            );
        }
        self.criteria(&format!("{place}/goal_review"), &scoring.goal_review);
    }

    fn assets(&mut self, place: &str, assets: &AssetPolicy, dimensions: &Dimensions) {
        let categories = assets.category.as_ref().and_then(|code| dimensions.get(code));
        if let (Some(code), None) = (&assets.category, categories) {
            self.refer(format!("{place}/category"), code);
        }
        for (option, years) in &assets.lives {
            if !categories.is_some_and(|table| table.options.iter().any(|each| each.code == *option)) {
                self.refer(format!("{place}/lives/{option}"), option);
            }
            if *years == 0 || *years > 200 {
                self.report(
                    format!("{place}/lives/{option}"),
                    ViolationCode::OutOfRange,
                    say!("应为 1 至 200 年", "It is 1 to 200 years"),
                );
            }
        }
        if !assets.approvals.is_sorted_by(|a, b| a.from < b.from)
            || assets.approvals.first().is_some_and(|first| first.from != 0)
        {
            self.contradict(
                format!("{place}/approvals"),
                say!("金额从 0 起，依次升高", "The first begins at 0, and they rise"),
            );
        }
    }
}
