//! What parts, classes, signs, lights and grades are called on the official sheets, which are in Chinese.

use super::{Class, FrameworkPart, Light, Sign};
use crate::catalogue::document::Grade;

impl FrameworkPart {
    /// As a first-level indicator (一级指标).
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Execution => "预算执行率",
            Self::Output => "产出指标",
            Self::Benefit => "效益指标",
            Self::Satisfaction => "满意度指标",
        }
    }
}

impl Class {
    /// As a second-level indicator (二级指标).
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Quantity => "数量指标",
            Self::Quality => "质量指标",
            Self::Timeliness => "时效指标",
            Self::Cost => "成本指标",
            Self::Economic => "经济效益指标",
            Self::Social => "社会效益指标",
            Self::Ecological => "生态效益指标",
            Self::Sustainable => "可持续影响指标",
            Self::Satisfaction => "服务对象满意度指标",
        }
    }
}

impl Sign {
    /// As the nature of an indicator (指标性质).
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::AtLeast => "≥",
            Self::Above => ">",
            Self::Equal => "＝",
            Self::AtMost => "≤",
            Self::Below => "<",
            Self::Qualitative => "定性",
        }
    }
}

impl Light {
    /// As a warning (预警).
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Red => "红灯",
            Self::Yellow => "黄灯",
            Self::Green => "绿灯",
            Self::Blue => "蓝灯",
        }
    }
}

impl Grade {
    /// As a grade (评价等级).
    #[must_use]
    pub const fn chinese(self) -> &'static str {
        match self {
            Self::Excellent => "优",
            Self::Good => "良",
            Self::Fair => "中",
            Self::Poor => "差",
        }
    }
}
