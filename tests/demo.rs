//! `jixiao demo` from an empty folder: the example county, and one that shares no code with it.

#![expect(clippy::unwrap_used, reason = "what fails here fails the test")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs};

/// A data folder of the test's own, in memory where possible, that goes with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let parent = if memory.is_dir() { memory.to_owned() } else { env::temp_dir() };
        let number = COUNTER.fetch_add(1, Ordering::Relaxed);
        Self(parent.join(format!("jixiao-demo-{}-{number}", std::process::id())))
    }

    fn demo(&self, example: &Path) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_jixiao"));
        command.args(["demo", "--exit", "--data-dir"]).arg(&self.0).arg("--example").arg(example);
        // It is no concern of the demonstration which database the service uses otherwise.
        command.env("DATABASE_URL", "postgres://nowhere.invalid/none").env_remove("RUST_LOG");
        command.output().unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn below(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// What was said, where the demonstration went as expected.
#[track_caller]
fn went_well(output: &Output) -> String {
    let said = String::from_utf8(output.stdout.clone()).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && errors.is_empty(), "{said}\n{errors}");
    said
}

/// Expects a line of a table with exactly these cells.
#[track_caller]
fn assert_row(said: &str, cells: &[&str]) {
    let rows = said.lines().map(|line| line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()));
    assert!(rows.into_iter().any(|row| row.eq(cells.iter().copied())), "{cells:?} in\n{said}");
}

#[test]
fn the_example_county_reports_what_its_report_says() {
    let folder = Folder::new();
    let said = went_well(&folder.demo(&below("examples/shenze-2022")));
    for refused in [
        "sexes_make_total",
        "计数不得为负",
        "没有指标“after_school.teachers”",
        "是同一个单元格",
        "必填",
        "pupils_change",
    ] {
        assert!(said.contains(refused), "{refused} in\n{said}");
    }
    assert!(said.contains("学校提交 590 份，拒收 6/6 份有误的，审核通过 667 份，未报 0 份"), "{said}");
    assert!(
        said.contains("学校提交 5 份，拒收 0/0 份有误的，审核通过 5 份，未报 1 份"),
        "a missing report is seen\n{said}"
    );
    assert_row(&said, &["二(二)一", "深泽中学“本一”上线人数", "135 人", "135", "相同 same"]);
    assert_row(&said, &["二(二)一", "“本一”上线人数比 2021 年提高", "+3.85 %", "3.7%", "不同 differs"]);
    assert_row(&said, &["二(二)一", "艺术类本科上线人数比 2021 年提高", "+13.33 %", "13.33%", "相同 same"]);
    assert_row(&said, &["二(二)四", "课后服务学校全覆盖", "74/74", "全覆盖", "相同 same"]);
    assert!(said.contains("82 句中预期不同 2 句，意外 0 句"), "{said}");
    assert!(said.contains("共 74 条来源，以上为前 6 条；合计 1523 = 1523 人"), "{said}");
    assert!(said.contains("合计 11 = 11 个"), "{said}");
    assert_registers_are_told(&said);
    assert_the_cycle_is_told(&said);
}

/// What the year of budgets and goals shows, in the same demonstration.
#[track_caller]
fn assert_the_cycle_is_told(said: &str) {
    for refused in [
        "projects CAOCHANG admit → 409",
        "projects DAPING admit → 409",
        "代编指标“ZB2022-008”待分配 0 元，超出 1000 元",
        "goals 2022 XM-TIEGAN → 409",
        "预算指标“ZB2022-012”可用余额为 43200 元，超出 1 元",
        "monitoring rounds 2022-08 sheets SANXIAO submit → 422",
        "“关停无证机构”偏差 16%，请说明原因",
        "evaluations 2022 department 130128 review → 403",
    ] {
        assert!(said.contains(refused), "{refused} in\n{said}");
    }
    assert_row(said, &["学校操场改造提升", "510", "98.12 %", "绿 green", "97.81", "优", "4", "535.5"]);
    assert_row(said, &["铁杆幼儿园新建园舍", "765", "56 %", "红 red", "46.97", "差", "11", "0"]);
    assert_row(said, &["深泽县教育局", "24051.6", "—", "—", "96.52", "优", "1", "25254.18"]);
    assert!(said.contains("未自评的项目 0 个；红灯转入整改 5 项"), "{said}");
}

/// What the county's registers show, in the same demonstration.
#[track_caller]
fn assert_registers_are_told(said: &str) {
    assert!(said.contains("17 本台账，登记 447 条，变更 306 次"), "{said}");
    for refused in [
        "XM2022-19 complete → 409",
        "building_has_structure",
        "LS2022-2113000034 pass → 403",
        "recommended_has_passed",
        "issuer_is_known",
        "own_branch_has_three",
        "three_have_own_branch",
        "2113000028 join → 422",
        "instructed_names_instructor",
        "contract_within_budget",
    ] {
        assert!(said.contains(refused), "{refused} in\n{said}");
    }
    assert!(said.contains("33 件，办成 17 件，拒绝 16/16 件不当的"), "{said}");
    assert_row(said, &["二(一)一", "完工的操场改造提升项目", "11 个", "11", "相同 same"]);
    assert_row(said, &["二(一)一", "铁杆幼儿园主体即将完工", "1 个", "即将完工", "相同 same"]);
    assert_row(said, &["二(一)二", "推荐参评省级绿色学校的学校数", "5 所", "5", "相同 same"]);
    assert_row(said, &["二(二)二", "在监管平台公示的机构占比", "100 %", "均在平台公示", "相同 same"]);
    assert_row(said, &["二(三)", "完成安防改造的楼宇数(科室台账)", "67 栋", "67", "相同 same"]);
    assert_row(said, &["二(五)二", "“精品课”市级二等奖", "8 节", "8", "相同 same"]);
    assert_row(said, &["二(五)三", "2019 年定向培养师范生已上岗", "15 人", "15", "相同 same"]);
    assert_row(said, &["二(六)一", "独立和联合党支部的学校合计，对照义务段学校数", "76 所", "74", "不同 differs"]);
}

#[test]
fn another_county_works_the_same_way_and_each_time_from_the_beginning() {
    let folder = Folder::new();
    for time in ["first", "second"] {
        let said = went_well(&folder.demo(&below("tests/demo/county")));
        assert_eq!(said.contains("清空上次演示的目录"), time == "second", "{said}");
        assert!(said.contains("晨光幼儿园（canteen）：午餐份数与台账不符"), "{said}");
        assert!(said.contains("SY2023-T2：填报与审核") && said.contains("导入 workshops.csv：2 份"), "{said}");
        assert_row(&said, &["1", "上半年供餐支出", "218500.5 元", "21.85 万元", "相同 same"]);
        assert_row(&said, &["1", "二季度支出增长", "+42.78 %", "43%", "相同 same"]);
        assert_row(&said, &["2", "二季度满意度", "86.11 %", "85%", "不同 differs"]);
        assert_row(&said, &["2", "二季度满意度填报", "3/4", "四园三报", "相同 same"]);
        assert!(said.contains("permits P-4 renew → 422：换证没有改有效期"), "{said}");
        assert!(said.contains("2 件，办成 1 件，拒绝 1/1 件不当的"), "{said}");
        assert_row(&said, &["4", "二季度末持证食堂", "3 家", "三家", "相同 same"]);
        assert!(said.contains("10 句中预期不同 1 句，意外 0 句"), "{said}");
    }
}

#[test]
fn a_report_that_is_not_borne_out_fails_the_demonstration() {
    let (folder, copy) = (Folder::new(), Folder::new());
    copy_county(&copy.0, "statements.yaml", |statements| statements.replace("equals: '9.66'", "equals: '9.67'"));
    let output = folder.demo(&copy.0);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_row(&said, &["1", "二季度每份成本", "9.66 元", "9.66元", "！意外不同 unexpectedly different"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("有 1 处与示例的预期不符"));
}

#[test]
fn what_is_refused_and_should_not_be_fails_the_demonstration() {
    let (folder, copy) = (Folder::new(), Folder::new());
    copy_county(&copy.0, "register_acts.ndjson", |acts| acts.replace(r#""refused":true,"#, ""));
    let output = folder.demo(&copy.0);
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("2 件，办成 1 件，拒绝 1/0 件不当的"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("有 1 处与示例的预期不符"));
}

#[test]
fn a_folder_that_no_demonstration_made_is_left_alone() {
    let folder = Folder::new();
    fs::create_dir_all(&folder.0).unwrap();
    let kept = folder.0.join("thesis.txt");
    fs::write(&kept, "three years of work").unwrap();
    let output = folder.demo(&below("tests/demo/county"));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--data-dir"), "{output:?}");
    assert_eq!(fs::read_to_string(kept).unwrap(), "three years of work");
}

/// Copies the other county, with one of its files changed.
fn copy_county(to: &Path, changed: &str, change: impl Fn(&str) -> String) {
    let from = below("tests/demo/county");
    for part in ["", "submissions", "registers"] {
        fs::create_dir_all(to.join(part)).unwrap();
        for file in
            fs::read_dir(from.join(part)).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file())
        {
            fs::copy(&file, to.join(file.strip_prefix(&from).unwrap())).unwrap();
        }
    }
    let path = to.join(changed);
    let content = change(&fs::read_to_string(&path).unwrap());
    fs::write(path, content).unwrap();
}
