//! One document in several formats, by `Accept` and by the ending of the address.

use super::world::County;
use crate::support::Answer;

const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn content_type(answer: &Answer) -> &str {
    answer.headers["content-type"].to_str().expect("text")
}

#[tokio::test]
async fn a_report_is_read_in_each_format() {
    let county = County::complete().await;
    let path = county.assemble().await;
    for (accept, ending, media_type, start) in
        [("text/html", "html", "text/html; charset=utf-8", "<"), (DOCX, "docx", DOCX, "PK"), (XLSX, "xlsx", XLSX, "PK")]
    {
        let chosen = county.leader.with("accept", accept).get(&path).await;
        let file = county.leader.get(&format!("{path}/document.{ending}")).await;
        for answer in [&chosen, &file] {
            assert_eq!((answer.status.as_u16(), content_type(answer)), (200, media_type));
            assert!(answer.text.starts_with(start), "{ending}");
            assert_eq!(answer.etag(), format!("\"1-{ending}\""));
            let disposition = answer.headers["content-disposition"].to_str().expect("text");
            // 测试一县教育局2022年度报告
            assert!(disposition.contains("filename*=UTF-8''%E6%B5%8B%E8%AF%95"), "{disposition}");
            assert!(
                disposition.ends_with(&format!("2022%E5%B9%B4%E5%BA%A6%E6%8A%A5%E5%91%8A.{ending}")),
                "{disposition}"
            );
        }
        let fresh = county.leader.with("if-none-match", &file.etag()).get(&format!("{path}/document.{ending}")).await;
        assert_eq!(fresh.status.as_u16(), 304);
    }
    let html = county.leader.get(&format!("{path}/document.html")).await;
    assert!(html.text.contains("145人"), "{}", html.text);
    county.leader.with("accept", "text/html;q=0.5, application/json").get(&path).await.expect(200);
}

#[tokio::test]
async fn other_formats_are_refused() {
    let county = County::complete().await;
    let path = county.assemble().await;
    county.leader.with("accept", "image/png").get(&path).await.problem(406, "not_acceptable");
    assert_eq!(county.leader.get(&format!("{path}/document.odt")).await.status.as_u16(), 404);
    county.leader.get("/v1/reports/annual-2022-9/document.docx").await.problem(404, "not_found");
}

#[cfg(not(feature = "pdf"))]
#[tokio::test]
async fn a_build_without_pdf_says_so() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let file = county.leader.get(&format!("{path}/document.pdf")).await;
    file.problem(501, "not_built");
    let chosen = county.leader.with("accept", "application/pdf").get(&path).await;
    chosen.problem(406, "not_acceptable");
    for answer in [file, chosen] {
        assert!(answer.json()["detail"].as_str().expect("text").contains("PDF"), "{}", answer.text);
    }
    let other = county.leader.with("accept", "application/pdf, text/html;q=0.1").get(&path).await;
    assert_eq!(content_type(&other), "text/html; charset=utf-8");
}

#[cfg(feature = "pdf")]
#[tokio::test]
async fn a_report_is_read_as_pdf() {
    let county = County::complete().await;
    let path = county.assemble().await;
    let chosen = county.leader.with("accept", "application/pdf").get(&path).await;
    let file = county.leader.get(&format!("{path}/document.pdf")).await;
    for answer in [file, chosen] {
        assert_eq!((answer.status.as_u16(), content_type(&answer)), (200, "application/pdf"));
        assert!(answer.text.starts_with("%PDF-"));
    }
}
