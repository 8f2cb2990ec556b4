//! The sheet that says how the form is filled in.

use rust_xlsxwriter::{Worksheet, XlsxError};

use super::write::Page;
use crate::catalogue::CompiledRule;
use crate::catalogue::document::Severity;
use crate::platform::workbook::guide;

pub(super) fn write_guide(sheet: &mut Worksheet, page: &Page<'_>) -> Result<(), XlsxError> {
    guide::write_guide(sheet, &page.form.definition.name.zh, &sections(page))
}

fn sections(page: &Page<'_>) -> Vec<(&'static str, Vec<String>)> {
    let rules = |severity: Severity| -> Vec<String> {
        let chosen = page.form.rules.iter().filter(|rule| rule.definition.severity == severity);
        (1..)
            .zip(chosen)
            .map(|(i, CompiledRule { definition, .. })| format!("{i}. {}。", said(&definition.message.zh)))
            .collect()
    };
    vec![
        ("一、填什么", what(page)),
        ("二、什么时候报", when(page)),
        ("三、怎么填", how()),
        ("四、怎么交回", back(page)),
        ("五、必须满足的关系（不满足的不能提交）", rules(Severity::Error)),
        ("六、需要说明原因的情形（在“填报”页下部填写原因）", rules(Severity::Warning)),
    ]
}

fn said(text: &str) -> &str {
    text.trim_end_matches('。')
}

fn what(page: &Page<'_>) -> Vec<String> {
    let definition = &page.form.definition;
    let school = &page.assignment.school;
    let period = super::words::period_name(page.assignment.sheet.period);
    let mut lines = vec![format!(
        "本表由{}（{}）填报{period}的数据，共 {} 项指标，第 {} 版。",
        school.name,
        school.code,
        definition.fields.len(),
        page.form.version
    )];
    lines.extend(definition.help.as_ref().map(|help| format!("{}。", said(&help.zh))));
    lines
}

fn when(page: &Page<'_>) -> Vec<String> {
    let window = page.assignment.window;
    let day = |day: chrono::NaiveDate| day.format("%Y年%-m月%-d日").to_string();
    let (opens, due, last) = (day(window.dates.opens_on), day(window.dates.due_on), day(window.last_day()));
    let mut lines = vec![format!("{opens}起填报，{due}前报送为按时；最迟{last}，此后不再接收。")];
    lines.extend(window.extended_until.map(|until| format!("本校已获延期至{}。", day(until))));
    lines
}

fn how() -> Vec<String> {
    [
        "1. 在“填报”页填写，只填有底色的单元格：黄色为必填（名称后有 *），绿色可不填；灰色为上期数和说明，不可修改。",
        "2. 数量为 0 的填 0；不掌握、不适用的留空，不要填 0。空白表示未报送，不等于 0。",
        "3. 只填数字，不带单位；金额以元为单位；百分比填 35% 这样的数；日期填 2022-09-01 这样的日期；有下拉列表的从列表中选。",
        "4. 不要填公式引用其他文件；不要插入、删除或移动行列，不要合并单元格，不要改工作表的名称。",
        "5. 需要向审核人说明的，写在同一行的“备注”里。",
    ]
    .map(str::to_owned)
    .to_vec()
}

fn back(page: &Page<'_>) -> Vec<String> {
    let mut lines = vec![
        "1. 保存为 .xlsx 文件（文件名不限），在系统中导入本文件。".to_owned(),
        "2. 有问题的，系统会退回一份标好的工作簿：红色单元格上的批注写明问题，“问题”页列出全部问题。在退回的工作簿上改好，再导入一次即可。".to_owned(),
    ];
    if page.form.definition.principal_signs {
        lines.push("3. 本表须由校长确认提交。".to_owned());
    }
    lines
}
