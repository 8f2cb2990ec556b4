//! A table that goes out says how it is filled in.

use super::*;

/// The texts of a sheet, one below the other.
fn texts(bytes: &[u8], sheet: &str) -> Vec<String> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let range = workbook.worksheet_range(sheet).unwrap();
    range.rows().map(|row| row[0].to_string()).collect()
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    std::io::read_to_string(archive.by_name(name).unwrap()).unwrap()
}

#[tokio::test]
async fn a_table_says_what_belongs_into_each_column() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let (bytes, _) = export(&finance, ITEMS).await;
    let guide = texts(&bytes, "填写说明");
    assert_eq!(guide[0], "《预算指标》填写说明");
    let of =
        |name: &str| guide.iter().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{guide:?}")).clone();
    assert_eq!(of("年度："), "年度：必填。填整数，不带单位。");
    assert_eq!(of("资金性质："), "资金性质：必填。从下列各项中选择，或填其代码：一般公共预算、政府性基金。");
    assert!(of("政府采购：").contains("可不填") && of("年初预算（元）：").contains("以元为单位"));
    let (bytes, _) = export(&finance, ASSETS).await;
    let guide = texts(&bytes, "填写说明");
    assert!(guide.iter().any(|line| line.starts_with("存放地点：可不填，留空即清除原有内容。")), "{guide:?}");
    assert!(guide[2].contains("用不到的列可以删除"), "{guide:?}");
    assert!(guide.iter().any(|line| line.starts_with("资产类别：新卡片必填。")), "{guide:?}");
    // A row of organisations says all of one: what is not there is taken away.
    let admin = app.log_in("admin").await;
    let (bytes, _) = export(&admin, "/v1/organisations").await;
    let guide = texts(&bytes, "填写说明");
    assert!(guide[2].contains("删去该列也即清除"), "{guide:?}");
    assert!(guide.iter().any(|line| line.starts_with("乡镇：可不填，留空即清除原有内容。")), "{guide:?}");
}

#[tokio::test]
async fn a_table_offers_choices_and_checks_what_is_typed() {
    let app = TestApp::with_catalogue().await;
    let finance = app.log_in("finance").await;
    let (bytes, _) = export(&finance, ITEMS).await;
    assert_eq!(texts(&bytes, "_choices")[..3], ["学前教育", "小学教育", "初中教育"]);
    let sheet = part(&bytes, "xl/worksheets/sheet1.xml");
    let checks: Vec<&str> = sheet.split("<dataValidation ").skip(1).collect();
    let check = |cells: &str| *checks.iter().find(|check| check.contains(&format!("sqref=\"{cells}"))).unwrap();
    assert!(check("K3:K").contains("type=\"list\"") && check("K3:K").contains("'_choices'!$K$1:$K$2"), "{sheet}");
    assert!(check("M3:M").contains("是,否") && check("B3:B").contains("type=\"whole\""));
    assert!(check("O3:O").contains("ISNUMBER(VALUE(O3))"));
    let workbook = part(&bytes, "xl/workbook.xml");
    assert!(workbook.contains("name=\"_choices\"") && workbook.contains("veryHidden"));
}
