//! Spreadsheets: the form of a school out, a file of 100,000 payments in, all of them out again, and hostile files.

use std::io::{Cursor, Read, Write};
use std::time::Instant;

use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::county::{County, Place};
use crate::support::database::Database;
use crate::support::http::{Connection, Request};
use crate::support::service::Service;
use crate::support::statistics::{median, milliseconds};
use crate::support::table::{Table, Unit};
use crate::support::{Result, setting};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const PAYMENTS: &str = "/v1/finance/payments";
const COLUMNS: [&str; 7] = ["voucher", "item", "amount", "paid_on", "payment_type", "payee", "purpose"];

pub async fn run(table: &mut Table) -> Result<()> {
    let rows: usize = setting("BENCH_WORKBOOK_ROWS", 100_000)?;
    let templates: usize = setting("BENCH_TEMPLATES", 50)?;
    let county = County { schools: 1_000 };
    let database = Database::with(&county).await?;
    database.execute("UPDATE clients SET scopes = scopes || '{finance:read,catalogue:read}'").await?;
    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;

    let Place { school, month, .. } = county.place(0);
    let path = format!("/v1/forms/monthly/template.xlsx?school={school}&period={month}");
    let mut times = Vec::new();
    for _ in 0..templates {
        let asked = async {
            let answer = client.send(&Request::get(&path)).await?.expect(200)?;
            if answer.body.starts_with(b"PK") { Ok(()) } else { Err("that is no workbook".into()) }
        };
        times.push(milliseconds(asked).await?);
    }
    table.at_most("workbook: p50 of a form of 30 rows, by HTTP", median(times)?, 50.0, Unit::Milliseconds);

    let workbook = payments(&county, rows, "treasury")?;
    let (before, _) = service.memory()?;
    let seconds = import(&mut client, &workbook, rows).await?;
    let (_, most) = service.memory()?;
    table.at_most(&format!("  a workbook of {rows} payments imported"), seconds * 1_000.0, 5_000.0, Unit::Milliseconds);
    table.at_most("  growth of the service's memory meanwhile", most - before, 100.0, Unit::Megabytes);
    service.stop().await?;

    // Another process: the most memory that was resident is told for its whole life.
    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let (before, _) = service.memory()?;
    let started = Instant::now();
    let answer = client.send(&Request::get(PAYMENTS).accepting(XLSX)).await?.expect(200)?;
    let seconds = started.elapsed().as_secs_f64();
    if !answer.body.starts_with(b"PK") {
        return Err("that is no workbook".into());
    }
    let (_, most) = service.memory()?;
    table.note(&format!("  {rows} payments as a workbook"), seconds * 1_000.0, Unit::Milliseconds);
    table.at_most("  growth of the service's memory meanwhile", most - before, 50.0, Unit::Megabytes);
    service.stop().await?;

    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let wrong = payments(&county, rows, "现金")?;
    let (before, _) = service.memory()?;
    let started = Instant::now();
    let path = format!("{PAYMENTS}/import");
    let answer = client.send(&Request::post(&path, XLSX, &wrong).accepting(XLSX)).await?.expect(422)?;
    let seconds = started.elapsed().as_secs_f64();
    if !answer.body.starts_with(b"PK") {
        return Err("it does not come back as a workbook".into());
    }
    let (_, most) = service.memory()?;
    table.note(&format!("  {rows} payments sent back, all of them wrong"), seconds * 1_000.0, Unit::Milliseconds);
    table.note("  growth of the service's memory meanwhile", most - before, Unit::Megabytes);
    service.stop().await?;

    let service = Service::start(&database, database.url(), 4).await?;
    let mut client = service.log_in(1).await?.pop().ok_or("nobody is logged in")?;
    let (before, _) = service.memory()?;
    let mut slowest: f64 = 0.0;
    for (name, file) in hostile(&workbook)? {
        let started = Instant::now();
        let answer = client.send(&Request::post(&format!("{PAYMENTS}/import"), XLSX, &file)).await?;
        slowest = slowest.max(started.elapsed().as_secs_f64());
        if !(400..500).contains(&answer.status) {
            return Err(format!("{name}: it was answered {}", answer.status).into());
        }
    }
    let (_, most) = service.memory()?;
    table.at_most("  the slowest refusal of a hostile workbook", slowest * 1_000.0, 2_000.0, Unit::Milliseconds);
    table.at_most("  growth of the service's memory meanwhile", most - before, 50.0, Unit::Megabytes);
    service.stop().await?;
    database.stop().await
}

/// Workbooks that nobody sends who means well, by what is wrong with them.
fn hostile(good: &[u8]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    const BOMB: usize = 1024 * 1024 * 1024;
    const HEAD: &str = r#"<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">"#;
    let far = r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#;
    let laughs = (1..20).fold(String::new(), |all, i| all + &format!("<!ENTITY l{i} '&l{};&l{};'>", i - 1, i - 1));
    let entities = format!("<!DOCTYPE a [<!ENTITY l0 'ha'>{laughs}]>{HEAD}<sheetData>&l19;</sheetData></worksheet>");
    let external = format!("<!DOCTYPE a [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>{HEAD}&f;</worksheet>");
    let cells = (1..=16_000).fold(String::new(), |all, row| all + &format!("<row r=\"{row}\"><c><v>1</v></c></row>"));
    let many = format!("{HEAD}<sheetData>{}</sheetData></worksheet>", cells.repeat(200));
    let name = format!("<row><c t=\"str\"><v>{}</v></c></row>", COLUMNS[0]);
    let wide = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(800));
    let beside = format!("{HEAD}<sheetData>{name}{}</sheetData></worksheet>", wide.repeat(4_900));
    let encrypted = [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".as_slice(), &[0; 4096]].concat();
    Ok(vec![
        ("spaces", with_sheet(&mut std::io::repeat(b' ').take(u64::try_from(BOMB)?))?),
        ("cells", with_sheet(&mut many.as_bytes())?),
        ("beside the table", with_sheet(&mut beside.as_bytes())?),
        ("dimensions", with_sheet(&mut format!("{HEAD}{far}</worksheet>").as_bytes())?),
        ("entities", with_sheet(&mut entities.as_bytes())?),
        ("external entity", with_sheet(&mut external.as_bytes())?),
        ("truncated", good.get(..good.len() / 2).unwrap_or_default().to_vec()),
        ("encrypted", encrypted),
    ])
}

/// A workbook whose only sheet has another content.
fn with_sheet(content: &mut dyn Read) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    workbook.add_worksheet().write(0, 0, COLUMNS[0])?;
    let mut parts = ZipArchive::new(Cursor::new(workbook.save_to_buffer()?))?;
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for index in 0..parts.len() {
        let mut part = parts.by_index(index)?;
        let name = part.name()?.into_owned();
        writer.start_file(&name, options)?;
        if name == "xl/worksheets/sheet1.xml" {
            writer.write_all(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
            std::io::copy(content, &mut writer)?;
        } else {
            std::io::copy(&mut part, &mut writer)?;
        }
    }
    Ok(writer.finish()?.into_inner())
}

/// A workbook with so many payments of a type, as a spreadsheet would save it.
fn payments(county: &County, rows: usize, payment_type: &str) -> Result<Vec<u8>> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, name) in (0..).zip(COLUMNS) {
        sheet.write(0, column, name)?;
    }
    for row in 0..rows {
        let line = u32::try_from(row + 1)?;
        let Place { school, .. } = county.place(row);
        sheet.write(line, 0, format!("workbook-{row}"))?;
        sheet.write(line, 1, format!("item.{school}"))?;
        sheet.write(line, 2, 1234.56)?;
        for (column, text) in (3..).zip(["2000-06-01", payment_type, "办公用品公司", "办公用品"]) {
            sheet.write(line, column, text)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// Sends the workbook, checks what became of it, and tells how many seconds that took.
async fn import(client: &mut Connection, workbook: &[u8], rows: usize) -> Result<f64> {
    let started = Instant::now();
    let path = format!("{PAYMENTS}/import");
    let answer = client.send(&Request::post(&path, XLSX, workbook)).await?.expect(200)?;
    let seconds = started.elapsed().as_secs_f64();
    let report = String::from_utf8(answer.body)?;
    let expected = format!(r#""created":{rows},"#);
    if report.contains(&expected) { Ok(seconds) } else { Err(format!("the import says {report}").into()) }
}
